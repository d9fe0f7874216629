using System.Collections.Immutable;
using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Fuzz.Mutilations;

/// <summary>What was read of a text: the values of each kind of table, without the places where they stand.</summary>
/// <param name="Tables">By name: how many values, and all of them as one text.</param>
/// <param name="Hosts">Names of hosts, or how many have none.</param>
/// <param name="Problems">What was reported.</param>
internal sealed record PasteReading(
    ImmutableSortedDictionary<string, (int Count, string Values)> Tables, string Hosts, ImmutableArray<Diagnostic> Problems)
{
    /// <summary>Reads a text.</summary>
    public static PasteReading Of(string text)
    {
        SourceSet set = SourceSet.Open([new MemorySource("paste", Encoding.UTF8.GetBytes(text))], new NamePool(), ReadLimits.Default);
        SortedDictionary<string, (int Count, string Values)> tables = new(StringComparer.Ordinal);
        List<Diagnostic> problems = [.. set.Problems];
        foreach (Capture capture in set.Hosts.SelectMany(host => host.Captures()))
        {
            foreach ((string name, IEnumerable<string> values) in ValuesOf(capture))
            {
                List<string> all = [.. values];
                if (all.Count > 0)
                {
                    (int count, string before) = tables.GetValueOrDefault(name);
                    tables[name] = (count + all.Count, before + string.Join(';', all));
                }
            }

            problems.AddRange(capture.Diagnostics);
        }

        return new PasteReading(
            tables.ToImmutableSortedDictionary(), string.Join(',', set.Hosts.Select(host => host.Host ?? "?").Order(StringComparer.Ordinal)), [.. problems]);
    }

    /// <summary>Whether the same values were read.</summary>
    public bool IsSame(PasteReading other) => Tables.Count == other.Tables.Count
        && Tables.All(table => other.Tables.TryGetValue(table.Key, out (int, string) values) && values == table.Value);

    /// <summary>Whether no value of the other is missing: prose may add messages.</summary>
    public bool Keeps(PasteReading other) =>
        other.Tables.All(table => Tables.TryGetValue(table.Key, out (int Count, string) values) && values.Count >= table.Value.Count);

    /// <summary>Where this differs from what it should be: the table, counts, the first value that differs.</summary>
    public string Difference(PasteReading should)
    {
        var built = new StringBuilder();
        foreach (string table in Tables.Keys.Union(should.Tables.Keys))
        {
            (int count, string values) = Tables.GetValueOrDefault(table);
            (int wanted, string wantedValues) = should.Tables.GetValueOrDefault(table);
            if (values != wantedValues)
            {
                string[] are = (values ?? "").Split(';');
                string[] were = (wantedValues ?? "").Split(';');
                int first = Enumerable.Range(0, Math.Max(are.Length, were.Length)).First(i => are.ElementAtOrDefault(i) != were.ElementAtOrDefault(i));
                built.Append(System.Globalization.CultureInfo.InvariantCulture, $"{table}: {count} for {wanted}; ")
                    .Append(are.ElementAtOrDefault(first)).Append(" for ").Append(were.ElementAtOrDefault(first)).Append('\n');
            }
        }

        return built.ToString();
    }

    private static IEnumerable<(string Name, IEnumerable<string> Values)> ValuesOf(Capture capture)
    {
        yield return ("zones", capture.Zones?.Rows.Select(z => (z with { Line = 0 }).ToString()) ?? []);
        yield return ("types", capture.MallocTypes?.Rows.Select(t => (t with { Line = 0 }).ToString()) ?? []);
        yield return ("sysctls", capture.Sysctls.Names.Order(StringComparer.Ordinal).Select(n => $"{n}={capture.Sysctls.Text(n)}"));
        yield return ("messages", capture.Messages?.Messages.Select(m => m.Text) ?? []);
        yield return ("modules", capture.KernelFiles?.Files.Select(f => f.Name) ?? []);
        yield return ("swap", capture.Swap?.Devices.Select(d => (d with { Line = 0 }).ToString()) ?? []);
        yield return ("top", Parts(capture.Top?.Memory).Concat(Parts(capture.Top?.Arc)).Concat(Parts(capture.Top?.Swap)));
        yield return ("mbufs", Pools(capture.Mbufs));
        yield return ("counters", capture.Summary is { } summary ? Parts(summary.Values) : []);
    }

    private static IEnumerable<string> Parts(IReadOnlyDictionary<string, Reading>? parts) =>
        parts?.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value.Value}") ?? [];

    private static IEnumerable<string> Pools(MbufStatistics? mbufs) => mbufs is null
        ? []
        : new[] { mbufs.Mbufs, mbufs.Clusters, mbufs.Packets, mbufs.JumboPage, mbufs.Jumbo9, mbufs.Jumbo16, mbufs.Bytes }
            .Select(p => p is { } pool ? $"{pool.Current}/{pool.Cache}/{pool.Total}/{pool.Max}" : "-")
            .Append($"{mbufs.MbufsDenied?.Value}/{mbufs.ClustersDenied?.Value}");
}
