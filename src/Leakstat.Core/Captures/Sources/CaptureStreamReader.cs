using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Leakstat.Captures.Sources;

/// <summary>
/// Reads the collector's stream (<c>leakstat-collect --stdout</c>, <c>docs/collector.md</c>) as its bytes come, in
/// pieces of any size. Never throws for what the bytes are: what is no frame is left out, and what is beyond a bound is
/// skipped and named.
/// </summary>
/// <param name="limits">Bounds.</param>
public sealed class CaptureStreamReader(ReadLimits limits)
{
    /// <summary>Bytes that may stand before the stream: login messages.</summary>
    public const int MostPreamble = 64 << 10;

    private const int LongestFrame = 4096;
    private const int WaitingAtMost = 1024;

    private readonly Queue<StreamedCapture> _waiting = new();
    private byte[] _held = [];
    private int _length;
    private byte[]? _mark;
    private byte[] _markBehindLine = [];
    private StreamedCaptureBuilder? _capture;
    private string _version = "";
    private long _preamble;

    /// <summary>Whether the first line of a stream has been seen.</summary>
    public bool IsStarted => _mark is not null;

    /// <summary>
    /// Whether the stream has said that it is at its end; what comes behind is another stream or nothing.
    /// </summary>
    public bool IsFinished { get; private set; }

    /// <summary>Whether this is no stream: <see cref="MostPreamble"/> bytes came and no first line.</summary>
    public bool IsForeign => !IsStarted && _preamble > MostPreamble;

    /// <summary>The capture that is coming now, with the parts that are whole; null between captures.</summary>
    public StreamedCapture? Open => _capture?.Build(isComplete: false);

    /// <summary>Whether a text holds the first line of a stream, at its start or behind other lines.</summary>
    public static bool Starts(ReadOnlySpan<byte> head)
    {
        head = head[..Math.Min(head.Length, MostPreamble)];
        int at = FirstLine(head);
        return at >= 0 && TryFirstLine(LineAt(head, at), out _, out _);
    }

    /// <summary>Takes the next bytes of the stream.</summary>
    public void Push(ReadOnlySpan<byte> bytes)
    {
        // In slices, so that what is held is bounded whatever comes in one piece.
        while (!bytes.IsEmpty)
        {
            int take = Math.Min(bytes.Length, 64 << 10);
            Hold(bytes[..take]);
            bytes = bytes[take..];
            Consume();
        }
    }

    /// <summary>Says that no more bytes come: what is open is a capture that was cut.</summary>
    public void End()
    {
        if (_capture is { } open)
        {
            if (open.IsInFile)
            {
                open.CutFile("the stream was cut");
            }

            Close(isComplete: false);
        }
    }

    /// <summary>
    /// Takes the next capture that is closed; a cut one has <see cref="StreamedCapture.IsComplete"/> false.
    /// </summary>
    public bool TryTake([NotNullWhen(true)] out StreamedCapture? capture) => _waiting.TryDequeue(out capture);

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_held.Length - _length < bytes.Length)
        {
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _length + bytes.Length));
        }

        bytes.CopyTo(_held.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Consume()
    {
        int used = 0;
        while (used < _length)
        {
            ReadOnlySpan<byte> rest = _held.AsSpan(used, _length - used);
            int step = _capture?.IsInFile == true ? InFile(rest) : BetweenFiles(rest);
            if (step == 0)
            {
                break;
            }

            used += step;
        }

        _held.AsSpan(used, _length - used).CopyTo(_held);
        _length -= used;
    }

    /// <summary>Takes content up to the next frame; of what may be the start of one nothing.</summary>
    private int InFile(ReadOnlySpan<byte> rest)
    {
        int at = rest.IndexOf(_markBehindLine);
        if (at < 0)
        {
            int sure = rest.Length - (_markBehindLine.Length - 1);
            if (sure <= 0)
            {
                return 0;
            }

            _capture!.Append(rest[..sure]);
            return sure;
        }

        ReadOnlySpan<byte> frame = rest[(at + 1)..];
        int end = frame.IndexOf((byte)'\n');
        if (end < 0 && frame.Length < LongestFrame)
        {
            _capture!.Append(rest[..at]);
            return at;
        }

        _capture!.Append(rest[..at]);
        end = end < 0 ? frame.Length : end;
        TakeFrame(frame[_mark!.Length..Math.Min(end, LongestFrame)]);
        return Math.Min(at + 1 + end + 1, rest.Length);
    }

    private int BetweenFiles(ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            // A line longer than any frame is none; the rest of it is judged by itself and is none either.
            if (rest.Length <= LongestFrame)
            {
                return 0;
            }

            _preamble += rest.Length;
            return rest.Length;
        }

        ReadOnlySpan<byte> line = rest[..end];
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        if (line.Length <= LongestFrame)
        {
            if (_mark is { } mark && line.StartsWith(mark))
            {
                TakeFrame(line[mark.Length..]);
            }
            else if (!IsForeign && TryFirstLine(line, out string? token, out string? version))
            {
                Begin(token, version);
            }
        }

        _preamble += IsStarted ? 0 : end + 1;
        return end + 1;
    }

    private void Begin(string token, string version)
    {
        if (_capture is not null)
        {
            Close(isComplete: false);
        }

        _mark = Encoding.ASCII.GetBytes($"@{token} ");
        _markBehindLine = [(byte)'\n', .. _mark];
        _version = version;
        IsFinished = false;
    }

    private void TakeFrame(ReadOnlySpan<byte> frame)
    {
        // Words of a frame are ASCII; what a host slipped in besides is shown as what it is.
        string text = Encoding.Latin1.GetString(frame);
        string[] words = text.Split(' ', 6);
        if (_capture?.IsInFile == true)
        {
            if (words[0] == "end" && words.Length > 1 && StreamedCaptureBuilder.TryNumber(words[1], out int status))
            {
                _capture.EndFile(status);
                return;
            }

            _capture.CutFile("its end is missing");
        }

        switch (words)
        {
            case ["capture", var at, var host, var release, var profile, ..]:
                if (_capture is not null)
                {
                    Close(isComplete: false);
                }

                _capture = StreamedCaptureBuilder.TryBegin(at, host, release, profile, _version, limits);
                break;
            case ["file", var name, ..]:
                _capture?.BeginFile(name, words.Length > 2 ? string.Join(' ', words[2..]) : "");
                break;
            case ["skip", var name, ..]:
                _capture?.Skip(name, words.Length > 2 ? string.Join(' ', words[2..]) : "");
                break;
            case ["complete", ..]:
                Close(isComplete: true);
                break;
            case ["bye", ..]:
                Close(isComplete: false);
                IsFinished = true;
                break;
            default:
                break;
        }
    }

    private void Close(bool isComplete)
    {
        if (_capture is { } capture)
        {
            // A reader that takes none of them is not fed for ever.
            if (_waiting.Count < WaitingAtMost)
            {
                _waiting.Enqueue(capture.Build(isComplete));
            }

            _capture = null;
        }
    }

    private static int FirstLine(ReadOnlySpan<byte> head) => head.StartsWith("@leakstat-stream/1 "u8)
        ? 0
        : head.IndexOf("\n@leakstat-stream/1 "u8) is >= 0 and var at ? at + 1 : -1;

    private static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> head, int at)
    {
        ReadOnlySpan<byte> line = head[at..];
        int end = line.IndexOf((byte)'\n');
        return end < 0 ? line : line[..end].TrimEnd((byte)'\r');
    }

    private static bool TryFirstLine(
        ReadOnlySpan<byte> line, [NotNullWhen(true)] out string? token, [NotNullWhen(true)] out string? version)
    {
        token = version = null;
        if (!line.StartsWith("@leakstat-stream/1 "u8) || line.Length > 200)
        {
            return false;
        }

        string[] words = Encoding.Latin1.GetString(line).Split(' ');
        if (words.Length != 3 || words[1].Length is < 4 or > 64 || words[2].Length is 0 or > 32
            || !StreamedCaptureBuilder.IsPlain(words[1]) || !StreamedCaptureBuilder.IsPlain(words[2]))
        {
            return false;
        }

        token = words[1];
        version = words[2];
        return true;
    }
}
