using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;

namespace Leakstat.Diagnosis.TwoHosts;

/// <summary>
/// How much larger or busier one side is. What follows memory or load grows by so much more there, and that is no
/// regression. Only ever in favour of the larger side: that less load should leak less is not assumed.
/// </summary>
internal sealed class LoadScale
{
    /// <summary>Beyond this two loads are too different for one to say anything of the other.</summary>
    private const double Most = 100;

    /// <summary>A level below this, on average, is too few to be a measure of load.</summary>
    private const double FewestCounted = 8;

    private readonly ImmutableDictionary<string, ComparedLoad> _load;
    private readonly double _memory;

    public LoadScale(DiagnosisCase a, DiagnosisCase b, UptimeOverlap overlap)
    {
        var load = ImmutableDictionary.CreateBuilder<string, ComparedLoad>();
        foreach (string counter in TrendAnalysis.Levels)
        {
            if (Mean(a.History, overlap.A, overlap, counter) is { } meanOfA && Mean(b.History, overlap.B, overlap, counter) is { } meanOfB)
            {
                load[counter] = new ComparedLoad(counter, meanOfA, meanOfB);
            }
        }

        _load = load.ToImmutable();
        _memory = a.Latest.Host.PhysicalMemory is { Value: > 0 } memoryOfA && b.Latest.Host.PhysicalMemory is { Value: > 0 } memoryOfB
            && !HostChanges.IsAlike(memoryOfA.Value, memoryOfB.Value)
            ? (double)memoryOfB.Value / memoryOfA.Value
            : 1;
    }

    /// <summary>Levels that both sides count, by name.</summary>
    public ImmutableArray<ComparedLoad> Load => [.. _load.Values.OrderBy(l => l.Name, StringComparer.Ordinal)];

    /// <summary>Factor for the growth of A of a zone or type, with its reason; 1 where B is not larger or busier.</summary>
    /// <param name="name">Zone or type.</param>
    /// <param name="inverse">Whether A is the side that is judged.</param>
    public (double Scale, string? Reason) Of(string name, bool inverse)
    {
        double memory = inverse ? 1 / _memory : _memory;
        (double scale, string? reason) = memory > 1 ? (memory, "memory") : (1, null);
        foreach (string counter in GrowthExplanations.For(name))
        {
            if (_load.TryGetValue(counter, out ComparedLoad? level) && Math.Min(level.A, level.B) >= FewestCounted)
            {
                double ratio = inverse ? level.A / level.B : level.B / level.A;
                (scale, reason) = ratio > scale ? (ratio, counter) : (scale, reason);
            }
        }

        return (Math.Min(scale, Most), reason);
    }

    private static double? Mean(HostHistory history, UptimeLine line, UptimeOverlap overlap, string counter)
    {
        if (history.Find(SeriesKind.Counter, counter) is not { } series)
        {
            return null;
        }

        double[] values =
        [
            .. line.Samples.Where((_, i) => line.Hours[i] >= overlap.From && line.Hours[i] <= overlap.To)
                .Select(i => series[i]).OfType<long>().Select(v => (double)v),
        ];
        return values.Length == 0 ? null : values.Average();
    }
}
