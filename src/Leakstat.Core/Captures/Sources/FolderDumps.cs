namespace Leakstat.Captures.Sources;

/// <summary>The crash dumps among the files of a folder, and what savecore(8) wrote beside them.</summary>
internal sealed class FolderDumps
{
    private static readonly string[] s_compressions = [".gz", ".zst"];

    /// <summary>Tells them apart from the other files; none where nothing reads them.</summary>
    public FolderDumps(IReadOnlyList<ISourceNode> files, IDumpReader? reader)
    {
        Dumps = reader is null ? [] : [.. files.Where(reader.IsDump)];
        Names = Dumps.SelectMany(dump => (string[])[dump.Name, "info." + Number(dump.Name)]).ToHashSet(
            StringComparer.Ordinal);
    }

    /// <summary>The dumps.</summary>
    public IReadOnlyList<ISourceNode> Dumps { get; }

    /// <summary>Names of the dumps, and of the <c>info.N</c> of each, which is read with it.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>Whether a file is crashinfo(8)'s summary (<c>core.txt.N</c>) of a dump.</summary>
    public static bool IsSummaryOf(string file, string dump) => file == "core.txt." + Number(dump);

    /// <summary>The N of <c>vmcore.N</c>, <c>vmcore.N.zst</c>.</summary>
    private static string Number(string name)
    {
        string plain = Array.Find(s_compressions, c => name.EndsWith(c, StringComparison.Ordinal)) is { } ending
            ? name[..^ending.Length]
            : name;
        return plain[(plain.LastIndexOf('.') + 1)..];
    }
}
