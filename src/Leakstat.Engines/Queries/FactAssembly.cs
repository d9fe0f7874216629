using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Engines.Metrics;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Queries;

/// <summary>What places each sample on the time line, out of the series of a host.</summary>
internal static class FactAssembly
{
    public static ImmutableArray<SampleFacts> Build(string place, ILookup<string, TimeSeries> byName, SampleGrid grid)
    {
        DateTimeOffset?[] booted = Boots(byName, grid);
        long?[] uptime =
            byName[MetricName.UptimeSeconds].FirstOrDefault() is { } up ? grid.Column(up) : new long?[grid.Times.Count];
        long?[] rebooted =
            byName[MetricName.Rebooted].FirstOrDefault() is { } re ? grid.Column(re) : new long?[grid.Times.Count];
        List<(string Name, long?[] Values)> releases = Named(byName[MetricName.Release], "release", grid);
        List<(string Name, long?[] Values)> modules = Named(byName[MetricName.ModuleLoaded], "module", grid);
        List<(string Name, long?[] Values)> settings = Named(
            byName[MetricName.Sysctl].Where(s => SampleFacts.Settings.Contains(s["name"])), "name", grid);
        List<(string Name, long?[] Values)> requests =
            Named(
                byName[MetricName.ZoneRequestsTotal].Where(s => SampleFacts.BusyZones.Contains(s["zone"])),
                "zone",
                grid);
        var facts = ImmutableArray.CreateBuilder<SampleFacts>(grid.Times.Count);
        for (int i = 0; i < grid.Times.Count; i++)
        {
            DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(grid.Times[i]);
            facts.Add(new SampleFacts
            {
                Source = string.Create(CultureInfo.InvariantCulture, $"{place} {time:yyyy-MM-ddTHH:mm:ssZ}"),
                TakenAt = time,
                BootedAt = booted[i],
                UptimeSeconds = uptime[i],
                IsRebooted = rebooted[i] == 1,
                Release = At(releases, i).Select(r => r.Name).FirstOrDefault(),
                Requests = At(requests, i).ToImmutableSortedDictionary(
                    r => r.Name, r => r.Value, StringComparer.Ordinal),
                Modules = ModulesAt(place, modules, i),
                Tunables = At(settings, i).ToImmutableSortedDictionary(
                    s => s.Name,
                    s => new Reading(s.Value, HistoryAssembly.At(place, MetricName.Sysctl, "name", s.Name)),
                    StringComparer.Ordinal),
            });
        }

        return facts.MoveToImmutable();
    }

    /// <summary>
    /// A host has a kernel and hardly ever no module at all: without one it is not known which there are.
    /// </summary>
    private static ImmutableSortedDictionary<string, SourceLine>? ModulesAt(
        string place, List<(string Name, long?[] Values)> modules, int sample)
    {
        (string Name, long Value)[] loaded = [.. At(modules, sample)];
        return loaded.Length == 0
            ? null
            : loaded.ToImmutableSortedDictionary(
                m => m.Name,
                m => HistoryAssembly.At(place, MetricName.ModuleLoaded, "module", m.Name),
                StringComparer.Ordinal);
    }

    /// <summary>Boot times are told in fractions of a second, which a column of whole numbers does not hold.</summary>
    private static DateTimeOffset?[] Boots(ILookup<string, TimeSeries> byName, SampleGrid grid)
    {
        TimeSeries? told = byName[MetricName.BootTimeSeconds].FirstOrDefault();
        long?[] milliseconds = told is null
            ? new long?[grid.Times.Count]
            : grid.Column(told with { Values = [.. told.Values.Select(v => v * 1000)] });
        return Array.ConvertAll(milliseconds, ms => ms is >= 0 and < 253_402_300_800_000 and { } known
            ? DateTimeOffset.FromUnixTimeMilliseconds(known)
            : (DateTimeOffset?)null);
    }

    private static List<(string Name, long?[] Values)> Named(
        IEnumerable<TimeSeries> series, string label, SampleGrid grid) =>
        [.. series.Where(s => s[label].Length > 0).DistinctBy(s => s[label]).Select(s => (s[label], grid.Column(s)))];

    private static IEnumerable<(string Name, long Value)> At(List<(string Name, long?[] Values)> columns, int sample) =>
        columns.Where(c => c.Values[sample] is not null).Select(c => (c.Name, c.Values[sample]!.Value));
}
