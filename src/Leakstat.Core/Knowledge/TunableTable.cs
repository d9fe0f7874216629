using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>
/// Which tunable exists in which release and where it can be set (<c>Knowledge/Data/tunables.tsv</c>, from the
/// declarations in the kernel sources of 9.3, 10.4, 11.0, 12.1, 13.0, 14.2 and 15.0).
/// </summary>
public sealed class TunableTable
{
    private static readonly Lazy<TunableTable> Embedded =
        new(static () => Read(new StringReader(BuiltInKnowledge.Text("tunables.tsv"))));

    private readonly ILookup<string, Tunable> _rows;
    private readonly ILookup<string, Tunable> _byReplacement;

    /// <summary>Takes the rows.</summary>
    public TunableTable(IEnumerable<Tunable> rows)
    {
        ImmutableArray<Tunable> all = [.. rows];
        _rows = all.ToLookup(t => t.Name);
        _byReplacement = all.Where(t => t.ReplacedBy is not null).ToLookup(t => t.ReplacedBy!);
    }

    /// <summary>The table that ships with leakstat.</summary>
    public static TunableTable BuiltIn => Embedded.Value;

    /// <summary>Whether the name is known in any release.</summary>
    public bool Knows(string name) => _rows.Contains(name);

    /// <summary>Every span of a name, the oldest first; empty where it is not known.</summary>
    public IEnumerable<Tunable> Spans(string name) => _rows[name];

    /// <summary>
    /// The row of a name in a release (the newest span where the release is not known); null where the name is not
    /// known or that release does not have it.
    /// </summary>
    public Tunable? Find(string name, FreeBsdRelease? release) => release is null
        ? _rows[name].LastOrDefault()
        : _rows[name].FirstOrDefault(t => t.IsIn(release.Major, release.Minor));

    /// <summary>
    /// The row that does in a release what <paramref name="name"/> does in another: the name itself, what it was called
    /// before, or what took its place.
    /// </summary>
    public Tunable? FindByAnyName(string name, FreeBsdRelease? release)
    {
        if (Find(name, release) is { } found)
        {
            return found.ReplacedBy is { } newer && Find(newer, release) is { } better ? better : found;
        }

        return release is null
            ? null
            : _rows[name].Select(t => t.ReplacedBy).OfType<string>()
                .Concat(_byReplacement[name].Select(t => t.Name))
                .Select(other => Find(other, release))
                .FirstOrDefault(t => t is not null);
    }

    /// <summary>Reads a table; lines that are no rows are skipped.</summary>
    public static TunableTable Read(TextReader text)
    {
        var rows = new List<Tunable>();
        while (text.ReadLine() is { } line)
        {
            string[] cells = line.Split('\t');
            if (cells.Length != 7 || line.StartsWith('#') || cells[0] == "name")
            {
                continue;
            }

            rows.Add(new Tunable
            {
                Name = cells[0],
                First = Release(cells[1], 0),
                Last = Release(cells[2], 99),
                Kind = cells[3][0] == 'R' ? TunableKind.Runtime : cells[3] == "L" ? TunableKind.Loader
                    : TunableKind.Both,
                IncreaseOnly = cells[3].EndsWith('+'),
                Architecture = OrNull(cells[4]),
                ReplacedBy = OrNull(cells[5]),
                Note = OrNull(cells[6]),
            });
        }

        return new TunableTable(rows);
    }

    private static string? OrNull(string cell) => cell is "-" or "" ? null : cell;

    private static (int Major, int Minor)? Release(string cell, int minorIfNone)
    {
        if (OrNull(cell) is null)
        {
            return null;
        }

        string[] parts = cell.Split('.');
        return (
            int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture),
            parts.Length > 1 ? int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture) : minorIfNone);
    }
}
