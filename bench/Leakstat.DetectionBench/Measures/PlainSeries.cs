using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Knowledge;

namespace Leakstat.DetectionBench.Measures;

/// <summary>A series of a host as a script would see it: bytes over hours, of an owner of memory.</summary>
/// <param name="Subject">The owner, as the product names it.</param>
/// <param name="Bytes">Bytes in use at each sample.</param>
/// <param name="IsExplained">Whether a counter rose with it, and by nearly as much.</param>
internal sealed record PlainSeries(Subject Subject, double[] Bytes, bool IsExplained)
{
    /// <summary>
    /// All of a history that moves: zones (buckets aside, where types are known), types, and wired memory less what
    /// zones hold. Series with a gap carry their last value on.
    /// </summary>
    public static PlainSeries[] Of(HostHistory history)
    {
        double[][] counters =
        [
            .. history.Series.Where(s => s.Key.Kind == SeriesKind.Counter && !s.IsConstant).Select(s => Carried(s, 1))
                .Where(v => v.Length >= 6),
        ];
        bool typed = history.Series.Any(s => s.Key.Kind == SeriesKind.MallocBytes);
        List<PlainSeries> all = [];
        double[] zones = new double[history.Samples.Length];
        foreach (Series series in history.Series.Where(s => s.Key.Kind is SeriesKind.ZoneUsed or SeriesKind.ZoneFree))
        {
            double[] held = Carried(series, Math.Max(series.ItemSize, 1));
            for (int i = 0; i < held.Length; i++)
            {
                zones[i] += held[i];
            }
        }

        foreach (Series series in history.Series.Where(s => !s.IsConstant))
        {
            string name = series.Key.Name;
            if (series.Key.Kind == SeriesKind.ZoneUsed
                && !(typed && name.StartsWith("malloc-", StringComparison.Ordinal)) && !ZoneKinds.IsInternal(name)
                && !ZoneKinds.IsCacheZone(name))
            {
                all.Add(Made(Subject.Zone(name), Carried(series, Math.Max(series.ItemSize, 1)), counters));
            }
            else if (series.Key.Kind == SeriesKind.MallocBytes)
            {
                all.Add(Made(Subject.Malloc(name), Carried(series, 1), counters));
            }
            else if (series.Key is { Kind: SeriesKind.Account, Name: AccountName.Wired })
            {
                all.Add(Made(Subject.Unaccounted, [.. Carried(series, 1).Zip(zones, (w, z) => Math.Max(w - z, 0))],
                    counters));
            }
        }

        return [.. all];
    }

    private static PlainSeries Made(Subject subject, double[] bytes, double[][] counters)
    {
        double growth = Growth(bytes);
        return new PlainSeries(subject, bytes, growth > 1 && counters.Any(c => Growth(c) - 1 >= (growth - 1) / 1.5
            && Correlation(c, bytes) >= 0.97));
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average(), ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }

        return aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : 0;
    }

    // The lowest of the last third over the highest of the first.
    private static double Growth(double[] values)
    {
        int third = values.Length / 3;
        return third == 0 ? 1 : values[^third..].Min() / Math.Max(values[..third].Max(), 1);
    }

    private static double[] Carried(Series series, double each)
    {
        double[] bytes = new double[series.Count];
        double last = double.NaN;
        int i = 0;
        foreach (long? value in series.Values)
        {
            last = value * each ?? last;
            bytes[i++] = last;
        }

        int first = Array.FindIndex(bytes, b => !double.IsNaN(b));
        Array.Fill(bytes, first < 0 ? 0 : bytes[first], 0, Math.Max(first, 0));
        return bytes;
    }
}
