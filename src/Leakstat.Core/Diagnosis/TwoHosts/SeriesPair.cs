using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.TwoHosts;

/// <summary>One series of one side, in bytes, over the samples of the boot that is compared.</summary>
/// <param name="Key">Key in the side's history.</param>
/// <param name="Role">What it stands for.</param>
/// <param name="Quantum">Smallest step, bytes.</param>
/// <param name="Values">Bytes, NaN where missing.</param>
/// <param name="At">Where the latest value stands.</param>
internal sealed record SideSeries(SeriesKey Key, SeriesRole Role, double Quantum, double[] Values, SourceLine? At)
{
    /// <summary>Every owner's series of one side.</summary>
    public static Dictionary<SeriesKey, SideSeries> Of(DiagnosisCase context, UptimeLine line)
    {
        var found = new Dictionary<SeriesKey, SideSeries>();
        foreach (Series series in context.History.Series)
        {
            if (TrendAnalysis.Input(
                series, context.History, context.Latest, context.Latest.MallocTypes is not null) is not { } input)
            {
                continue;
            }

            double size = Math.Max(series.ItemSize, 1);
            double[] values = [.. line.Samples.Select(i => input.Values[i] * size)];
            if (Array.Exists(values, double.IsFinite))
            {
                found[series.Key] = new SideSeries(
                    series.Key, input.Role, Math.Max(input.Quantum, 1) * (size > 1 ? size : 1), values, series.LastAt);
            }
        }

        return found;
    }

    /// <summary>Several series as one.</summary>
    public static SideSeries Sum(IReadOnlyList<SideSeries> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        // A part that a capture lacks holds nothing there (a zone shows from its first allocation on).
        double[] sum = new double[parts[0].Values.Length];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = parts.Any(p => double.IsFinite(p.Values[i]))
                ? parts.Sum(p => double.IsFinite(p.Values[i]) ? p.Values[i] : 0)
                : double.NaN;
        }

        return parts[0] with { Values = sum, Quantum = parts.Max(p => p.Quantum) };
    }

    /// <summary>Latest value, bytes.</summary>
    public long Last => (long)Array.FindLast(Values, double.IsFinite);
}

/// <summary>What stands for the same thing on both sides; one of them may lack it.</summary>
/// <param name="A">In A.</param>
/// <param name="B">In B.</param>
/// <param name="NamesInA">Names in A where they differ from those in B.</param>
/// <param name="NamesInB">Names in B where they are several.</param>
internal sealed record SeriesPair(
    SideSeries? A, SideSeries? B, ImmutableArray<string> NamesInA, ImmutableArray<string> NamesInB)
{
    /// <summary>The side that names it.</summary>
    public SideSeries Named => B ?? A!;

    /// <summary>
    /// Pairs the series of two sides by name. Where the names of a group that a release renamed differ, the sums are
    /// compared.
    /// </summary>
    public static List<SeriesPair> Of(Dictionary<SeriesKey, SideSeries> a, Dictionary<SeriesKey, SideSeries> b)
    {
        var pairs = new List<SeriesPair>();
        HashSet<SeriesKey> done = [];
        foreach (ImmutableArray<(bool IsZone, string Name)> group in SameByRelease.Groups)
        {
            SeriesKey[] keys = [.. group.Select(
                m => new SeriesKey(m.IsZone ? SeriesKind.ZoneUsed : SeriesKind.MallocBytes, m.Name))];
            SeriesKey[] inA = [.. keys.Where(a.ContainsKey)];
            SeriesKey[] inB = [.. keys.Where(b.ContainsKey)];
            if (inA.Length > 0 && inB.Length > 0 && !inA.AsSpan().SequenceEqual(inB))
            {
                pairs.Add(new SeriesPair(
                    SideSeries.Sum([.. inA.Select(k => a[k])]),
                    SideSeries.Sum([.. inB.Select(k => b[k])]),
                    [.. inA.Select(k => k.Name)],
                    inB.Length > 1 ? [.. inB.Select(k => k.Name)] : []));
                done.UnionWith(inA);
                done.UnionWith(inB);
            }
        }

        foreach (SeriesKey key in a.Keys.Union(b.Keys).Where(k => !done.Contains(k))
            .OrderBy(k => k.Kind).ThenBy(k => k.Name, StringComparer.Ordinal))
        {
            pairs.Add(new SeriesPair(a.GetValueOrDefault(key), b.GetValueOrDefault(key), [], []));
        }

        return pairs;
    }
}
