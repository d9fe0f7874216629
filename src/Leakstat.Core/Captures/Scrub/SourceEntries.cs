using Leakstat.Captures.Sources;
using Leakstat.Model;

namespace Leakstat.Captures.Scrub;

/// <summary>One file of a source, wherever it lies.</summary>
/// <param name="Path">Path below the source; folders and archives around it are folders in it.</param>
/// <param name="Shown">Path as it is printed.</param>
/// <param name="File">What it holds.</param>
internal readonly record struct SourceEntry(string Path, string Shown, FileContent File);

/// <summary>Every file of a source, archives opened up, one at a time and within the bounds of reading.</summary>
internal static class SourceEntries
{
    /// <summary>Goes through a source.</summary>
    /// <param name="source">A folder, an archive or a text.</param>
    /// <param name="context">Bounds and decompressor.</param>
    /// <param name="report">Takes problems: id, text, path; null for none.</param>
    public static IEnumerable<SourceEntry> Of(
        ISourceNode source, ReadContext context, Action<string, string, string>? report) =>
        source.IsFolder
            ? InFolder(source, "", source.Name, 0, context, report)
            : InFile(source, "", LastPart(source.Name), source.Name, isRoot: true, context, report);

    private static IEnumerable<SourceEntry> InFolder(
        ISourceNode folder, string path, string shown, int depth, ReadContext context, Action<string, string,
        string>? report)
    {
        if (depth > context.Limits.FolderDepth)
        {
            report?.Invoke(
                DiagnosticId.TooDeep, $"folders are nested deeper than {context.Limits.FolderDepth}; not read", shown);
            yield break;
        }

        IReadOnlyList<ISourceNode> children = SourceWalk.ChildrenOf(folder, out string? problem);
        if (problem is not null)
        {
            report?.Invoke(DiagnosticId.UnreadableFile, $"could not be read: {problem}", shown);
        }

        foreach (ISourceNode child in children)
        {
            IEnumerable<SourceEntry> entries = child.IsFolder
                ? InFolder(child, path + child.Name + "/", $"{shown}/{child.Name}", depth + 1, context, report)
                : InFile(child, path, child.Name, $"{shown}/{child.Name}", isRoot: false, context, report);
            foreach (SourceEntry entry in entries)
            {
                yield return entry;
            }
        }
    }

    private static IEnumerable<SourceEntry> InFile(
        ISourceNode file, string folder, string name, string shown, bool isRoot, ReadContext context, Action<string,
        string, string>? report)
    {
        if (file.Refusal is null && ArchiveReader.InnerKind(file, context) is ContentKind.Tar or ContentKind.Zip)
        {
            // An archive that was named as the source is the output's root; one among others is a folder of its own.
            string below = isRoot ? "" : folder + WithoutEnding(name) + "/";
            foreach (ArchiveEntry entry in new ArchiveReader(
                file, shown, context, report ?? (static (_, _, _) => { })).Entries())
            {
                string inside = entry.Folder.Length == 0
                    ? entry.Name
                    : $"{entry.Folder.Replace('!', '/')}/{entry.Name}";
                yield return new SourceEntry(below + inside, entry.Path, entry.File);
            }

            yield break;
        }

        yield return new SourceEntry(folder + name, shown, FileLoader.Load(file, context.Limits.FileBytes, context));
    }

    private static string WithoutEnding(string name)
    {
        foreach (string ending in new[] { ".tar.gz", ".tar.zst", ".tgz", ".tar", ".zip" })
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && name.Length > ending.Length)
            {
                return name[..^ending.Length];
            }
        }

        return name;
    }

    private static string LastPart(string path) => path.TrimEnd('/')[(path.TrimEnd('/').LastIndexOf('/') + 1)..];
}
