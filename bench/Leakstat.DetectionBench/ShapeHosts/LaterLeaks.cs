using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.ShapeHosts;

/// <summary>
/// Shapes of leaks that the first list (<see cref="Leaks"/>) lacks: those that end, begin anew at a boot, run at some
/// hours only, or show in two rows.
/// </summary>
internal static class LaterLeaks
{
    public static readonly string[] Kinds =
    [
        LeakClass.Nightly, LeakClass.FastOver, LeakClass.CrashLoop, LeakClass.Rebooted, LeakClass.WeekPart,
            LeakClass.Deploy,
        LeakClass.Pair, LeakClass.Type,
    ];

    /// <summary>
    /// Adds a leak; gives the rows that leak, its start, its items at the end, and the boot of each sample.
    /// </summary>
    public static (RealRow[] Rows, double Start, double Items, int[] Boots) Add(Chance chance, Background host,
        Clock clock, string kind)
    {
        double[] hours = clock.Hours;
        RealRow row = Pick(host, kind == LeakClass.Type ? false : kind == LeakClass.Pair ? true : null);
        double deviation = chance.LogBetween(3, 300), correlation = chance.Of(0, 0.3, 0.6, 0.9);
        double[] noise = Shapes.AnyNoise(chance, clock.Count, deviation, correlation).Plus(4 * deviation);
        double start = chance.Between(0.02, 0.4) * clock.Last, left = clock.Last - start;
        double inflated = deviation * Math.Sqrt((1 + correlation) / (1 - correlation));
        double slope = Math.Max(
            chance.LogBetween(30, 600) * inflated * Math.Sqrt(12 / Math.Pow(left / clock.Step, 3)) / clock.Step,
            Math.Max(80, 400_000 / row.Size) / left);
        int[] boots = new int[clock.Count];
        double[] lost = kind switch
        {
            LeakClass.Nightly => Nights(chance, hours, start, Math.Max(slope * 24, 6)),
            LeakClass.FastOver => Over(chance, hours, ref start, clock,
                (1L << 30) * chance.LogBetween(1, 12) / row.Size),
            LeakClass.CrashLoop => Loop(chance, hours, start, (1L << 30) * chance.LogBetween(2, 20) / row.Size, boots),
            LeakClass.Rebooted => Once(chance, hours, slope * chance.LogBetween(1.5, 5), boots, ref start),
            LeakClass.WeekPart => Part(chance, hours, start, slope * 3),
            LeakClass.Deploy => Deploy(hours, start, slope, chance.LogBetween(20, 20 * deviation)),
            _ => Shapes.Fill(hours, start, slope, double.MaxValue),
        };
        host.Grow(row, noise.Plus(lost));
        if (kind != LeakClass.Pair)
        {
            return ([row], start, lost[^1], boots);
        }

        RealRow second = row;
        while (second == row)
        {
            second = Pick(host, isZone: true);
        }

        host.Grow(second, noise.Plus(lost).Times(2));
        return ([row, second], start, lost[^1], boots);
    }

    private static RealRow Pick(Background host, bool? isZone)
    {
        RealRow row;
        do
        {
            row = host.Pick(still: true);
        }
        while (isZone is { } wanted && row.IsZone != wanted);
        return row;
    }

    private static double[] Nights(Chance chance, double[] hours, double start, double each)
    {
        double night = chance.Between(0, 24), spread = chance.LogBetween(0.02, 0.5);
        double[] values = new double[hours.Length];
        for (int i = 1; i < hours.Length; i++)
        {
            bool ran = hours[i] > start
                && Math.Floor((hours[i] - night) / 24) != Math.Floor((hours[i - 1] - night) / 24);
            values[i] = values[i - 1] + (ran ? Math.Max(Math.Round(each * (1 + (spread * chance.Normal()))), 1) : 0);
        }

        return values;
    }

    private static double[] Over(Chance chance, double[] hours, ref double start, Clock clock, double items)
    {
        double lasts = Math.Max(clock.Last * chance.LogBetween(0.01, 0.1), 3 * clock.Step),
            from = chance.Between(0.1, 0.8) * (clock.Last - lasts);
        start = from;
        return Shapes.Fill(hours, from, items / lasts, items);
    }

    private static double[] Loop(Chance chance, double[] hours, double start, double most, int[] boots)
    {
        double boot = start, lasts = (hours[^1] - start) / chance.Between(2.3, 6),
            length = lasts * chance.Between(0.8, 1.2);
        double[] values = new double[hours.Length];
        for (int i = 1; i < hours.Length; i++)
        {
            boots[i] = boots[i - 1];
            if (hours[i] - boot > length)
            {
                boots[i]++;
                (boot, length) = (hours[i], lasts * chance.Between(0.8, 1.2));
            }

            values[i] = hours[i] < start ? 0 : Math.Round(most * (hours[i] - boot) / length);
        }

        return values;
    }

    private static double[] Once(Chance chance, double[] hours, double slope, int[] boots, ref double start)
    {
        start *= 0.3;
        int at = hours.Length - 1 - chance.Below(25);
        double from = start;
        return
        [
            .. hours.Select((h, i) =>
            {
                boots[i] = i < at ? 0 : 1;
                return slope * Math.Max(h - (i < at ? from : hours[at]), 0);
            }),
        ];
    }

    private static double[] Part(Chance chance, double[] hours, double start, double slope)
    {
        double night = chance.Between(0, 24);
        int kind = chance.Below(3);
        return hours.Select(h =>
        {
            double hour = (((h - night) % 24) + 24) % 24;
            int day = (int)Math.Floor((h - night + 168) / 24) % 7;
            return kind switch { 0 => hour < 8, 1 => day < 5 && hour is > 8 and < 19, _ => day >= 5 } ? slope : 0;
        }).ToArray().Integral(hours, start);
    }

    private static double[] Deploy(double[] hours, double start, double slope, double level) =>
        [.. hours.Select(h => h < start ? 0 : level + (slope * (h - start)))];
}
