namespace Leakstat.DetectionBench;

/// <summary>Shapes that series are made of; all in units of the series, one value per sample.</summary>
internal static class Shapes
{
    /// <summary>First-order noise of a standard deviation; a correlation per sample.</summary>
    public static double[] Noise(Chance chance, int count, double deviation, double correlation)
    {
        double[] values = new double[count];
        double state = deviation * chance.Normal(), kick = deviation * Math.Sqrt(1 - (correlation * correlation));
        for (int i = 0; i < count; i++)
        {
            values[i] = state;
            state = (correlation * state) + (kick * chance.Normal());
        }

        return values;
    }

    /// <summary>
    /// Noise of a deviation and correlation in one of three kinds: normal; with heavy tails; or the number of things in
    /// use that come and go at random, which is skewed where they are few.
    /// </summary>
    public static double[] AnyNoise(Chance chance, int count, double deviation, double correlation)
    {
        switch (chance.Below(4))
        {
            case 0:
                double state = 0, kick = Math.Sqrt(1 - (correlation * correlation));
                double[] heavy = new double[count];
                for (int i = 0; i < count; i++)
                {
                    // Student's t with five degrees of freedom, scaled to a variance of one.
                    double squares = 0;
                    for (int k = 0; k < 5; k++)
                    {
                        double x = chance.Normal();
                        squares += x * x;
                    }

                    state = (correlation * state)
                        + (kick * chance.Normal() / Math.Sqrt(squares / 5) * Math.Sqrt(3.0 / 5));
                    heavy[i] = deviation * state;
                }

                return heavy;
            case 1:
                // As many in use as the variance; each sample a share of them goes and others come.
                double mean = Math.Max(deviation * deviation, 4), scale = deviation / Math.Sqrt(mean);
                double[] counts = new double[count];
                double used = chance.Poisson(mean);
                for (int i = 0; i < count; i++)
                {
                    counts[i] = scale * (used - mean);
                    double kept = used * correlation;
                    kept = Math.Max(kept + (Math.Sqrt(kept * (1 - correlation)) * chance.Normal()), 0);
                    used = Math.Round(kept) + chance.Poisson(mean * (1 - correlation));
                }

                return counts;
            default:
                return Noise(chance, count, deviation, correlation);
        }
    }

    /// <summary>A random walk that a floor reflects.</summary>
    public static double[] Walk(Chance chance, int count, double start, double step)
    {
        double[] values = new double[count];
        double state = start;
        for (int i = 0; i < count; i++)
        {
            values[i] = state;
            state = Math.Abs(state + (step * chance.Normal()));
        }

        return values;
    }

    /// <summary>From nothing to a height, slower and slower.</summary>
    public static double[] WarmUp(double[] hours, double from, double height, double time) =>
        [.. hours.Select(h => h < from ? 0 : height * (1 - Math.Exp(-(h - from) / time)))];

    /// <summary>Straight up to a height, and there it stays.</summary>
    public static double[] Fill(double[] hours, double from, double perHour, double height) =>
        [.. hours.Select(h => Math.Clamp((h - from) * perHour, 0, height))];

    /// <summary>Builds up and is reclaimed but for a share, at times of its own.</summary>
    public static double[] Sawtooth(Chance chance, double[] hours, double period, double height, double kept)
    {
        double[] values = new double[hours.Length];
        double floor = 0, began = hours[0], length = period * chance.Between(0.7, 1.3);
        for (int i = 0; i < hours.Length; i++)
        {
            if (hours[i] - began >= length)
            {
                floor += kept * height * (hours[i] - began) / period;
                began = hours[i];
                length = period * chance.Between(0.7, 1.3);
            }

            values[i] = floor + (height * (hours[i] - began) / period);
        }

        return values;
    }

    /// <summary>Loses a number of items at random events, so many an hour, between two times.</summary>
    public static double[] Events(
        Chance chance, double[] hours, double from, double to, double perHour, Func<double> size, double lasts)
    {
        double[] values = new double[hours.Length];
        double next = from + (chance.Exponential() / perHour), sum = 0, pending = 0;
        for (int i = 0; i < hours.Length; i++)
        {
            while (next <= hours[i] && next < to)
            {
                pending += size();
                next += chance.Exponential() / perHour;
            }

            double share = lasts <= 0 || i == 0 ? 1 : 1 - Math.Exp(-(hours[i] - hours[i - 1]) / lasts);
            sum += pending * share;
            pending *= 1 - share;
            values[i] = sum;
        }

        return values;
    }

    /// <summary>A few jumps of the level at random times.</summary>
    public static double[] Steps(Chance chance, double[] hours, int count, double size)
    {
        (double At, double By)[] jumps =
        [
            .. Enumerable.Range(0, count)
                .Select(_ => (chance.Between(hours[0], hours[^1]), size * chance.Between(0.3, 1))),
        ];
        return [.. hours.Select(h => jumps.Where(j => j.At <= h).Sum(j => j.By))];
    }

    public static double[] Plus(this double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    public static double[] Plus(this double[] a, double b) => [.. a.Select(x => x + b)];

    public static double[] Times(this double[] a, double factor) => [.. a.Select(x => x * factor)];

    /// <summary>Sum up to each sample, scaled by the hours between samples.</summary>
    public static double[] Integral(this double[] perHour, double[] hours, double from)
    {
        double[] values = new double[hours.Length];
        for (int i = 1; i < hours.Length; i++)
        {
            values[i] = values[i - 1] + (hours[i] > from ? perHour[i] * (hours[i] - hours[i - 1]) : 0);
        }

        return values;
    }

    /// <summary>A count: whole, not below nothing.</summary>
    public static double[] Counted(this double[] a) => [.. a.Select(x => Math.Max(Math.Round(x), 0))];
}
