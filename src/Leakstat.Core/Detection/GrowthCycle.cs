using System.Collections.Immutable;

namespace Leakstat.Detection;

/// <summary>What a series gained during one boot.</summary>
/// <param name="Boot">Number of the boot.</param>
/// <param name="First">First sample of it.</param>
/// <param name="Last">Last sample of it.</param>
/// <param name="Gain">Units gained from the lowest of its first half to its end.</param>
/// <param name="PerHour">Units gained per hour since then.</param>
public readonly record struct BootGrowth(int Boot, int First, int Last, double Gain, double PerHour);

/// <summary>Growth that begins anew with every boot and goes on until the host reboots.</summary>
/// <param name="Key">Key of the series.</param>
/// <param name="Boots">Boots that ended in a reboot, in order.</param>
/// <param name="Lives">Hours from boot to reboot of those whose both ends were seen.</param>
/// <param name="Current">The boot that goes on.</param>
public sealed record GrowthCycle(
    string Key, ImmutableArray<BootGrowth> Boots, ImmutableArray<double> Lives, BootGrowth? Current)
{
    private const int FewestSamples = 5;
    private const int FewestBoots = 2;

    // Shares of memory: what ends a host takes a good part of it.
    private const double LeastShare = 0.04;
    private const double LeastTau = 0.7;
    private const double MostApart = 2.5;

    /// <summary>
    /// Finds growth that repeats; the one that takes most first. Empty where the host was not rebooted twice.
    /// </summary>
    public static ImmutableArray<GrowthCycle> Find(HostSeries host)
    {
        if (host.Boots.IsDefaultOrEmpty || !(host.PhysicalBytes > 0))
        {
            return [];
        }

        (int Boot, int First, int Last)[] boots = Split(host);
        if (boots.Length <= FewestBoots)
        {
            return [];
        }

        var found = new List<(GrowthCycle Cycle, double Bytes)>();
        foreach (SeriesInput series in host.Series.Where(s => s.Role is SeriesRole.Live or SeriesRole.Aggregate))
        {
            if (Of(host, series, boots) is { } cycle)
            {
                // A sum stands behind its parts.
                double share = series.Role == SeriesRole.Live ? 1 : 0.01;
                found.Add((cycle, cycle.Boots.Average(b => b.Gain) * series.BytesPerUnit * share));
            }
        }

        return [.. found.OrderByDescending(f => f.Bytes).ThenBy(f => f.Cycle.Key, StringComparer.Ordinal)
            .Select(f => f.Cycle)];
    }

    private static (int Boot, int First, int Last)[] Split(HostSeries host) =>
    [
        .. Enumerable.Range(0, Math.Min(host.Hours.Length, host.Boots.Length))
            .Where(i => double.IsFinite(host.Hours[i]))
            .GroupBy(i => host.Boots[i]).OrderBy(g => g.Key).Select(g => (g.Key, g.Min(), g.Max())),
    ];

    private static GrowthCycle? Of(HostSeries host, SeriesInput series, (int Boot, int First, int Last)[] boots)
    {
        BootGrowth?[] growths = [.. boots.Select(b => Growth(host, series, b))];
        int last = boots.Length - 1, from = last;
        while (from > 0 && growths[from - 1] is { } before
            && before.Gain * series.BytesPerUnit >= LeastShare * host.PhysicalBytes)
        {
            from--;
        }

        BootGrowth[] ended = [.. growths[from..last].Select(g => g!.Value)];
        if (ended.Length < FewestBoots || ended.Max(b => b.PerHour) > MostApart * ended.Min(b => b.PerHour))
        {
            return null;
        }

        // Where the record begins in the middle of a boot its length is not known.
        double[] lives =
        [
            .. Enumerable.Range(from, last - from).Where(i => i > 0)
                .Select(i => host.Hours[boots[i + 1].First] - host.Hours[boots[i].First]),
        ];
        return new GrowthCycle(series.Key, [.. ended], [.. lives], growths[last]);
    }

    private static BootGrowth? Growth(HostSeries host, SeriesInput series, (int Boot, int First, int Last) boot)
    {
        double[] values = [.. Enumerable.Range(boot.First, boot.Last - boot.First + 1)
            .Where(i => i < series.Values.Length && double.IsFinite(series.Values[i])).Select(i => series.Values[i])];
        if (values.Length < FewestSamples)
        {
            return null;
        }

        int lowest = Array.IndexOf(values, values[..((values.Length + 1) / 2)].Min());
        double gain = values[^1] - values[lowest];
        ReadOnlySpan<double> rise = values.AsSpan(lowest);
        double hours = (host.Hours[boot.Last] - host.Hours[boot.First]) * rise.Length / values.Length;
        return gain > 0 && hours > 0
            && Weighing.Monotony.Tau(rise.Length > 120 ? values.AsSpan(values.Length - 120) : rise) >= LeastTau
            ? new BootGrowth(boot.Boot, boot.First, boot.Last, gain, gain / hours)
            : null;
    }
}
