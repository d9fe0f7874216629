using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>Adds a leak of each kind to a host.</summary>
internal static class Leaks
{
    public static readonly string[] Kinds =
    [
        "slow leak", "fast leak", "steps per event", "bursts", "per request", "partly reclaimed sawtooth",
        "under daily cycle ×100", "under weekly cycle ×100", "remainder only", "leak that stops",
    ];

    // The series goes on for so many lengths of the episode, so that the true time of exhaustion is known.
    private const int Beyond = 4;

    public static Truth Add(Chance chance, Background host, Clock clock, string kind, string named)
    {
        Clock whole = Clock.Regular(clock.Step, clock.Count * Beyond);
        double[] hours = whole.Hours;
        RealRow row = host.Pick(still: true);
        double start = chance.Between(0, 0.4) * clock.Last, left = clock.Last - start;
        double deviation = chance.LogBetween(3, 300), correlation = chance.Of(0, 0.3, 0.6, 0.9);
        double inflated = deviation * Math.Sqrt((1 + correlation) / (1 - correlation));
        double[] noise = Shapes.AnyNoise(chance, hours.Length, deviation, correlation).Plus(4 * deviation);
        double after = left / clock.Step;

        // Slope at which a leak of this noise could be told after a third to a half of what is left of the episode.
        double Slope(double deviations) => Math.Max(
            deviations * inflated * Math.Sqrt(12 / Math.Pow(after, 3)) / clock.Step, 80 / left);
        double rate, end = double.MaxValue;
        double[] items;
        switch (kind)
        {
            case "slow leak" or "fast leak" or "leak that stops":
                rate = Slope(kind == "slow leak" ? chance.LogBetween(18, 60) : chance.LogBetween(80, 2000));
                end = kind == "leak that stops" ? start + (left * chance.Between(0.4, 0.7)) : double.MaxValue;
                items = [.. hours.Select((h, i) => noise[i] + (rate * Math.Max(Math.Min(h, end) - start, 0)))];
                break;
            case "steps per event":
                double events = chance.LogBetween(45, 300) / left, size = Math.Round(chance.LogBetween(1, 200));
                rate = events * size;
                items = Shapes.Events(chance, hours, start, whole.Last, events, () => size, 0);
                break;
            case "bursts":
                events = chance.LogBetween(80, 300) / left;
                size = chance.LogBetween(5, 200);
                rate = events * size;
                items = Shapes.Events(
                    chance, hours, start, whole.Last, events, () => Math.Round(size * chance.Exponential()),
                        clock.Step * 2);
                break;
            case "per request":
                rate = Slope(chance.LogBetween(60, 500));
                items = host.Load.Whole.Times(rate).Integral(hours, start).Plus(noise);
                break;
            case "partly reclaimed sawtooth":
                double period = Math.Max(left / chance.Between(40, 150), clock.Step * 6);
                double height = chance.LogBetween(50, 2000), kept = chance.Between(0.1, 0.4);
                rate = kept * height / period;
                start = 0;
                items = Shapes.Sawtooth(chance, hours, period, height, kept)
                    .Plus(noise.Times(height * 0.02 / deviation));
                break;
            case "under daily cycle ×100" or "under weekly cycle ×100":
                bool daily = kind.Contains("daily", StringComparison.Ordinal);
                double swing = chance.LogBetween(3000, 100000);
                rate = swing / 100 / 24;
                start = 0;
                var cycle = new Load(chance, clock, daily ? 1 : 0.3, daily ? 0 : 0.9, Beyond);
                items = cycle.Whole.Times(swing).Plus([.. hours.Select(h => rate * h)]);
                break;
            default:
                return Remainder(chance, host, clock, named, start);
        }

        (SeriesBound? bound, double exhausted) = double.IsFinite(end) && end < double.MaxValue
            ? (null, double.NaN)
            : Bound(chance, host[Background.Key(row)][0], items, clock, rate);
        string[] keys = host.Grow(row, items[..clock.Count], bound);
        return new Truth
        {
            Class = named,
            Culprits = keys,
            Start = start,
            Rate = rate,
            BytesPerUnit = row.Size,
            ExhaustedAt = exhausted,
        };
    }

    private static Truth Remainder(Chance chance, Background host, Clock clock, string named, double start)
    {
        const double page = 4096;
        const string key = "account unaccounted";
        double[] before = host[key];
        double mean = before.Average(), deviation = Math.Sqrt(before.Average(v => (v - mean) * (v - mean)));
        double after = (clock.Last - start) / clock.Step;
        double rate = Math.Max(
            chance.LogBetween(25, 500) * deviation * Math.Sqrt(3) * Math.Sqrt(12 / Math.Pow(after, 3)) / clock.Step,
            80 * page / (clock.Last - start));
        host.Set(
            key, [.. before.Select((v, i) =>
                v + (Math.Floor(rate * Math.Max(clock.Hours[i] - start, 0) / page) * page))],
            SeriesRole.Live, 1, page, null, true);
        return new Truth { Class = named, Culprits = [key], Start = start, Rate = rate };
    }

    // A limit that lies beyond all that was seen, and when the series that goes on first passes it, noise and all.
    private static (SeriesBound?, double) Bound(Chance chance, double level, double[] items, Clock clock, double rate)
    {
        double highest = items.AsSpan(0, clock.Count).ToArray().Max();
        double limit = Math.Ceiling(level + highest + (rate * clock.Last * chance.LogBetween(0.1, 2.2)));
        for (int i = clock.Count; i < items.Length; i++)
        {
            if (Math.Round(level + items[i]) >= limit)
            {
                return (new SeriesBound(limit, BoundKind.Limit, "limit"), i * clock.Step);
            }
        }

        return (null, double.NaN);
    }
}
