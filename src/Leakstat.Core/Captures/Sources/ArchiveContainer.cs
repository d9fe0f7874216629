using Leakstat.Captures.Transcripts;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>A capture's place within an archive.</summary>
internal sealed class ArchiveMember
{
    /// <summary>The folder, or of a transcript the file.</summary>
    public required string Key { get; init; }

    /// <summary>Number of its first file among the archive's.</summary>
    public required int First { get; init; }

    /// <summary>Number of its last file.</summary>
    public int Last { get; set; }

    /// <summary>Bytes of its files.</summary>
    public long Bytes { get; set; }

    /// <summary>Which capture of a transcript; null for a folder.</summary>
    public int? Part { get; init; }
}

/// <summary>
/// An archive with any number of captures, in any order, their files even mixed. Streams it as often as needed to give
/// the captures in order while few bytes are held: once where the archive is in order itself.
/// </summary>
internal sealed class ArchiveContainer(ISourceNode archive, string path) : CaptureContainer
{
    /// <summary>The captures found.</summary>
    public List<ArchiveMember> Members { get; } = [];

    /// <summary>Which entries belong to which key: transcripts stand for themselves.</summary>
    public HashSet<string> Alone { get; } = [];

    /// <inheritdoc/>
    public override IEnumerable<ReadCapture> Read(IReadOnlyList<PlannedCapture> wanted, ReadContext context)
    {
        var text = new OpenText();
        int next = 0;
        while (next < wanted.Count)
        {
            var held = new HeldEntries(
                [.. wanted.Skip(next).Select(w => Members[w.Member].Key)], context.Limits.ReorderBytes);
            int begin = next;
            int index = -1;
            foreach (ArchiveEntry entry in new ArchiveReader(archive, path, context, static (_, _, _) => { }).Entries())
            {
                index++;
                held.Add(KeyOf(entry), entry, context.Limits);
                while (next < begin + held.Count && Members[wanted[next].Member].Last <= index)
                {
                    yield return Make(wanted[next++], held, text, context);
                }

                if (next == begin + held.Count)
                {
                    break;
                }
            }

            // The archive was longer when it was looked through first.
            while (next < begin + held.Count)
            {
                yield return Make(wanted[next++], held, text, context);
            }
        }
    }

    /// <summary>The key of the capture that a file belongs to.</summary>
    public string KeyOf(ArchiveEntry entry)
    {
        string full = entry.Folder.Length == 0 ? entry.Name : $"{entry.Folder}/{entry.Name}";
        return Alone.Contains(full) ? full : entry.Folder;
    }

    private ReadCapture Make(PlannedCapture wanted, HeldEntries held, OpenText text, ReadContext context)
    {
        ArchiveMember member = Members[wanted.Member];
        List<ArchiveEntry> files = held.TakeNext();
        var reader = new CaptureReader(wanted.Source, context) { Builder = { TakenAt = wanted.TakenAt } };
        if (member.Part is { } part && files is [{ } only, ..])
        {
            // The parts of a text come one after another: it is taken apart once.
            Transcript whole = text.Of(only, context.Limits);
            if (part < whole.Captures.Count)
            {
                reader.AddPart(only.Name, new SourceFile(only.Path), only.File.Problem, whole, part);
            }
        }

        files.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
        foreach (ArchiveEntry file in member.Part is null ? files : [])
        {
            var name = new SourceFile(file.Path);
            if (!reader.Accepts(name))
            {
                break;
            }

            reader.Add(file.Name, name, file.File);
        }

        ReadCapture read = reader.Finish();
        reader.Dispose();
        return read;
    }

    /// <summary>The text that is being taken apart in one pass; several may run at once.</summary>
    private sealed class OpenText
    {
        private string? _path;
        private Transcript? _text;

        public Transcript Of(ArchiveEntry entry, ReadLimits limits)
        {
            if (_text is null || _path != entry.Path)
            {
                _path = entry.Path;
                _text = Transcript.Read(
                    new SourceFile(entry.Path), entry.File.Bytes, entry.File.Problem != LoadProblem.None, limits);
            }

            return _text;
        }
    }
}
