using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.RealNoise;

/// <summary>
/// Hosts on measured memory of production machines: healthy ones as they are, leaks put in. The measurements are no
/// part of the repository; their folder is an option.
/// </summary>
internal sealed class RealNoiseFamily(ulong seed, RealRow[][] tables, MeasuredSeries[] series) : IHostFamily
{
    private const string Rebooted = "as measured, rebooted";

    public string Name => "real";

    public IReadOnlyList<string> LeakClasses => LeakClass.All;

    public IReadOnlyList<string> HealthyClasses => ["as measured", "as measured, one machine", Rebooted];

    public SimulatedHost Make(int number, string named)
    {
        Chance chance = Chance.For(seed, Name, named, number);
        bool isLeak = LeakClass.All.Contains(named);

        // Every series is the foremost one of a healthy host once before any is so twice.
        MeasuredSeries first = isLeak ? chance.Of(series) : series[number % series.Length];
        MeasuredSeries second = named == "as measured, one machine" ? first : chance.Of(series);
        double step = chance.Of(10, 20, 30, 30, 60) / 60.0;
        double[] hours = [.. Enumerable.Range(0, (int)(first.Last / step) + 1).Select(i => i * step)];
        double memory = (1L << 30) * chance.Of(4.0, 8, 16, 64);
        var host = new MeasuredHost(chance, [first, second], chance.Of(tables), hours, memory);
        HostTruth truth = isLeak ? Leak(chance, host, named, hours) : new HostTruth { Class = named };
        if (named == Rebooted)
        {
            int at = 1 + chance.Below(hours.Length - 1);
            host.Boots = [.. hours.Select((_, i) => i < at ? 0 : 1)];
        }

        DateTimeOffset start = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero).AddHours(chance.Below(24 * 90));
        return host.Seen(
            SimulatedHost.NameOf(Name, named, number), number, truth, start, chance.LogBetween(5, 2000));
    }

    private static HostTruth Leak(Chance chance, MeasuredHost host, string named, double[] hours)
    {
        double night = chance.Between(0, 24);
        MeasuredRow[] candidates = host.Candidates(named == LeakClass.Type ? false : named == LeakClass.Pair ? true
            : null);
        if (named == LeakClass.Slow)
        {
            candidates = [.. candidates.Where(c => c.Values.AsSpan().IndexOfAnyExcept(c.Values[0]) >= 0)];
        }

        MeasuredRow row = chance.Of(candidates), second = chance.Of([.. candidates.Where(c => c != row)]);
        double size = named == LeakClass.Pages ? 4096 : row.Size;
        Injected leak;
        if (named == LeakClass.CrashLoop)
        {
            leak = Injected.CrashLoop(chance, hours, host.Load, host.Memory * chance.Between(0.4, 0.7) / size,
                chance.Between(2.4, 6));
        }
        else
        {
            leak = Injected.Of(chance, named, hours, host.Load, Total(chance, host, row, named, hours, size), night);
            leak = named == LeakClass.Rebooted ? leak.Rebooted(1 + chance.Below(20)) : leak;
        }

        host.Boots = leak.Boots;
        double hour = hours[^1] - leak.Start;
        bool steady = named is LeakClass.Steady or LeakClass.Type or LeakClass.Pair;
        double lost = leak.Items.Max();
        var truth = new HostTruth
        {
            Class = named,
            Culprits = [named == LeakClass.Pages ? new Culprit("wired", "unaccounted") : row.Owner],
            Start = leak.Start,
            BytesPerHour = steady ? lost * size / hour : double.NaN,
            Limit = steady && lost > 0 ? EarliestDetection.Hours(row.Values, hours[1] - hours[0], lost / hour)
                : double.NaN,
            BytesLost = leak.Items[^1] * size,
        };
        if (named == LeakClass.Pages)
        {
            host.PagesLost = leak.Items;
            return truth;
        }

        row.Lost = named == LeakClass.Sawtooth ? [.. leak.Items.Zip(Teeth(chance, hours, lost), (a, b) => a + b)]
            : leak.Items;
        if (named == LeakClass.Pair)
        {
            second.Lost = [.. leak.Items.Select(v => 2 * v)];
            return truth with { Culprits = [row.Owner, second.Owner] };
        }

        return row.Row.IsZone ? truth : truth with { Companions = Buckets(host, row) };
    }

    private static Culprit[] Buckets(MeasuredHost host, MeasuredRow type) =>
    [
        .. host.Rows.Where(r => r.Row.IsZone && r.Row.Name.StartsWith("malloc-", StringComparison.Ordinal)
            && r.Size >= type.Size)
            .OrderBy(r => r.Size).Take(1).Select(r => r.Owner),
    ];

    // Items lost over the whole history.
    private static double Total(Chance chance, MeasuredHost host, MeasuredRow row, string named, double[] hours,
        double size)
    {
        double last = hours[^1], step = hours[1] - hours[0], most = 0.2 * host.Memory / size, least = 40;
        double ratio = named switch
        {
            LeakClass.Slow => chance.LogBetween(2, 4),
            LeakClass.Rebooted => chance.LogBetween(4, 25),
            LeakClass.Steady or LeakClass.Type or LeakClass.Pair or LeakClass.Deploy or LeakClass.WeekPart =>
                chance.LogBetween(2, 25),
            _ => 0,
        };
        double bytes = named switch
        {
            LeakClass.FastOver => host.Memory * chance.LogBetween(0.05, 0.5),
            LeakClass.Pages => host.Memory * chance.LogBetween(0.04, 0.4),
            _ => chance.LogBetween(1 << 20, 0.12 * host.Memory),
        };
        double total = ratio > 0 ? EarliestDetection.Slope(row.Values, step, 0.8 * last / ratio) * last : bytes / size;

        // Where nothing moves any loss shows; then its size is left to chance: a part of what is there, or of memory.
        bool still = ratio > 0 && total < least;
        if (named is not (LeakClass.FastOver or LeakClass.Pages) && (still || (ratio == 0 && chance.Happens(0.4))))
        {
            total = still && chance.Happens(0.5)
                ? chance.LogBetween(least, Math.Max(0.05 * host.Memory / size, least * 2))
                : row.Row.Used * chance.LogBetween(0.15, 6);
        }

        return Math.Clamp(total, Math.Min(least, most), named is LeakClass.FastOver or LeakClass.Pages ? 2.5 * most
            : most);
    }

    // What builds up and is dropped again while its floor rises.
    private static double[] Teeth(Chance chance, double[] hours, double lost)
    {
        double period = hours[^1] / chance.Between(8, 30), height = lost / hours[^1] * period / chance.LogBetween(0.06,
            0.4), began = -period * chance.Uniform(), length = period;
        return
        [
            .. hours.Select(h =>
            {
                if (h - began >= length)
                {
                    (began, length) = (h, period * chance.Between(0.7, 1.3));
                }

                return Math.Round(height * (h - began) / period);
            }),
        ];
    }
}
