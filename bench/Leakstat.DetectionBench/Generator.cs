using System.Collections.Immutable;
using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>Makes episodes: one host over 1 to 60 days with the truth beside it, all from a seed.</summary>
internal sealed class Generator(ulong seed, RealRow[][] hosts)
{
    public static readonly string[] LeakClasses =
    [
        "slow leak", "fast leak", "steps per event", "bursts", "per request", "partly reclaimed sawtooth",
        "under daily cycle ×100", "under weekly cycle ×100", "remainder only", "leak that stops",
    ];

    public static readonly string[] HealthyClasses =
    [
        "quiet", "warm-up to plateau", "bounded cache fills", "elastic ARC under pressure", "daily load", "weekly load",
        "random walk", "strong autocorrelation", "explained by a counter", "fragmentation", "reclaimed sawtooth",
        "steps without leak", "freshly booted", "reboots", "broken samples", "quantised in K",
    ];

    public Episode Make(int number, string kind)
    {
        var chance = new Chance(seed + ((ulong)number * 7919));
        bool isLeak = LeakClasses.Contains(kind);
        double days = kind switch
        {
            "under daily cycle ×100" => chance.Of(45.0, 60),
            "under weekly cycle ×100" => chance.Of(45.0, 60),
            "weekly load" => chance.Of(7.0, 14, 21, 30, 45, 60),
            "steps per event" or "bursts" => chance.Of(4.0, 7, 14, 21, 30, 45, 60),
            _ => chance.Of(1.0, 2, 4, 7, 14, 21, 30, 45, 60),
        };
        Clock clock = Clock.Of(chance, days);
        double day = chance.Happens(0.7) ? chance.LogBetween(0.1, 2) : 0, week = chance.Happens(0.5) ? chance.Between(0.1, 0.7) : 0;
        if (kind is "daily load" or "weekly load")
        {
            day = chance.LogBetween(0.5, 5);
            week = kind == "weekly load" ? chance.Between(0.4, 0.9) : week;
        }

        var host = new Background(chance, clock, chance.Of(hosts), day, week);
        AddAccounts(chance, host, clock);
        double uptime = kind == "freshly booted" ? 0.1 : chance.LogBetween(24, 24 * 100);
        Truth truth = isLeak ? AddLeak(chance, host, clock, kind) : AddTrap(chance, host, clock, kind);
        HostSeries series = host.Build(uptime);
        return new Episode(number, kind switch
        {
            "reboots" => Reboots(chance, series),
            "broken samples" => Broken(chance, series),
            _ => series,
        }, truth);
    }

    private static void AddAccounts(Chance chance, Background host, Clock clock)
    {
        const double page = 4096;
        double[] Pages(double level, double spread, double correlation) =>
            [.. Shapes.Noise(chance, clock.Count, spread, correlation).Plus(level).Counted().Times(page)];
        host.Set("account wired", Pages(400000, 3000, 0.95), SeriesRole.Aggregate, 1, page);
        host.Set("account unaccounted", [.. Shapes.Noise(chance, clock.Count, chance.LogBetween(50, 2000), 0.5)
            .Select(x => Math.Round(x + 500) * page)], SeriesRole.Live, 1, page, null, true);
        host.Set("account page tables", Pages(6000, 80, 0.9), SeriesRole.Live, 1, page);
        host.Set("account active", host.Load.Values.Times(200000).Plus(Shapes.Noise(chance, clock.Count, 5000, 0.9)).Counted().Times(page), SeriesRole.Elastic, 1, page);
        host.Set("account free", Pages(900000, 9000, 0.97), SeriesRole.Reserve, 1, page);
        host.Set("account arc", Pages(300000, 3000, 0.97), SeriesRole.Elastic, 1, page);
    }

    private static RealRow Pick(Chance chance, Background host, bool still = false)
    {
        RealRow[] rows = [.. host.Rows.Where(r => (!still || !r.Moves) && r.Size is >= 16 and <= 16384
            && !r.Name.StartsWith("malloc-", StringComparison.Ordinal))];
        return rows[chance.Below(rows.Length)];
    }

    private static Truth AddLeak(Chance chance, Background host, Clock clock, string kind)
    {
        double[] hours = clock.Hours;
        int n = clock.Count;
        RealRow row = Pick(chance, host, still: true);
        double start = chance.Between(0, 0.4) * clock.Last, left = clock.Last - start;
        double after = left / clock.Step;
        double deviation = chance.LogBetween(3, 300), correlation = chance.Of(0, 0.3, 0.6, 0.9);
        double[] noise = Shapes.Noise(chance, n, deviation, correlation);
        double inflated = deviation * Math.Sqrt((1 + correlation) / (1 - correlation));

        // Slope at which a leak of this noise could be told after a third to a half of what is left of the episode.
        double Slope(double deviations) => Math.Max(
            deviations * inflated * Math.Sqrt(12 / Math.Pow(after, 3)) / clock.Step, 80 / left);
        double rate;
        double[] items;
        SeriesBound? bound = null;
        double exhausted = double.NaN;
        switch (kind)
        {
            case "slow leak" or "fast leak" or "leak that stops":
                rate = Slope(kind == "slow leak" ? chance.LogBetween(18, 60) : chance.LogBetween(80, 2000));
                double end = kind == "leak that stops" ? start + (left * chance.Between(0.4, 0.7)) : double.MaxValue;
                items = [.. hours.Select((h, i) => noise[i] + (4 * deviation) + (rate * Math.Max(Math.Min(h, end) - start, 0)))];
                if (kind != "leak that stops")
                {
                    (bound, exhausted) = Bound(chance, host[Background.Key(row)][0], items, clock, rate, deviation, correlation);
                }

                break;
            case "steps per event":
                double events = chance.LogBetween(45, 300) / left;
                double size = Math.Round(chance.LogBetween(1, 200));
                rate = events * size;
                items = Shapes.Events(chance, hours, start, clock.Last, events, () => size, 0);
                break;
            case "bursts":
                events = chance.LogBetween(80, 300) / left;
                size = chance.LogBetween(5, 200);
                rate = events * size;
                items = Shapes.Events(
                    chance, hours, start, clock.Last, events, () => Math.Round(size * chance.Exponential()), clock.Step * 2);
                break;
            case "per request":
                rate = Slope(chance.LogBetween(60, 500));
                items = host.Load.Values.Times(rate).Integral(hours, start).Plus(noise.Plus(4 * deviation));
                break;
            case "partly reclaimed sawtooth":
                double period = Math.Max(left / chance.Between(40, 150), clock.Step * 6);
                double height = chance.LogBetween(50, 2000), kept = chance.Between(0.1, 0.4);
                rate = kept * height / period;
                start = 0;
                items = Shapes.Sawtooth(chance, hours, period, height, kept).Plus(noise.Times(height * 0.02 / deviation));
                break;
            case "under daily cycle ×100" or "under weekly cycle ×100":
                double swing = chance.LogBetween(3000, 100000);
                rate = swing / 100 / 24;
                start = 0;
                var cycle = new Load(chance, hours, kind.Contains("daily", StringComparison.Ordinal) ? 1 : 0.3, kind.Contains("daily", StringComparison.Ordinal) ? 0 : 0.9);
                items = cycle.Values.Times(swing).Plus([.. hours.Select(h => rate * h)]);
                break;
            default:
                double[] base0 = host["account unaccounted"];
                deviation = Deviation(base0);
                rate = Math.Max(chance.LogBetween(25, 500) * deviation * Math.Sqrt(3) * Math.Sqrt(12 / Math.Pow(after, 3)) / clock.Step, 80 * 4096 / left);
                host.Set("account unaccounted", [.. base0.Select((v, i) => v + (Math.Floor(rate * Math.Max(hours[i] - start, 0) / 4096) * 4096))], SeriesRole.Live, 1, 4096, null, true);
                return new Truth { Class = kind, Culprits = ["account unaccounted"], Start = start, Rate = rate };
        }

        string[] keys = host.Grow(row, items, bound);
        return new Truth
        {
            Class = kind,
            Culprits = keys,
            Start = start,
            Rate = rate,
            BytesPerUnit = row.Size,
            ExhaustedAt = exhausted,
        };
    }

    // A limit that the leak will reach after the episode, and when it first does, noise and all.
    private static (SeriesBound, double) Bound(
        Chance chance, double level, double[] items, Clock clock, double rate, double deviation, double correlation)
    {
        double limit = Math.Round(level + items[^1] + (6 * deviation) + (rate * clock.Last * chance.LogBetween(0.2, 3)));
        double noise = deviation * chance.Normal(), line = items[^1], at = clock.Last;
        while (level + line + noise < limit)
        {
            at += clock.Step;
            line += rate * clock.Step;
            noise = (correlation * noise) + (deviation * Math.Sqrt(1 - (correlation * correlation)) * chance.Normal());
        }

        return (new SeriesBound(limit, BoundKind.Limit, "limit"), at);
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private static Truth AddTrap(Chance chance, Background host, Clock clock, string kind)
    {
        double[] hours = clock.Hours;
        int n = clock.Count;
        double height = chance.LogBetween(200, 50000);
        RealRow row = Pick(chance, host);
        double[] noise = Shapes.Noise(chance, n, height * chance.LogBetween(0.002, 0.05), chance.Of(0, 0.5, 0.9));
        switch (kind)
        {
            case "warm-up to plateau":
                host.Grow(row, Shapes.WarmUp(hours, chance.Between(0, 0.3) * clock.Last, height, clock.Last * chance.LogBetween(0.02, 0.4)).Plus(noise).Plus(height * 0.1));
                break;
            case "bounded cache fills":
                double[] fill = Shapes.Fill(hours, 0, height / clock.Last / chance.Between(0.3, 1.5), height).Plus(noise.Times(0.2));
                host.Grow(row, fill, new SeriesBound(Math.Round(host[Background.Key(row)].Max() + (height * 1.05)), BoundKind.Capacity, "capacity"));
                break;
            case "elastic ARC under pressure":
                double[] arc = Shapes.Sawtooth(chance, hours, clock.Last / chance.Between(2, 8), 200000, 0.02);
                host.Set("account arc", arc.Plus(100000).Counted().Times(4096), SeriesRole.Elastic, 1, 4096);
                foreach (string name in new[] { "arc data", "arc metadata", "arc headers" })
                {
                    host.Set("account " + name, arc.Times(chance.Between(0.1, 0.9)).Plus(noise).Plus(50000).Counted().Times(4096), SeriesRole.Elastic, 1, 4096);
                }

                break;
            case "random walk":
                for (int i = 0; i < 20; i++)
                {
                    host.Grow(Pick(chance, host), Shapes.Walk(chance, n, height, height * chance.LogBetween(0.001, 0.03)));
                }

                break;
            case "strong autocorrelation":
                for (int i = 0; i < 20; i++)
                {
                    double keep = 1 - chance.LogBetween(0.002, 0.1);
                    host.Grow(Pick(chance, host), Shapes.Noise(chance, n, height * 0.2, keep).Plus(height));
                }

                break;
            case "explained by a counter":
                int which = chance.Below(host.Counters.Count);
                double[] growth = chance.Of(
                    Shapes.Steps(chance, hours, 30, 0.1), Shapes.Fill(hours, clock.Last * chance.Between(0, 0.5), 1 / clock.Last, 9),
                    Shapes.Walk(chance, n, 0.1, 0.01).Plus(Shapes.Fill(hours, 0, 1 / clock.Last, 9)));
                (string name0, double[] counter) = host.Counters[which];
                double[] grown = counter.Plus(growth.Times(counter.Average() * chance.LogBetween(0.2, 2))).Counted();
                host.Counters[which] = (name0, grown);
                for (int i = 0; i < 5; i++)
                {
                    double per = chance.LogBetween(0.5, 8);
                    host.Grow(Pick(chance, host), grown.Times(per).Plus(Shapes.Noise(chance, n, per * Math.Sqrt(grown[0]) * 0.3, 0.3)));
                }

                break;
            case "fragmentation":
                RealRow zone = host.Rows.Where(r => r.IsZone).MaxBy(r => r.Free)!;
                host.Set("free " + zone.Name, [.. hours.Select((h, i) => Math.Round(zone.Free + (height * h / clock.Last) + Math.Abs(noise[i])))], SeriesRole.Reserve, zone.Size);
                break;
            case "reclaimed sawtooth":
                host.Grow(row, Shapes.Sawtooth(chance, hours, clock.Last / chance.LogBetween(9, 100), height, 0).Plus(noise.Times(0.3)));
                break;
            case "steps without leak":
                for (int i = 0; i < 10; i++)
                {
                    host.Grow(Pick(chance, host), Shapes.Steps(chance, hours, 1 + chance.Below(4), height));
                }

                break;
            case "freshly booted":
                for (int i = 0; i < 40; i++)
                {
                    host.Grow(Pick(chance, host), Shapes.WarmUp(hours, 0, height * chance.LogBetween(0.01, 1), chance.LogBetween(0.2, Math.Min(48, clock.Last / 2)))
                        .Plus(Shapes.Noise(chance, n, height * 0.002, 0.5)));
                }

                break;
            case "quantised in K":
                foreach (RealRow type in host.Rows.Where(r => !r.IsZone))
                {
                    host.Set("bytes " + type.Name, [.. host["bytes " + type.Name].Select(v => Math.Round(v / 1024) * 1024)], SeriesRole.Live, 1, 1024);
                }

                break;
        }

        return new Truth { Class = kind };
    }

    // Counters fall at each boot and what was warm warms up again.
    private static HostSeries Reboots(Chance chance, HostSeries host)
    {
        int n = host.Hours.Length;
        int[] boots = new int[n];
        int[] at = [.. Enumerable.Range(0, 1 + chance.Below(6)).Select(_ => chance.Below(n)).Order()];
        double[] since = new double[n];
        for (int i = 0; i < n; i++)
        {
            boots[i] = at.Count(a => a <= i);
            int begin = at.Where(a => a <= i).DefaultIfEmpty(-1).Max();
            since[i] = begin < 0 ? 1e9 : host.Hours[i] - host.Hours[begin];
        }

        double time = chance.LogBetween(0.3, 12);
        return host with
        {
            Boots = [.. boots],
            Series =
            [
                .. host.Series.Select((s, k) => s.Values.Distinct().Skip(1).Any() && k % 2 == 0
                    ? s with { Values = [.. s.Values.Select((v, i) => Math.Round(v * (1 - (0.6 * Math.Exp(-since[i] / time)))))] }
                    : s),
            ],
        };
    }

    // Samples missing, doubled and out of order; some series missing where others are not.
    private static HostSeries Broken(Chance chance, HostSeries host)
    {
        var order = new List<int>();
        for (int i = 0; i < host.Hours.Length; i++)
        {
            if (!chance.Happens(0.1))
            {
                order.Add(i);
            }

            if (chance.Happens(0.05))
            {
                order.Add(i);
            }
        }

        for (int i = 0; i + 3 < order.Count; i += 20)
        {
            (order[i], order[i + 2]) = (order[i + 2], order[i]);
        }

        return host with
        {
            Hours = [.. order.Select(i => host.Hours[i])],
            Series =
            [
                .. host.Series.Select(s => s with
                {
                    Values = [.. order.Select(i => chance.Happens(0.01) ? double.NaN : s.Values[i])],
                }),
            ],
            Counters = [.. host.Counters.Select(c => c with { Values = [.. order.Select(i => c.Values[i])] })],
        };
    }
}
