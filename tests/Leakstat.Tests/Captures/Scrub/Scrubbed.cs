using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Scrub;
using Leakstat.Captures.Sources;

namespace Leakstat.Tests.Captures.Scrub;

/// <summary>A capture held in memory, and what scrubbing makes of it.</summary>
internal sealed record Scrubbed(IReadOnlyList<ScrubbedFile> Files, Scrubber Scrubber)
{
    /// <summary>Scrubs a source.</summary>
    public static Scrubbed Of(ISourceNode source, ScrubOptions? options = null, ReadLimits? limits = null)
    {
        var scrubber = new Scrubber(limits ?? ReadLimits.Default, null, options);
        return new Scrubbed([.. scrubber.Files(source)], scrubber);
    }

    /// <summary>Scrubs named texts in one folder.</summary>
    public static Scrubbed Of(params (string Name, string Text)[] files) => Of(Folder("caps", files));

    /// <summary>A folder of texts; slashes in names make folders.</summary>
    public static MemorySource Folder(string name, IEnumerable<(string Name, string Text)> files) =>
        Tree(name, [.. files.Select(f => (f.Name, Encoding.Latin1.GetBytes(f.Text)))]);

    /// <summary>The output as a source.</summary>
    public MemorySource AsSource(string name) => Tree(name, [.. Files.Select(f => (f.Path, f.Bytes))]);

    /// <summary>The text of a file of the output.</summary>
    public string Text(string path) => Encoding.Latin1.GetString(Assert.Single(Files, f => f.Path == path).Bytes);

    /// <summary>All of the output, paths among it.</summary>
    public string Everything() => string.Join('\n', Files.Select(f => f.Path + "\n" + Encoding.Latin1.GetString(f.Bytes)));

    private static MemorySource Tree(string name, IReadOnlyList<(string Path, byte[] Bytes)> files) => new(
        name,
        [
            .. files.Where(f => !f.Path.Contains('/', StringComparison.Ordinal)).Select(f => new MemorySource(f.Path, f.Bytes)),
            .. files.Where(f => f.Path.Contains('/', StringComparison.Ordinal))
                .GroupBy(f => f.Path[..f.Path.IndexOf('/', StringComparison.Ordinal)])
                .Select(g => Tree(g.Key, [.. g.Select(f => (f.Path[(g.Key.Length + 1)..], f.Bytes))])),
        ]);
}
