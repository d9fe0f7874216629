using Leakstat.Fuzz.Guided.Coverage;

namespace Leakstat.Fuzz.Guided.Targets;

/// <summary>A reader that is fuzzed by what code its inputs reach.</summary>
/// <param name="Name">What it is called: <c>vmstat-z/text</c>, <c>elf</c>.</param>
/// <param name="Types">Its types: full names, or namespaces where they end with a dot.</param>
/// <param name="Seeds">Makes well-formed inputs.</param>
/// <param name="Read">
/// Has an input read; takes a report of what must not be, and gives whether the reader got past its first header (a
/// row, a section, a table). An exception is a failure.
/// </param>
public sealed record GuidedTarget(
    string Name, IReadOnlyList<string> Types, Func<IEnumerable<byte[]>> Seeds, Func<byte[], Action<string>, bool> Read)
{
    /// <summary>Bytes that an input has at most.</summary>
    public int MostBytes { get; init; } = 4096;

    /// <summary>What of its types is none of it, by parts of the names of types and methods.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Words that it looks for besides the constants in its types.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>Name for files.</summary>
    public string FileName => Name.Replace('/', '-').Replace(' ', '-');

    /// <summary>Whether a place in the code is one of the reader's.</summary>
    public bool Covers(EdgeSite site) =>
        Covers(site.Type) && !Without.Any(part => site.Place.Contains(part, StringComparison.Ordinal));

    /// <summary>Whether a type is one of the reader's.</summary>
    public bool Covers(string type) =>
        !Without.Any(part => type.LastIndexOf(part, StringComparison.Ordinal) > type.LastIndexOf('.'))
        && Types.Any(own => own.EndsWith('.') ? type.StartsWith(own, StringComparison.Ordinal) : type == own);
}
