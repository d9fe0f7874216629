using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tracing.Reading;

/// <summary>
/// Reads what dtrace(1) printed, text or libxo JSON, in pieces as it comes: events of a program of leakstat
/// (allocations with stacks, releases), aggregations with stacks, and what DTrace says of itself. Memory is bounded
/// whatever comes.
/// </summary>
public sealed class TraceReader
{
    private readonly SourceFile _file;
    private readonly TraceLimits _limits;
    private readonly TraceCollector _collector;
    private readonly StackText _stack;
    private byte[] _pending = new byte[4096];
    private int _pendingLength;
    private bool _isSkippingLine;
    private int _line;
    private AggregationJson? _json;
    private readonly byte[] _key;
    private int _keyLength = -1;
    private int _keyLine;
    private bool _hasEvent;
    private bool _isStarted;
    private (ulong Address, long Bytes, long Time) _event;

    /// <summary>A reader.</summary>
    /// <param name="source">Name of the text in messages.</param>
    /// <param name="limits">Bounds.</param>
    public TraceReader(string source, TraceLimits? limits = null)
    {
        _file = new SourceFile(source);
        _limits = limits ?? TraceLimits.Default;
        _collector = new TraceCollector(_file, _limits);
        _stack = new StackText(_limits.StackBytes);
        _key = new byte[_limits.LineBytes];
    }

    /// <summary>Losses so far: a runner stops a trace at the first.</summary>
    public bool HasLosses => _collector.HasLosses;

    /// <summary>Reads a stream to its end.</summary>
    public static Trace Read(Stream stream, string source, TraceLimits? limits = null)
    {
        var reader = new TraceReader(source, limits);
        byte[] buffer = new byte[256 << 10];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            reader.Feed(buffer.AsSpan(0, read));
        }

        return reader.Finish();
    }

    /// <summary>Takes the next piece of the text; it may end anywhere.</summary>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            if (_json is not null)
            {
                _json.Feed(piece);
                return;
            }

            int end = piece.IndexOf((byte)'\n');
            if (end < 0)
            {
                Keep(piece);
                return;
            }

            ReadOnlySpan<byte> line = piece[..end];
            piece = piece[(end + 1)..];
            _line++;
            if (_isSkippingLine || _pendingLength + line.Length > _limits.LineBytes)
            {
                _isSkippingLine = false;
                _pendingLength = 0;
                _collector.Skip(
                    DiagnosticId.LineTooLong, $"a line of more than {_limits.LineBytes} bytes was skipped", _line);
                continue;
            }

            if (_pendingLength > 0)
            {
                Keep(line);
                line = _pending.AsSpan(0, _pendingLength);
                _pendingLength = 0;
            }

            Line(line);
        }
    }

    /// <summary>Ends the text.</summary>
    public Trace Finish()
    {
        if (_pendingLength > 0 && !_isSkippingLine)
        {
            // A last line without an end may be cut in the middle of a number.
            _line++;
            ReadOnlySpan<byte> rest = _pending.AsSpan(0, _pendingLength);
            if (rest.StartsWith("dtrace: "u8))
            {
                Line(rest);
            }
            else
            {
                _collector.Skip(
                    DiagnosticId.CutFile, "the text ends in the middle of a line, which was skipped", _line);
            }
        }

        EndEvent();
        EndKey();
        _json?.Finish();
        return _collector.Finish();
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_isSkippingLine || _pendingLength + part.Length > _limits.LineBytes)
        {
            _isSkippingLine = true;
            _pendingLength = 0;
            return;
        }

        if (_pendingLength + part.Length > _pending.Length)
        {
            Array.Resize(ref _pending, Math.Max(_pending.Length * 2, _pendingLength + part.Length));
        }

        part.CopyTo(_pending.AsSpan(_pendingLength));
        _pendingLength += part.Length;
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (!line.IsEmpty && line[^1] == '\r')
        {
            line = line[..^1];
        }

        ReadOnlySpan<byte> text = Scan.Trim(line);
        if (text.IsEmpty)
        {
            return;
        }

        bool isIndented = Scan.IsBlank(line[0]);
        if (isIndented && IsFrame(text))
        {
            if (!_stack.Add(text))
            {
                _collector.Skip(
                    DiagnosticId.TooLarge, $"a stack of more than {_limits.StackBytes} bytes was cut", _line);
            }

            return;
        }

        if (!isIndented && TryEvent(text))
        {
            return;
        }

        if (isIndented && Scan.TryInteger(text, out long value))
        {
            EndEvent();
            Entry(value);
            return;
        }

        EndEvent();
        Other(text, isIndented);
    }

    /// <summary>A line that is neither an event, nor a frame, nor a value alone.</summary>
    private void Other(ReadOnlySpan<byte> text, bool isIndented)
    {
        if (text.StartsWith("dtrace: "u8))
        {
            _collector.Message(text["dtrace: "u8.Length..], _line);
        }
        else if (text.StartsWith("leakstat-trace "u8))
        {
            _isStarted |= _collector.Mark(text["leakstat-trace "u8.Length..], _line);
        }
        else if (text[0] == '{' && !isIndented && !_isStarted)
        {
            EndKey();
            _json = new AggregationJson(_collector, _line);
            _json.Feed(text);
            _json.Feed("\n"u8);
        }
        else if (!IsProbeLine(text))
        {
            EndKey();
            text.CopyTo(_key);
            _keyLength = text.Length;
            _keyLine = _line;
        }
    }

    private bool TryEvent(ReadOnlySpan<byte> text)
    {
        if (text.Length < 5 || text[1] != ' ' || text[0] is not ((byte)'A' or (byte)'F'))
        {
            return false;
        }

        bool isAllocation = text[0] == 'A';
        ReadOnlySpan<byte> rest = text[2..];
        ReadOnlySpan<byte> addressText = Scan.Word(ref rest);
        ReadOnlySpan<byte> first = Scan.Word(ref rest);
        long bytes = 0;
        ReadOnlySpan<byte> timeText = first;
        if (isAllocation)
        {
            if (!Scan.TryInteger(first, out bytes) || bytes < 0)
            {
                return false;
            }

            timeText = Scan.Word(ref rest);
        }

        if (!addressText.StartsWith("0x"u8) || !Scan.TryHex(addressText, out ulong address)
            || !Scan.TryInteger(timeText, out long time) || !Scan.IsEmpty(rest))
        {
            return false;
        }

        EndEvent();
        EndKey();
        if (isAllocation)
        {
            _hasEvent = true;
            _event = (address, bytes, time);
        }
        else
        {
            _collector.Release(address, time);
        }

        return true;
    }

    /// <summary>Hands on the allocation whose stack has ended.</summary>
    private void EndEvent()
    {
        if (_hasEvent)
        {
            _hasEvent = false;
            _collector.Allocate(_event.Address, _event.Bytes, _event.Time, _stack.Text, _line);
            _stack.Clear();
        }
    }

    /// <summary>Hands on an entry of an aggregation: its key, its stack, and the value that closes it.</summary>
    private void Entry(long value)
    {
        _collector.Aggregate(_key.AsSpan(0, Math.Max(_keyLength, 0)), _stack.Text, value, _line);
        _keyLength = -1;
        _stack.Clear();
    }

    /// <summary>
    /// A key without a value below it: the value may stand on its own line; else it is text of somebody's script.
    /// </summary>
    private void EndKey()
    {
        if (_keyLength < 0)
        {
            if (!_stack.Text.IsEmpty)
            {
                _collector.Skip(DiagnosticId.BadLine, "a stack without a value was skipped", _line);
                _stack.Clear();
            }

            return;
        }

        ReadOnlySpan<byte> key = _key.AsSpan(0, _keyLength);
        ReadOnlySpan<byte> rest = key;
        if (_stack.Text.IsEmpty && Scan.TryInteger(Scan.LastWord(ref rest), out long value) && !Scan.IsEmpty(rest))
        {
            _collector.Aggregate(Scan.Trim(rest), default, value, _keyLine);
        }
        else
        {
            _collector.Skip(DiagnosticId.BadLine, "neither an event nor part of an aggregation; skipped", _keyLine);
        }

        _keyLength = -1;
        _stack.Clear();
    }

    /// <summary>A frame: <c>module`function+0x1f</c>, or a bare address.</summary>
    private static bool IsFrame(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)'`'))
        {
            return !text.Contains((byte)' ');
        }

        return text.Length > 2 && text[0] == '0' && text[1] == 'x' && Scan.TryHex(text, out _);
    }

    /// <summary>
    /// The table of firings that dtrace prints without <c>-q</c>: <c>CPU ID FUNCTION:NAME</c> and its rows.
    /// </summary>
    private static bool IsProbeLine(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text;
        ReadOnlySpan<byte> first = Scan.Word(ref rest);
        ReadOnlySpan<byte> second = Scan.Word(ref rest);
        ReadOnlySpan<byte> third = Scan.Word(ref rest);
        return (first.SequenceEqual("CPU"u8) && second.SequenceEqual("ID"u8))
            || (Scan.TryInteger(first, out _) && Scan.TryInteger(second, out _) && third.Contains((byte)':'));
    }
}
