using System.Collections.Immutable;

namespace Leakstat.Detection;

/// <summary>The samples of one boot in time order, and the counters over them without gaps.</summary>
internal sealed class TimeLine
{
    /// <summary>
    /// Takes the boot to judge: the latest that has samples enough, or where none has the one that has most.
    /// </summary>
    public TimeLine(HostSeries host, int fewest)
    {
        Hours = host.Hours.ToArray();
        int[] all = [.. Enumerable.Range(0, Hours.Length).Where(i => double.IsFinite(Hours[i]))];
        if (!IsSorted(all))
        {
            Array.Sort(all, (a, b) => Hours[a] != Hours[b] ? Hours[a].CompareTo(Hours[b]) : a.CompareTo(b));
        }

        Order = all;
        Every = all;
        IsStretch = AreStretch(all);
        IsEveryStretch = IsStretch;
        bool startsAtBoot = false;
        if (!host.Boots.IsDefaultOrEmpty && all.Length > 0)
        {
            int boot = BootOf(host, all[^1]);
            if (all.Count(i => BootOf(host, i) == boot) < fewest)
            {
                boot = all.GroupBy(i => BootOf(host, i)).OrderByDescending(g => g.Count() >= fewest)
                    .ThenByDescending(g => g.Count() >= fewest ? g.Key : g.Count()).ThenByDescending(g => g.Key)
                    .First().Key;
            }

            Order = [.. all.Where(i => BootOf(host, i) == boot)];
            IsStretch = AreStretch(Order);
            startsAtBoot = Order[0] != all[0];
        }

        Counters = [.. host.Counters.Select(c => (c.Name, Filled(c.Values)))];
        UptimeAtStart = startsAtBoot ? 0 : host.UptimeAtStart;
    }

    /// <summary>Time of every sample of the host.</summary>
    public double[] Hours { get; }

    /// <summary>Samples of the boot in time order.</summary>
    public int[] Order { get; }

    /// <summary>Samples of all boots in time order.</summary>
    public int[] Every { get; }

    /// <summary>
    /// Whether the samples of the boot follow one another and each is later than the one before, as they nearly always
    /// do.
    /// </summary>
    public bool IsStretch { get; }

    /// <summary>The same of the samples of all boots.</summary>
    public bool IsEveryStretch { get; }

    /// <summary>Counters by sample; where one is missing, the value before it.</summary>
    public (string Name, double[] Values)[] Counters { get; }

    /// <summary>Hours since boot at the first sample; NaN where unknown.</summary>
    public double UptimeAtStart { get; }

    private bool AreStretch(int[] samples)
    {
        for (int i = 1; i < samples.Length; i++)
        {
            if (samples[i] != samples[i - 1] + 1 || !(Hours[samples[i]] > Hours[samples[i - 1]]))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsSorted(int[] samples)
    {
        for (int i = 1; i < samples.Length; i++)
        {
            if (Hours[samples[i]] < Hours[samples[i - 1]])
            {
                return false;
            }
        }

        return true;
    }

    private static int BootOf(HostSeries host, int sample) => sample < host.Boots.Length ? host.Boots[sample] : 0;

    /// <summary>A series by sample; where it has no value, the one before it.</summary>
    public double[] Filled(SeriesInput series)
    {
        var track = new Track();
        track.Load(Order, Hours, series, IsStretch);
        double[] values = new double[Hours.Length];
        Array.Fill(values, double.NaN);
        for (int i = 0; i < track.Count; i++)
        {
            values[track.Samples[i]] = track.Values[i];
        }

        return Filled([.. values]);
    }

    /// <summary>Values in time order; a missing one repeats the one before it, which moves nothing.</summary>
    public double[] Moves(SeriesInput series)
    {
        var track = new Track();
        track.Load(Order, Hours, series, IsStretch);
        double[] moves = new double[Order.Length];
        int next = 0;
        for (int i = 0; i < moves.Length; i++)
        {
            while (next < track.Count - 1 && track.Hours[next + 1] <= Hours[Order[i]])
            {
                next++;
            }

            moves[i] = track.Values[next];
        }

        return moves;
    }

    private double[] Filled(ImmutableArray<double> known)
    {
        double[] filled = new double[Hours.Length];
        double last = 0;
        for (int i = Order.Length - 1; i >= 0; i--)
        {
            double value = Order[i] < known.Length ? known[Order[i]] : double.NaN;
            last = double.IsFinite(value) ? value : last;
        }

        foreach (int sample in Order)
        {
            double value = sample < known.Length ? known[sample] : double.NaN;
            last = double.IsFinite(value) ? value : last;
            filled[sample] = last;
        }

        return filled;
    }
}
