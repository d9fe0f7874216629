using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>Adds what only looks like a leak to a host.</summary>
internal static class Traps
{
    public static readonly string[] Kinds =
    [
        "quiet", "warm-up to plateau", "warm-up that slows down", "bounded cache fills", "elastic ARC under pressure",
        "daily load", "weekly load", "random walk", "strong autocorrelation", "explained by a counter", "fragmentation",
        "reclaimed sawtooth", "steps without leak", "freshly booted",
    ];

    public static void Add(Chance chance, Background host, Clock clock, string kind)
    {
        double[] hours = clock.Hours;
        int n = clock.Count;
        double height = chance.LogBetween(200, 50000);
        RealRow row = host.Pick();
        double[] noise = Shapes.AnyNoise(chance, n, height * chance.LogBetween(0.002, 0.05), chance.Of(0, 0.5, 0.9));
        switch (kind)
        {
            case "warm-up to plateau":
                host.Grow(row, Shapes.WarmUp(hours, chance.Between(0, 0.3) * clock.Last, height,
                    clock.Last * chance.LogBetween(0.02, 0.4)).Plus(noise).Plus(height * 0.1));
                break;
            case "warm-up that slows down":
                host.Grow(row, SlowingDown(chance, host, hours, chance.Between(0, 0.3) * clock.Last, clock.Last, height)
                    .Plus(noise).Plus(height * 0.1));
                break;
            case "bounded cache fills":
                double[] fill = Shapes.Fill(hours, 0, height / clock.Last / chance.Between(0.3, 1.5), height)
                    .Plus(noise.Times(0.2));
                host.Grow(row, fill, new SeriesBound(Math.Round(host[Background.Key(row)].Max() + (height * 1.05)),
                    BoundKind.Capacity, "capacity"));
                break;
            case "elastic ARC under pressure":
                double[] arc = Shapes.Sawtooth(chance, hours, clock.Last / chance.Between(2, 8), 200000, 0.02);
                host.Set("account arc", arc.Plus(100000).Counted().Times(4096), SeriesRole.Elastic, 1, 4096);
                foreach (string name in new[] { "arc data", "arc metadata", "arc headers" })
                {
                    host.Set("account " + name, arc.Times(chance.Between(0.1, 0.9)).Plus(noise).Plus(50000).Counted()
                        .Times(4096), SeriesRole.Elastic, 1, 4096);
                }

                break;
            case "random walk":
                for (int i = 0; i < 20; i++)
                {
                    host.Grow(host.Pick(), Shapes.Walk(chance, n, height, height * chance.LogBetween(0.001, 0.03)));
                }

                break;
            case "strong autocorrelation":
                for (int i = 0; i < 20; i++)
                {
                    double keep = 1 - chance.LogBetween(0.002, 0.1);
                    host.Grow(host.Pick(), Shapes.Noise(chance, n, height * 0.2, keep).Plus(height));
                }

                break;
            case "explained by a counter":
                Explained(chance, host, clock);
                break;
            case "fragmentation":
                RealRow zone = host.Rows.Where(r => r.IsZone).MaxBy(r => r.Free)!;
                host.Set("free " + zone.Name,
                    [.. hours.Select((h, i) =>
                    Math.Round(zone.Free + (height * h / clock.Last) + Math.Abs(noise[i])))], SeriesRole.Reserve,
                    zone.Size);
                break;
            case "reclaimed sawtooth":
                host.Grow(row, Shapes.Sawtooth(chance, hours, clock.Last / chance.LogBetween(9, 100), height, 0)
                    .Plus(noise.Times(0.3)));
                break;
            case "steps without leak":
                for (int i = 0; i < 10; i++)
                {
                    host.Grow(host.Pick(), Shapes.Steps(chance, hours, 1 + chance.Below(4), height));
                }

                break;
            case "freshly booted":
                for (int i = 0; i < 40; i++)
                {
                    host.Grow(host.Pick(), Shapes.WarmUp(hours, 0, height * chance.LogBetween(0.01, 1),
                        chance.LogBetween(0.2, Math.Min(48, clock.Last / 2)))
                        .Plus(Shapes.Noise(chance, n, height * 0.002, 0.5)));
                }

                break;
        }
    }

    // Warm-ups that are no exponential: the working set of a cache grows as a power or a logarithm of the requests, two
    // caches warm up at two paces, or it goes with the load.
    private static double[] SlowingDown(Chance chance, Background host, double[] hours, double from, double last,
        double height)
    {
        double time = last * chance.LogBetween(0.005, 0.1), power = chance.Between(0.2, 0.5);
        double second = time * chance.LogBetween(2, 6);
        double[] served = host.Load.Values.Integral(hours, from);
        Func<double, double> shape = chance.Below(5) switch
        {
            0 => t => Math.Log(1 + (t / time)) / Math.Log(1 + (last / time)),
            1 => t => Math.Pow(t / last, power),
            2 => t => 1 - (0.6 * Math.Exp(-t / time)) - (0.4 * Math.Exp(-t / second)),
            3 => t => 1 - Math.Pow(1 + (t / time), -1 - power),
            _ => t => t / (t + time),
        };
        return [.. served.Select(t => t > 0 ? height * shape(t) : 0)];
    }

    private static void Explained(Chance chance, Background host, Clock clock)
    {
        double[] hours = clock.Hours;
        int which = chance.Below(host.Counters.Count);
        double[] growth = chance.Of(
            Shapes.Steps(chance, hours, 30, 0.1), Shapes.Fill(hours, clock.Last * chance.Between(0, 0.5),
                1 / clock.Last, 9),
            Shapes.Walk(chance, clock.Count, 0.1, 0.01).Plus(Shapes.Fill(hours, 0, 1 / clock.Last, 9)));
        (string name, double[] counter) = host.Counters[which];
        double[] grown = counter.Plus(growth.Times(counter.Average() * chance.LogBetween(0.2, 2))).Counted();
        host.Counters[which] = (name, grown);
        for (int i = 0; i < 5; i++)
        {
            double per = chance.LogBetween(0.5, 8);
            host.Grow(host.Pick(),
                grown.Times(per).Plus(Shapes.Noise(chance, clock.Count, per * Math.Sqrt(grown[0]) * 0.3, 0.3)));
        }
    }
}
