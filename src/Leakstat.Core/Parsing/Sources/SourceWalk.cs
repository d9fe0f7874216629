using Leakstat.Model;

namespace Leakstat.Parsing.Sources;

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
    public void Add(ISourceNode source) => Visit(source, TrimEnd(source.Name), "", 0);

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
            List<ISourceNode> children = [.. folder.Children()];
            children.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
            return children;
        }
        catch (Exception e) when (FileLoader.IsReadFault(e))
        {
            problem = e.Message;
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
            Report(DiagnosticId.TooDeep, $"folders are nested deeper than {context.Limits.FolderDepth}; not read", path);
            return;
        }

        IReadOnlyList<ISourceNode> children = ChildrenOf(folder, out string? problem);
        if (problem is not null)
        {
            Report(DiagnosticId.UnreadableFile, $"could not be read: {problem}", path);
            return;
        }

        List<ISourceNode> files = [.. children.Where(child => !child.IsFolder)];
        if (files.Count > 0)
        {
            VisitFiles(folder, files, path, parent);
        }

        foreach (ISourceNode child in children)
        {
            if (child.IsFolder)
            {
                Visit(child, $"{path}/{child.Name}", path, depth + 1);
            }
        }
    }

    private void VisitFiles(ISourceNode folder, List<ISourceNode> files, string path, string parent)
    {
        var peek = new CapturePeek(context);
        ISourceNode? manifest = files.Find(file => file.Name == CaptureManifest.FileName);
        if (manifest is not null)
        {
            peek.Look(manifest.Name, FileLoader.Load(manifest, CapturePeek.HeadBytes, context).Bytes);
        }

        foreach (ISourceNode file in files)
        {
            if (peek.IsComplete)
            {
                break;
            }

            if (file != manifest)
            {
                LoadedFile head = FileLoader.Load(file, CapturePeek.HeadBytes, context);
                if (head.Kind == ContentKind.Text)
                {
                    peek.Look(file.Name, head.Bytes);
                }
            }
        }

        if (peek.IsCapture)
        {
            Plan(new FolderContainer(folder, path), peek.Finish(LastPart(path)), path, parent);
            return;
        }

        foreach (ISourceNode file in files)
        {
            Report(DiagnosticId.UnknownFile, "not recognised; skipped", $"{path}/{file.Name}");
        }
    }

    private void VisitFile(ISourceNode file, string path, string parent)
    {
        var peek = new CapturePeek(context);
        LoadedFile head = FileLoader.Load(file, CapturePeek.HeadBytes, context);
        if (head.Problem == LoadProblem.Unreadable)
        {
            Report(DiagnosticId.UnreadableFile, $"could not be read: {head.Text}", path);
            return;
        }

        peek.Look(file.Name, head.Bytes);
        Plan(new TextContainer(file, path), peek.Finish(LastPart(path)), path, parent);
    }

    private void Plan(CaptureContainer container, CaptureIdentity identity, string source, string parent) =>
        _found.Add(new PlannedCapture
        {
            Container = container,
            Source = source,
            Host = identity.Host,
            TakenAt = identity.TakenAt,
            OrderTime = identity.OrderTime,
            Parent = parent,
        });

    private void Report(string id, string text, string path) =>
        _problems.Add(new Diagnostic(id, text, new SourceLine(new SourceFile(path), 0)));
}
