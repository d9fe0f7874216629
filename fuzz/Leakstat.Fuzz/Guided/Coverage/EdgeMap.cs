using System.Globalization;

namespace Leakstat.Fuzz.Guided.Coverage;

/// <summary>A place in the code: the outermost type that it is in, and what tells it from others there.</summary>
/// <param name="Type">Full name of the type.</param>
/// <param name="Place">Method and offset of the instruction.</param>
public readonly record struct EdgeSite(string Type, string Place);

/// <summary>What the instrumenter found: edges by number, and by type the constants in the code.</summary>
public sealed class EdgeMap
{
    private readonly List<EdgeSite> _sites = [];
    private readonly SortedDictionary<string, SortedSet<string>> _tokens = new(StringComparer.Ordinal);

    /// <summary>The edges; their numbers are their places.</summary>
    public IReadOnlyList<EdgeSite> Sites => _sites;

    /// <summary>Notes an edge and gives its number.</summary>
    public int Add(EdgeSite site)
    {
        if (_sites.Count == Edges.Most)
        {
            throw new InvalidOperationException($"more than {Edges.Most} edges");
        }

        _sites.Add(site);
        return _sites.Count - 1;
    }

    /// <summary>Notes a constant of a type.</summary>
    public void AddToken(string type, ReadOnlySpan<byte> token)
    {
        if (token.Length is 0 or > 64)
        {
            return;
        }

        if (!_tokens.TryGetValue(type, out SortedSet<string>? tokens))
        {
            _tokens.Add(type, tokens = new SortedSet<string>(StringComparer.Ordinal));
        }

        tokens.Add(Convert.ToHexString(token));
    }

    /// <summary>The constants of those types, each once, in an order that is always the same.</summary>
    public byte[][] Tokens(Func<string, bool> covers) =>
    [
        .. _tokens.Where(t => covers(t.Key)).SelectMany(t => t.Value).Distinct(StringComparer.Ordinal)
            .Select(Convert.FromHexString),
    ];

    /// <summary>Numbers of the edges at those places.</summary>
    public int[] Of(Func<EdgeSite, bool> covers) =>
        [.. Enumerable.Range(0, _sites.Count).Where(edge => covers(_sites[edge]))];

    /// <summary>Writes it to a file.</summary>
    public void Save(string file)
    {
        using var writer = new StreamWriter(file);
        foreach (EdgeSite site in _sites)
        {
            writer.WriteLine($"E\t{site.Type}\t{site.Place}");
        }

        foreach ((string type, SortedSet<string> tokens) in _tokens)
        {
            foreach (string token in tokens)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"T\t{type}\t{token}"));
            }
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static EdgeMap Load(string file)
    {
        var map = new EdgeMap();
        foreach (string line in File.ReadLines(file))
        {
            string[] parts = line.Split('\t');
            if (parts[0] == "E")
            {
                map.Add(new EdgeSite(parts[1], parts[2]));
            }
            else
            {
                map.AddToken(parts[1], Convert.FromHexString(parts[2]));
            }
        }

        return map;
    }
}
