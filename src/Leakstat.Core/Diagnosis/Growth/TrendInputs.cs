using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>
/// The series of a host as the trend engine takes them: which zones are caches, which counters explain and which limits
/// bound is said here, for the engine knows nothing of FreeBSD.
/// </summary>
internal static class TrendInputs
{
    /// <summary>The host's series and, by the engine's name for each, whose they are.</summary>
    public static (
        HostSeries Host, Dictionary<string, SeriesKey> Keys) Of(HostHistory history, Capture latest, Series? remainder)
    {
        DateTimeOffset origin = history.Samples[0].TakenAt!.Value;
        var inputs = ImmutableArray.CreateBuilder<SeriesInput>();
        var keys = new Dictionary<string, SeriesKey>();
        bool typesKnown = latest.MallocTypes is not null;
        bool areTypesJudged = latest.MallocTypes is { Precision: not MemoryPrecision.Humanized };
        bool areBucketsJudged = !areTypesJudged || !MallocBuckets.HoldTypesOnly(history);
        IEnumerable<Series> owners = history.Series.Where(s => s.Key.Kind != SeriesKind.Account
            && (areBucketsJudged || s.Key.Kind != SeriesKind.ZoneUsed || !ZoneKinds.IsMallocBucket(s.Key.Name)));
        foreach (Series series in remainder is null ? owners : owners.Append(remainder))
        {
            if (!series.IsConstant && TrendAnalysis.Input(series, history, latest, typesKnown) is { } input)
            {
                inputs.Add(input);
                keys[input.Key] = series.Key;
            }
        }

        return (
            new HostSeries
            {
                Hours = [.. history.Samples.Select(s => (s.TakenAt!.Value - origin).TotalHours)],
                Boots = [.. history.Samples.Select(s => s.Boot)],
                UptimeAtStart = history.Samples[0].UptimeSeconds / 3600.0 ?? double.NaN,
                PhysicalBytes = latest.Host.PhysicalMemory is { Value: > 0 } memory ? memory.Value : double.NaN,
                Series = inputs.ToImmutable(),
                Counters =
                [
                    .. history.Series.Where(s => s.Key.Kind == SeriesKind.Counter
                        && TrendAnalysis.Levels.Contains(s.Key.Name))
                        .Select(s => new ExplainingCounter(s.Key.Name, TrendAnalysis.Numbers(s))),
                ],
            },
            keys);
    }

    /// <summary>The part of a host's series that belongs to one boot.</summary>
    public static HostSeries OfBoot(HostSeries host, int from, int to)
    {
        Range part = from..(to + 1);
        return host with
        {
            Hours = host.Hours[part],
            Boots = [],
            UptimeAtStart = from == 0 ? host.UptimeAtStart : 0,
            Series =
            [
                .. host.Series.Select(s => s with
                {
                    Values = s.Values[part],
                    Allocations = s.Allocations.IsDefaultOrEmpty ? [] : s.Allocations[part],
                    Frees = s.Frees.IsDefaultOrEmpty ? [] : s.Frees[part],
                }),
            ],
            Counters = [.. host.Counters.Select(c => c with { Values = c.Values[part] })],
        };
    }
}
