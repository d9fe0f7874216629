using Leakstat.Captures.Transcripts;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>The first pass over sources: finds every capture, whose and from when it is, and reads little.</summary>
internal sealed class SourceWalk(ReadContext context)
{
    private readonly List<PlannedCapture> _found = [];
    private readonly List<Diagnostic> _problems = [];

    /// <summary>Captures found, in the order found.</summary>
    public IReadOnlyList<PlannedCapture> Found => _found;

    /// <summary>What is wrong with sources that no capture could be made of.</summary>
    public IReadOnlyList<Diagnostic> Problems => _problems;

    /// <summary>Looks through a source.</summary>
    public void Add(ISourceNode source)
    {
        if (source is CaptureSource ready)
        {
            Plan(ready.Capture, ready.Name, "", earliest: null);
            return;
        }

        Visit(source, TrimEnd(source.Name), "", 0);
    }

    /// <summary>What a folder holds, by name; empty where it cannot be read.</summary>
    public static IReadOnlyList<ISourceNode> ChildrenOf(ISourceNode folder, out string? problem)
    {
        problem = folder.Refusal;
        if (problem is not null)
        {
            return [];
        }

        try
        {
            // Names with a dot in front are not of the capture: the collector writes what is not yet whole under them.
            List<ISourceNode> children = [.. folder.Children().Where(child => !child.Name.StartsWith('.'))];
            children.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
            return children;
        }
        catch (Exception e) when (FileLoader.IsReadFault(e))
        {
            problem = FaultText.Of(e);
            return [];
        }
    }

    private static string TrimEnd(string name) => name.Length > 1 ? name.TrimEnd('/') : name;

    private static string LastPart(string path) => path[(path.LastIndexOf('/') + 1)..];

    private void Visit(ISourceNode node, string path, string parent, int depth)
    {
        if (node.IsFolder)
        {
            VisitFolder(node, path, parent, depth);
        }
        else
        {
            VisitFile(node, path, parent);
        }
    }

    private void VisitFolder(ISourceNode folder, string path, string parent, int depth)
    {
        if (depth > context.Limits.FolderDepth)
        {
            Report(
                DiagnosticId.TooDeep, $"folders are nested deeper than {context.Limits.FolderDepth}; not read", path);
            return;
        }

        IReadOnlyList<ISourceNode> children = ChildrenOf(folder, out string? problem);
        if (problem is not null)
        {
            Report(DiagnosticId.UnreadableFile, $"could not be read: {problem}", path);
            return;
        }

        List<ISourceNode> files = [.. children.Where(child => !child.IsFolder)];
        var dumps = new FolderDumps(files, context.Dumps);
        files.RemoveAll(file => dumps.Names.Contains(file.Name));
        int before = _found.Count;
        if (files.Count > 0)
        {
            VisitFiles(folder, files, dumps.Names, path, parent);
        }

        VisitDumps(dumps, path, _found[before..]);

        foreach (ISourceNode child in children)
        {
            if (child.IsFolder)
            {
                Visit(child, $"{path}/{child.Name}", path, depth + 1);
            }
        }
    }

    /// <summary>Crash dumps in a folder, each a capture of its own.</summary>
    private void VisitDumps(FolderDumps dumps, string path, List<PlannedCapture> others)
    {
        foreach (ISourceNode dump in dumps.Dumps)
        {
            string name = $"{path}/{dump.Name}";
            if (context.Dumps!.Read(dump, name, out string? problem) is { } capture)
            {
                // The crash summary of the same crash is written later and tells less: the dump is the last word of it.
                Plan(
                    capture,
                    name,
                    path,
                    others.Where(o => FolderDumps.IsSummaryOf(LastPart(o.Source), dump.Name)).Max(o => o.OrderTime));
            }
            else
            {
                Report(DiagnosticId.UnreadableDump, problem ?? "could not be read", name);
            }
        }
    }

    private void VisitFiles(
        ISourceNode folder, List<ISourceNode> files, IReadOnlySet<string> without, string path, string parent)
    {
        var peek = new CapturePeek(context);
        ISourceNode? manifest = files.Find(file => file.Name == CaptureManifest.FileName);
        if (manifest is not null)
        {
            peek.Look(manifest.Name, FileLoader.Load(manifest, CapturePeek.HeadBytes, context).Bytes);
        }

        List<(ISourceNode File, FileContent Head, Transcript Text)> transcripts = [];
        HashSet<string> alone = [.. without];
        foreach (ISourceNode file in files)
        {
            if (peek.IsComplete)
            {
                break;
            }

            if (file == manifest)
            {
                continue;
            }

            FileContent head = FileLoader.Load(file, CapturePeek.HeadBytes, context);
            if (head.Kind == ContentKind.Text && CaptureStreamReader.Starts(head.Bytes.Span))
            {
                VisitStream(file, $"{path}/{file.Name}", path);
                alone.Add(file.Name);
            }
            else if (IsArchive(file, head))
            {
                VisitArchive(file, $"{path}/{file.Name}", path);
                alone.Add(file.Name);
            }
            else if (head.Kind == ContentKind.Text && peek.Look(file.Name, head.Bytes) is { Commands: > 1 } text)
            {
                transcripts.Add((file, head, text));
            }
        }

        // One transcript among the files is part of the capture that they are; several are captures of their own.
        bool isOne = manifest is not null || TimestampName.Parse(LastPart(path), out _) is not null
            || (transcripts.Count < 2
            && transcripts.TrueForAll(t => t.Text.Captures.Count == 1 && !t.Text.Captures[0].IsCrashSummary));
        if (peek.IsCapture && isOne)
        {
            Plan(new FolderContainer(folder, path, alone), peek.Finish(LastPart(path)), path, parent);
            return;
        }

        alone.UnionWith(transcripts.Select(t => t.File.Name));
        foreach ((ISourceNode file, _, _) in transcripts)
        {
            VisitFile(file, $"{path}/{file.Name}", path);
        }

        List<ISourceNode> others = files.FindAll(file => !alone.Contains(file.Name));
        if (transcripts.Count > 0 && others.Count > 0)
        {
            var rest = new CapturePeek(context);
            foreach (ISourceNode file in others)
            {
                FileContent head = FileLoader.Load(file, CapturePeek.HeadBytes, context);
                if (head.Kind == ContentKind.Text)
                {
                    rest.Look(file.Name, head.Bytes);
                }
            }

            if (rest.IsCapture)
            {
                Plan(new FolderContainer(folder, path, alone), rest.Finish(LastPart(path)), path, parent);
                return;
            }
        }

        foreach (ISourceNode file in others)
        {
            ReportUnknown(file, $"{path}/{file.Name}");
        }
    }

    /// <summary>Says of a file that no capture is in what it is, as far as one can see.</summary>
    private void ReportUnknown(ISourceNode file, string path) =>
        ReportUnknown(file.Name, path, FileLoader.Load(file, CapturePeek.HeadBytes, context));

    private void ReportUnknown(string name, string path, FileContent head)
    {
        using var reader = new CaptureReader(path, context);
        reader.Add(name, new SourceFile(path), head);
        _problems.AddRange(reader.Finish().Capture.Diagnostics.Where(d => d.Id != DiagnosticId.TooLarge));
    }

    private bool IsArchive(ISourceNode file, FileContent head) =>
        head.Kind is ContentKind.Tar or ContentKind.Zip
        || (head is { Outer: ContentKind.Zstd, Problem: not LoadProblem.MissingProgram }
            && ArchiveReader.InnerKind(file, context) == ContentKind.Tar);

    private void VisitArchive(ISourceNode file, string path, string parent)
    {
        var container = new ArchiveContainer(file, path);
        var look = new ArchiveLook(container, context);
        string name = LastPart(path);
        foreach ((ArchiveMember member, CaptureIdentity identity) in
            look.Run(new ArchiveReader(file, path, context, Report).Entries(), name))
        {
            container.Members.Add(member);
            bool isAll = member.Key.Length == 0;
            string source = isAll ? path : $"{path}!{member.Key}";
            string inside = isAll ? "" : member.Key[..Math.Max(member.Key.LastIndexOf('/'), 0)];
            Plan(
                container,
                identity,
                member.Part is > 0 ? $"{source}#{member.Part + 1}" : source,
                isAll ? parent : $"{path}!{inside}",
                container.Members.Count - 1);
        }

        foreach (ArchiveEntry unknown in look.Unknown)
        {
            ReportUnknown(unknown.Name, unknown.Path, unknown.File);
        }
    }

    private void VisitFile(ISourceNode file, string path, string parent)
    {
        if (file.Refusal is null && ArchiveReader.InnerKind(file, context) is ContentKind.Tar or ContentKind.Zip)
        {
            VisitArchive(file, path, parent);
            return;
        }

        FileContent loaded = FileLoader.Load(file, context.Limits.FileBytes, context);
        if (CaptureStreamReader.Starts(loaded.Bytes.Span))
        {
            VisitStream(file, path, parent);
            return;
        }

        Transcript? text = loaded.Kind == ContentKind.Text
            ? Transcript.Read(new SourceFile(path), loaded.Bytes, loaded.Problem != LoadProblem.None, context.Limits)
            : null;
        if (text is not { Captures.Count: > 0 })
        {
            ReportUnknown(file, path);
            return;
        }

        var container = new TextContainer(file, path, new TextLook(loaded.Problem, text));
        for (int i = 0; i < text.Captures.Count; i++)
        {
            bool? isQuoted = text.Captures.Count == 1 ? null : text.Captures[i].IsQuoted;
            var peek = new CapturePeek(context) { IsQuoted = isQuoted };
            peek.Look(text.Captures[i]);
            Plan(
                container, peek.Finish(LastPart(path)), text.Captures.Count == 1 ? path : $"{path}#{i + 1}", parent, i);
        }
    }

    private void VisitStream(ISourceNode file, string path, string parent)
    {
        var container = new StreamContainer(file);
        int count = 0;
        foreach (StreamedCapture capture in container.Captures(context))
        {
            string source = $"{path}#{count + 1}";
            Plan(
                container,
                new CaptureIdentity(capture.Host, capture.TakenAt, capture.TakenAt),
                source,
                parent,
                count++);
        }

        if (count == 0)
        {
            Report(DiagnosticId.UnknownFile, "a stream of the collector with no capture in it", path);
        }
    }

    private void Plan(Capture capture, string source, string parent, DateTimeOffset? earliest) => Plan(
        new ReadyContainer(capture),
        new CaptureIdentity(
            capture.Host.Name, capture.TakenAt, earliest > capture.TakenAt ? earliest : capture.TakenAt),
        source,
        parent);

    private void Plan(
        CaptureContainer container, CaptureIdentity identity, string source, string parent, int member = 0) =>
        _found.Add(new PlannedCapture
        {
            Container = container,
            Member = member,
            Source = source,
            Host = identity.Host,
            Facts = identity.Facts,
            TakenAt = identity.TakenAt,
            OrderTime = identity.OrderTime,
            Parent = parent,
        });

    private void Report(string id, string text, string path) =>
        _problems.Add(new Diagnostic(id, text, new SourceLine(new SourceFile(path), 0)));
}
