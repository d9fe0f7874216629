using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.RealNoise;

/// <summary>What a leak adds to a host of measured noise.</summary>
/// <param name="Items">Items lost and still held at each sample.</param>
/// <param name="Boots">Number of the boot at each sample.</param>
/// <param name="Start">Hour at which it starts.</param>
internal sealed record Injected(double[] Items, int[] Boots, double Start)
{
    /// <summary>
    /// Items lost at each sample, of a total at the end of a history without reboots. <paramref name="load"/> is the
    /// measured load around 1, <paramref name="night"/> the hour of the history that is midnight.
    /// </summary>
    public static Injected Of(Chance chance, string named, double[] hours, double[] load, double total, double night)
    {
        int n = hours.Length;
        double last = hours[^1];
        double start = named switch
        {
            LeakClass.Sawtooth => 0,
            LeakClass.Rebooted => chance.Between(0, 0.1) * last,
            LeakClass.Deploy => chance.Between(0.3, 0.6) * last,
            LeakClass.FastOver => chance.Between(0.1, 0.8) * last,
            _ => chance.Happens(0.4) ? 0 : chance.Between(0, 0.35) * last,
        };
        double left = last - start;
        double[] gains = new double[n];
        Func<int, double> perHour = named switch
        {
            LeakClass.WeekPart => DayPart(chance, hours, night),
            LeakClass.FastOver => Over(hours, start, Math.Max(chance.LogBetween(0.8, 12), 3 * (hours[1] - hours[0]))),
            _ when chance.Happens(0.4) => i => load[i],
            _ => _ => 1,
        };
        double[] events = named switch
        {
            LeakClass.Steps => Events(chance, start, last, chance.LogBetween(9, 40)),
            LeakClass.Nightly => [.. Enumerable.Range(0, 40).Select(k => night + (24 * k) + chance.Between(0, 0.1))
                .Where(h => h > start && h < last)],
            _ => [],
        };
        bool byEvent = named is LeakClass.Steps or LeakClass.Nightly;
        double spread = named == LeakClass.Nightly ? chance.LogBetween(0.02, 0.4) : chance.Between(0, 1);
        for (int i = 1; i < n; i++)
        {
            gains[i] = byEvent
                ? events.Where(e => e > hours[i - 1] && e <= hours[i])
                    .Sum(_ => Math.Max(1 - spread + (spread * chance.Exponential()), 0.05))
                : hours[i] <= start ? 0 : perHour(i) * (hours[i] - Math.Max(hours[i - 1], start));
        }

        double sum = gains.Sum();
        bool counted = !byEvent;
        for (int i = 0; i < n; i++)
        {
            double mean = sum > 0 ? gains[i] / sum * total : 0;
            gains[i] = counted ? chance.Poisson(mean) : Math.Round(mean);
        }

        return new Injected(Sums(gains), new int[n], start);
    }

    /// <summary>
    /// A crash loop: at each boot it begins anew; the host is reset when <paramref name="most"/> items are lost. Given
    /// as
    /// a leak that would lose many times that.
    /// </summary>
    public static Injected CrashLoop(Chance chance, double[] hours, double[] load, double most, double boots)
    {
        int n = hours.Length, boot = 0;
        double start = chance.Happens(0.5) ? 0 : chance.Between(0, 0.25) * hours[^1], lost = 0, up = 0;
        double perHour = most * boots / (hours[^1] - start);
        bool loaded = chance.Happens(0.5), bursts = chance.Happens(0.3);
        double[] items = new double[n];
        int[] numbers = new int[n];
        for (int i = 1; i < n; i++)
        {
            double step = hours[i] - hours[i - 1], pace = perHour * (loaded ? load[i] : 1);
            lost += hours[i] <= start ? 0 : bursts ? pace * step * (chance.Happens(0.2) ? 5 * chance.Exponential() : 0)
                : chance.Poisson(pace * step);
            up += step;
            if (lost > most && up > 2 * step)
            {
                (lost, up) = (chance.Poisson(pace * step * chance.Uniform()), 0);
                boot++;
            }

            (items[i], numbers[i]) = (Math.Round(lost), boot);
        }

        return new Injected(items, numbers, start);
    }

    /// <summary>The same leak with a reboot before so many of the last samples.</summary>
    public Injected Rebooted(int samples)
    {
        int at = Items.Length - samples;
        return this with
        {
            Items = [.. Items.Select((v, i) => i < at ? v : v - Items[at - 1])],
            Boots = [.. Items.Select((_, i) => i < at ? 0 : 1)],
        };
    }

    private static double[] Events(Chance chance, double start, double last, double count)
    {
        List<double> times = [];
        for (double at = start + (chance.Exponential() * (last - start) / count); at < last;
            at += chance.Exponential() * (last - start) / count)
        {
            times.Add(at);
        }

        return [.. times];
    }

    // Of five days there is no weekend to speak of: nights, or the working hours, or every other day.
    private static Func<int, double> DayPart(Chance chance, double[] hours, double night)
    {
        int kind = chance.Below(3);
        return i =>
        {
            double hour = (((hours[i] - night) % 24) + 24) % 24;
            int day = (int)Math.Floor((hours[i] - night + 240) / 24);
            return kind switch { 0 => hour < 7 ? 1 : 0, 1 => hour is > 8 and < 18 ? 1 : 0, _ => day % 2 };
        };
    }

    private static Func<int, double> Over(double[] hours, double start, double lasts) => i => hours[i] <= start + lasts
        ? 1 : 0;

    private static double[] Sums(double[] gains)
    {
        double sum = 0;
        return [.. gains.Select(gain => sum += gain)];
    }
}
