namespace Leakstat.Detection.Weighing;

/// <summary>
/// One series as evidence sees it: level blocks, floors, daily troughs, and what is left of it without the hour of the
/// day. Made once a series; what is asked of it costs little.
/// </summary>
internal sealed class SeriesView
{
    /// <summary>Blocks of the coarse view.</summary>
    public const int Coarse = 24;

    private const double Day = 24;
    private const int MostDays = 60;

    // Four hours: six positions of a day are enough for a working day, and each is seen often enough to be told.
    private const int PositionsOfDay = 6;

    private readonly Blocks _coarse = new();
    private readonly Blocks _days = new();
    private readonly Blocks _hours = new();
    private readonly double[] _floor = new double[Coarse];
    private double[] _raw = [];
    private int _wholeDays;
    private readonly double[] _sorted = new double[Math.Max(MostDays * PositionsOfDay, Coarse) + 1];

    /// <summary>Means of the coarse blocks.</summary>
    public ReadOnlySpan<double> Means => _coarse.Means;

    /// <summary>Lowest of the coarse blocks.</summary>
    public ReadOnlySpan<double> Minima => _coarse.Minima;

    /// <summary>Lowest of each day, or of each of six parts where there are fewer than three days.</summary>
    public ReadOnlySpan<double> Troughs => _days.Minima;

    /// <summary>Means of parts of a day, without the hour of the day where at least three days were seen.</summary>
    public ReadOnlySpan<double> Adjusted => _hours.Means;

    /// <summary>Means of parts of a day as they are; the blocks of <see cref="Adjusted"/>.</summary>
    public ReadOnlySpan<double> Parts => _raw;

    /// <summary>What was never given back: the lowest value from each coarse block on to the end.</summary>
    public ReadOnlySpan<double> Floor => _floor.AsSpan(0, _coarse.Count);

    /// <summary>Level of the first sixth.</summary>
    public double Before { get; private set; }

    /// <summary>Level of the last sixth.</summary>
    public double After { get; private set; }

    /// <summary>Units gained between them.</summary>
    public double Gain => After - Before;

    /// <summary>Deviation of the level from one adjusted part of a day to the next, robust.</summary>
    public double Noise { get; private set; }

    /// <summary>Takes a series in.</summary>
    public void Load(ReadOnlySpan<double> hours, ReadOnlySpan<double> values)
    {
        double span = hours[^1] - hours[0];
        _coarse.Load(hours, values, Math.Min(Coarse, Math.Max(values.Length / 2, 6)));
        int days = (int)(span / Day);
        bool daily = days >= 3;
        _days.Load(hours, values, daily ? Math.Min(days, MostDays) : 6);
        int positions = daily && days <= MostDays ? days * PositionsOfDay : Coarse;
        _hours.Load(hours, values, Math.Min(positions, Math.Max(values.Length / 2, 6)));
        _raw = _hours.Means.ToArray();
        _wholeDays = daily && _hours.Count == days * PositionsOfDay ? days : 0;
        if (_wholeDays > 0)
        {
            TakeOutDay(_hours.Means, days);
        }

        ReadOnlySpan<double> minima = Minima;
        double lowest = double.MaxValue;
        for (int i = minima.Length - 1; i >= 0; i--)
        {
            lowest = Math.Min(lowest, minima[i]);
            _floor[i] = lowest;
        }

        int sixth = Math.Max(Means.Length / 6, 1);
        Before = Median(Means[..sixth]);
        After = Median(Means[^sixth..]);
        Noise = NoiseOf(Adjusted);
    }

    /// <summary>Cuts a level of load into the blocks of <see cref="Parts"/>.</summary>
    public static double[] PartsOf(Blocks blocks, ReadOnlySpan<double> hours, ReadOnlySpan<double> values)
    {
        int days = (int)((hours[^1] - hours[0]) / Day);
        int positions = days is >= 3 and <= MostDays ? days * PositionsOfDay : Coarse;
        blocks.Load(hours, values, Math.Min(positions, Math.Max(values.Length / 2, 6)));
        return blocks.Means.ToArray();
    }

    /// <summary>
    /// Takes the hour of the day out of parts of a day that were changed since; nothing where too few days were seen.
    /// </summary>
    public void Adjust(Span<double> parts, int days)
    {
        if (days > 0)
        {
            TakeOutDay(parts, days);
        }
    }

    /// <summary>Whole days in the parts of the series; 0 where fewer than three were seen whole.</summary>
    public int WholeDays => _wholeDays;

    // The hour of the day by the median over days of what a part of it differs from its day.
    private void TakeOutDay(Span<double> means, int days)
    {
        Span<double> offsets = stackalloc double[MostDays];
        Span<double> profile = stackalloc double[PositionsOfDay];
        for (int p = 0; p < PositionsOfDay; p++)
        {
            for (int d = 0; d < days; d++)
            {
                offsets[d] = means[(d * PositionsOfDay) + p] - MeanAround(means, (d * PositionsOfDay) + p);
            }

            profile[p] = Median(offsets[..days]);
        }

        double middle = 0;
        foreach (double offset in profile)
        {
            middle += offset / PositionsOfDay;
        }

        for (int i = 0; i < means.Length; i++)
        {
            means[i] -= profile[i % PositionsOfDay] - middle;
        }
    }

    // Mean of the day around a part, shifted inwards at the ends.
    private static double MeanAround(ReadOnlySpan<double> means, int at)
    {
        int from = Math.Clamp(at - (PositionsOfDay / 2), 0, means.Length - PositionsOfDay);
        double sum = 0;
        foreach (double mean in means.Slice(from, PositionsOfDay))
        {
            sum += mean;
        }

        return sum / PositionsOfDay;
    }

    /// <summary>Deviation from one part to the next, robust.</summary>
    public double NoiseOf(ReadOnlySpan<double> values)
    {
        int count = values.Length - 1;
        Span<double> steps = stackalloc double[count];
        for (int i = 0; i < count; i++)
        {
            steps[i] = values[i + 1] - values[i];
        }

        double middle = Median(steps);
        for (int i = 0; i < count; i++)
        {
            steps[i] = Math.Abs(steps[i] - middle);
        }

        return 1.4826 * Median(steps);
    }

    /// <summary>Median; of no more values than the view has parts.</summary>
    public double Median(ReadOnlySpan<double> values)
    {
        Span<double> sorted = _sorted.AsSpan(0, values.Length);
        values.CopyTo(sorted);
        return OrderStatistic.Median(sorted);
    }
}
