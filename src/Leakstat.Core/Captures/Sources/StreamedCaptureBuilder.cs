using System.Globalization;

namespace Leakstat.Captures.Sources;

/// <summary>Gathers one capture of a stream while it comes, within bounds.</summary>
internal sealed class StreamedCaptureBuilder
{
    private const int LongestName = 64;
    private const int LongestText = 400;

    private readonly ReadLimits _limits;
    private readonly StreamedCapture _empty;
    private readonly List<StreamedFile> _files = [];
    private readonly List<SkippedPart> _skipped = [];
    private long _bytes;
    private string? _name;
    private string _command = "";
    private byte[] _content = [];
    private int _length;
    private bool _isTooLarge;

    private StreamedCaptureBuilder(StreamedCapture empty, ReadLimits limits)
    {
        _empty = empty;
        _limits = limits;
    }

    /// <summary>Whether a part is open.</summary>
    public bool IsInFile => _name is not null;

    /// <summary>Begins a capture; null where its frame is not of the form it has.</summary>
    public static StreamedCaptureBuilder? TryBegin(
        string at, string host, string release, string profile, string version, ReadLimits limits)
    {
        if (!DateTimeOffset.TryParseExact(
                at, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out DateTimeOffset takenAt)
            || !IsPlain(host)
            || host.Length > 128
            || host[0] is '.' or '-'
            || !IsPlain(profile)
            || profile.Length > LongestName)
        {
            return null;
        }

        return new StreamedCaptureBuilder(
            new StreamedCapture
            {
                Host = host,
                TakenAt = takenAt,
                OsRelDate = TryNumber(release, out int date) && date > 0 ? date : null,
                Profile = profile,
                CollectorVersion = version,
                Files = [],
                Skipped = [],
            },
            limits);
    }

    /// <summary>Letters, digits, dots, hyphens, underscores; not empty.</summary>
    public static bool IsPlain(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>A number without sign of at most nine digits.</summary>
    public static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length <= 9 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Opens a part.</summary>
    public void BeginFile(string name, string command)
    {
        _name = name;
        _command = Short(command);
        _content = [];
        _length = 0;
        _isTooLarge = false;
    }

    /// <summary>Adds to the open part.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_isTooLarge
            || _length + (long)bytes.Length > _limits.FileBytes
            || _bytes + bytes.Length > _limits.CaptureBytes)
        {
            _isTooLarge = true;
            return;
        }

        if (_content.Length - _length < bytes.Length)
        {
            Array.Resize(ref _content, Math.Max(_content.Length * 2, _length + bytes.Length));
        }

        bytes.CopyTo(_content.AsSpan(_length));
        _length += bytes.Length;
        _bytes += bytes.Length;
    }

    /// <summary>
    /// Closes the open part. One that is not whole is left out: half a table would be a table with rows missing.
    /// </summary>
    public void EndFile(int status)
    {
        string name = _name!;
        _name = null;
        string? reason = !IsFileName(name) ? "it has no name of a file"
            : _files.Exists(file => file.Name == name) ? "it came twice"
            : _files.Count >= _limits.FilesPerCapture ? $"there are more than {_limits.FilesPerCapture}"
            : _isTooLarge ? $"it is larger than {Math.Min(_limits.FileBytes, _limits.CaptureBytes)} bytes"
            : status is 126 or 127 ? "the command is missing or may not be run"
            : status == 128 ? "hangs and could not be ended; left behind"
            : status > 128 ? $"ended by signal {status - 128}"
            : _length == 0 ? $"printed nothing (status {status})"
            : null;
        if (reason is null)
        {
            _files.Add(new StreamedFile(name, _command, _content.AsMemory(0, _length), status));
        }
        else
        {
            Skip(name, reason);
        }

        _content = [];
    }

    /// <summary>Closes the open part as one that is not whole.</summary>
    public void CutFile(string reason)
    {
        Skip(_name!, reason);
        _name = null;
        _content = [];
    }

    /// <summary>Names a part that is not there.</summary>
    public void Skip(string name, string reason)
    {
        if (_skipped.Count < _limits.FilesPerCapture)
        {
            _skipped.Add(new SkippedPart(IsFileName(name) ? name : "?", Short(reason)));
        }
    }

    /// <summary>The capture as far as it has come.</summary>
    public StreamedCapture Build(bool isComplete) =>
        _empty with { Files = [.. _files], Skipped = [.. _skipped], IsComplete = isComplete };

    private static bool IsFileName(string name) =>
        IsPlain(name)
            && name.Length <= LongestName
            && name[0] != '.'
            && name[0] != '-'
            && name != CaptureManifest.FileName;

    private static string Short(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
