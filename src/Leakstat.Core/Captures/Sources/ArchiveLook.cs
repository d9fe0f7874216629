using Leakstat.Captures.Transcripts;

namespace Leakstat.Captures.Sources;

/// <summary>The first pass over an archive: which captures are in it, whose and from when.</summary>
internal sealed class ArchiveLook(ArchiveContainer container, ReadContext context)
{
    /// <summary>Different commands that make a text in an archive a transcript, a capture of its own.</summary>
    private const int TranscriptCommands = 3;

    private readonly Dictionary<string, (ArchiveMember Member, CaptureIdentity Identity, bool IsCapture)> _folders = [];
    private readonly List<(ArchiveMember Member, CaptureIdentity Identity)> _found = [];
    private readonly List<ArchiveEntry> _unknown = [];
    private ArchiveMember? _open;
    private CapturePeek? _peek;

    /// <summary>Files in folders that no capture is in; the first of them.</summary>
    public IReadOnlyList<ArchiveEntry> Unknown => _unknown;

    /// <summary>Looks through; captures in the order of their first files.</summary>
    public List<(ArchiveMember Member, CaptureIdentity Identity)> Run(
        IEnumerable<ArchiveEntry> entries, string archiveName)
    {
        int index = -1;
        foreach (ArchiveEntry entry in entries)
        {
            index++;
            if (!TakeTranscript(entry, index))
            {
                TakeFile(entry, index, archiveName);
            }
        }

        Close(archiveName);
        foreach ((ArchiveMember member, CaptureIdentity identity, bool isCapture) in _folders.Values)
        {
            if (isCapture)
            {
                _found.Add((member, identity));
            }
        }

        _found.Sort(static (a, b) => a.Member.First.CompareTo(b.Member.First));
        return _found;
    }

    private bool TakeTranscript(ArchiveEntry entry, int index)
    {
        // Within a capture that has said all about itself nothing stands alone.
        if (entry.File.Kind != ContentKind.Text || (_open?.Key == entry.Folder && _peek!.IsComplete))
        {
            return false;
        }

        ReadOnlyMemory<byte> head = entry.File.Bytes[..Math.Min(entry.File.Bytes.Length, CapturePeek.HeadBytes)];
        var first = Transcript.Read(new Model.SourceFile(entry.Name), head, isCut: true, context.Limits);
        if (first.Commands < TranscriptCommands && !first.Captures.Any(c => c.IsCrashSummary))
        {
            return false;
        }

        var whole = Transcript.Read(new Model.SourceFile(entry.Name), entry.File.Bytes, isCut: false, context.Limits);
        string key = entry.Folder.Length == 0 ? entry.Name : $"{entry.Folder}/{entry.Name}";
        container.Alone.Add(key);
        for (int i = 0; i < whole.Captures.Count; i++)
        {
            var peek = new CapturePeek(context);
            peek.Look(whole.Captures[i]);
            var member = new ArchiveMember
            {
                Key = key,
                First = index,
                Last = index,
                Bytes = entry.File.Bytes.Length,
                Part = i,
            };
            _found.Add((member, peek.Finish(entry.Name)));
        }

        return true;
    }

    private void TakeFile(ArchiveEntry entry, int index, string archiveName)
    {
        if (_open?.Key != entry.Folder)
        {
            Close(archiveName);
            _open = _folders.TryGetValue(
                entry.Folder, out (ArchiveMember Member, CaptureIdentity Identity, bool IsCapture) known)
                ? known.Member
                : new ArchiveMember { Key = entry.Folder, First = index };
            _peek = new CapturePeek(context);
        }

        _open!.Last = index;
        _open.Bytes += entry.File.Bytes.Length;
        if (entry.File.Kind == ContentKind.Text)
        {
            _peek!.Look(entry.Name, entry.File.Bytes[..Math.Min(entry.File.Bytes.Length, CapturePeek.HeadBytes)]);
        }

        if (!_peek!.IsCapture && _unknown.Count < context.Limits.DiagnosticsPerFile)
        {
            int length = Math.Min(entry.File.Bytes.Length, ContentSniffer.HeadBytes);
            byte[] head = entry.File.Bytes.Span[..length].ToArray();
            _unknown.Add(entry with { File = entry.File with { Bytes = head } });
        }
    }

    private void Close(string archiveName)
    {
        if (_open is null)
        {
            return;
        }

        string key = _open.Key;
        string name = key.Length == 0 ? archiveName : key[(key.LastIndexOf('/') + 1)..];
        CaptureIdentity seen = _peek!.Finish(name);
        if (_folders.TryGetValue(key, out (ArchiveMember Member, CaptureIdentity Identity, bool IsCapture) before))
        {
            // Files of one folder with others between them.
            seen = new CaptureIdentity(
                before.Identity.Host ?? seen.Host,
                before.Identity.TakenAt ?? seen.TakenAt,
                before.Identity.TakenAt ?? seen.TakenAt ?? before.Identity.OrderTime,
                before.Identity.Facts.With(seen.Facts));
        }

        bool isCapture = before.IsCapture || _peek.IsCapture;
        if (isCapture)
        {
            _unknown.RemoveAll(entry => entry.Folder == key);
        }

        _folders[key] = (_open, seen, isCapture);
        _open = null;
    }
}
