namespace Leakstat.Detection;

/// <summary>What a rise was found to be.</summary>
/// <param name="Class">Class.</param>
/// <param name="Rise">The rise, from its onset where one was found.</param>
/// <param name="Chance">Chance of error after all corrections and against every explanation.</param>
/// <param name="ExplainedBy">Counter that explains it.</param>
/// <param name="Margin">By how much the line beats the plateaus.</param>
/// <param name="SinceBoot">Whether it set in with the boot.</param>
internal sealed record RiseClassification(
    TrendClass Class, Rise Rise, double Chance, string? ExplainedBy, double Margin, bool SinceBoot);

/// <summary>
/// Holds a rise against everything that only looks like a leak: a counter that moves with it, a day or week of which
/// too little was seen, a plateau on the way, peaks that rise over a floor that does not.
/// </summary>
internal sealed class RiseClassifier(TrendOptions options, TimeLine line, RiseSearch search)
{
    // Twice the log-likelihood ratio that stands for two standard deviations.
    private const double TwoDeviations = 4;

    // A curve that fits this much better than a line cannot be passed over.
    private const double MostBending = 5.5;

    // A curve this bent has lost 1 − e^−2 of its slope by the end of the stretch; less bent ones take longer to tell
    // from a line than a leak may stay unnamed, except where a plateau is to be expected.
    private const double LeastBend = 2;
    private const double BootHours = 12;

    // Chance below which what is left of a slope given a counter is no accident of one host's few counters.
    private const double PlainlyBeside = 0.01;
    private const double LeastBendAfterBoot = 0.5;

    private readonly RandomWalkTest _randomWalk = new();
    private readonly Basis _basis = new();
    private readonly SlopeTest _test = new();
    private readonly Bins _bins = new();
    private readonly double[] _scratch = new double[Bins.Limit];
    private readonly double[] _shape = new double[Bins.Limit];

    /// <summary>
    /// Judges a rise, which ended before the track does or lasts; comparisons are all tests made on the host.
    /// </summary>
    public RiseClassification Decide(
        Track track, SeriesInput series, Rise found, double comparisons, bool ended = false)
    {
        Rise rise = FromOnset(track, series, found);
        double chance = Math.Min(rise.Slope.Chance * comparisons, 1);
        int takeOff = TakeOff(track, rise);
        bool sinceBoot = SinceBoot(track, takeOff, rise);
        RiseClassification As(TrendClass kind, string? by = null, double margin = 0) =>
            new(kind, rise, chance, by, margin, sinceBoot);
        if (series.Role is SeriesRole.Reserve or SeriesRole.Elastic)
        {
            return As(series.Role is SeriesRole.Reserve ? TrendClass.Fragmentation : TrendClass.Elastic);
        }

        if (series.Bound is { Kind: BoundKind.Capacity } bound && track.Values[found.End - 1] <= bound.Value * 1.02)
        {
            return As(TrendClass.BoundedFill);
        }

        _bins.Load(track.Hours, track.Values, rise.History, rise.End, rise.Width);
        ReadOnlySpan<double> hours = _bins.Hours;
        ReadOnlySpan<double> values = rise.IsEnvelope ? _bins.Minima : _bins.Means;
        ReadOnlySpan<double> time = rise.History < rise.Start ? _bins.HoursSince(track.Hours[rise.Start]) : hours;
        double span = time[^1] - time[0], gain = rise.Slope.PerHour * span;
        if (GaveBackBefore(track, rise, span) > 0.5 * gain)
        {
            return As(TrendClass.Noise);
        }

        _basis.Reset(hours.Length);
        Season.AddSeen(_basis, hours, _scratch);
        int plain = _basis.Count;
        bool countersMove = false;
        (string Name, double[] Values)[] counters = series.OwnCounter is null
            ? line.Counters
            : [.. line.Counters.Where(c => c.Name != series.OwnCounter)];
        foreach ((string name, double[] counter) in counters)
        {
            _bins.Average(track.Samples, counter, _scratch);
            if (!_basis.Add(_scratch.AsSpan(0, hours.Length)))
            {
                continue;
            }

            countersMove = true;
            Slope given = _test.Run(_basis, time, values, series.Quantum);
            bool stands = given.Chance * comparisons < options.LeakChance;
            bool explains = !stands && !MostlyBeside(given, rise.Slope)
                && LeftOf(values) <= 2 * Squares(rise.Slope, hours.Length);
            _basis.Truncate(plain);
            chance = Math.Max(chance, Math.Min(given.Chance * comparisons, 1));
            if (explains)
            {
                return As(TrendClass.Explained, name);
            }
        }

        // Each counter is a noisy measure of the load; together they are a better one.
        if (countersMove && counters.Length > 1 && hours.Length > 6 * (plain + counters.Length))
        {
            foreach ((_, double[] counter) in counters)
            {
                _bins.Average(track.Samples, counter, _scratch);
                _basis.Add(_scratch.AsSpan(0, hours.Length));
            }

            Slope given = _test.Run(_basis, time, values, series.Quantum);
            _basis.Truncate(plain);
            chance = Math.Max(chance, Math.Min(given.Chance * comparisons, 1));
        }

        if (span < 2 * Season.Day
            ? !countersMove && !ExcludesDay(track, series, rise, gain)
            : span < 2 * Season.Week && DailySwing(values) > 0.5 * gain)
        {
            Season.AddPeriod(_basis, hours, span < 2 * Season.Day ? Season.Day : Season.Week, 1, _scratch);
            Slope given = _test.Run(_basis, time, values, series.Quantum);
            _basis.Truncate(plain);
            chance = Math.Max(chance, Math.Min(given.Chance * comparisons, 1));
        }

        bool mayWalk = chance < options.LeakChance && _randomWalk.MayBe(track, rise, ended);
        PlateauFit plateau = Plateau(track, series, rise, rise.Start, sinceBoot);
        int length = rise.End - rise.Start;
        foreach (int start in new[] { takeOff, rise.Start + (length / 8), rise.Start + (length / 4) })
        {
            if (rise.End - start >= 2 * options.MinimumSamples && start != rise.Start)
            {
                PlateauFit other = Plateau(track, series, rise, start, sinceBoot);
                plateau = new PlateauFit(
                    start < rise.Start ? Math.Min(plateau.Margin, other.Margin) : plateau.Margin,
                    Math.Max(plateau.Bending, other.Bending));
            }
        }

        if (plateau.Bending > TwoDeviations && plateau.Margin < TwoDeviations)
        {
            return As(TrendClass.Plateau, margin: plateau.Margin);
        }

        bool proven = chance < options.LeakChance && !mayWalk
            && plateau.Margin >= (sinceBoot ? 2 * TwoDeviations : TwoDeviations)
            && plateau.Bending < MostBending && FloorRises(track, rise, gain);
        return As(proven ? TrendClass.Leak : TrendClass.Rising, margin: plateau.Margin);
    }

    /// <summary>Whether a rise is still one given another series, by sample.</summary>
    public bool StandsBeside(Track track, SeriesInput series, Rise rise, double[] other, double comparisons)
    {
        _bins.Load(track.Hours, track.Values, rise.Start, rise.End, rise.Width);
        _basis.Reset(_bins.Count);
        Season.AddSeen(_basis, _bins.Hours, _scratch);
        _bins.Average(track.Samples, other, _scratch);
        return !_basis.Add(_scratch.AsSpan(0, _bins.Count))
            || _test.Run(_basis, _bins.Hours, _bins.Means, series.Quantum).Chance * comparisons < options.LeakChance;
    }

    private Rise FromOnset(Track track, SeriesInput series, Rise found)
    {
        _bins.Load(track.Hours, track.Values, 0, found.End, found.Width);
        int fewest = Math.Max((options.MinimumSamples + _bins.Width - 1) / _bins.Width, 2);
        int bin = Onset.Find(_bins.Hours, found.IsEnvelope ? _bins.Minima : _bins.Means, fewest);
        int start = bin * _bins.Width;
        if (start == found.Start)
        {
            return found;
        }

        int history = Math.Max(start - (2 * (found.End - start)), 0);
        history = start - history >= options.MinimumSamples ? history : start;
        bool complete = track.Count == line.Order.Length;
        Slope alone = search.Test(
            track, start, found.End, start, found.Width, found.IsEnvelope, series.Quantum, complete);
        Slope after = history == start ? alone : search.Test(
            track, start, found.End, history, found.Width, found.IsEnvelope, series.Quantum, complete);
        Rise rise = after.Chance < alone.Chance
            ? found with { Start = start, History = history, Slope = after }
            : found with { Start = start, History = start, Slope = alone };
        return rise.Slope.Chance <= found.Slope.Chance * 100 || rise.Slope.Chance < options.LeakChance * 1e-6
            ? rise
            : found;
    }

    private PlateauFit Plateau(Track track, SeriesInput series, Rise rise, int start, bool sinceBoot)
    {
        _bins.Load(track.Hours, track.Values, start, rise.End, rise.Width);
        _basis.Reset(_bins.Count);
        Season.AddSeen(_basis, _bins.Hours, _scratch);
        return PlateauTest.Run(
            _basis, _bins.Hours, rise.IsEnvelope ? _bins.Minima : _bins.Means, series.Quantum,
            sinceBoot ? LeastBendAfterBoot : LeastBend, _scratch, _shape);
    }

    // A curve that slows down looks like a line from some point on; where it last was near its lowest it had not begun.
    private int TakeOff(Track track, Rise rise)
    {
        _bins.Load(track.Hours, track.Values, 0, rise.Start, Bins.WidthFor(rise.Start, 120));
        if (_bins.Count == 0)
        {
            return rise.Start;
        }

        double lowest = double.MaxValue;
        foreach (double mean in _bins.Means)
        {
            lowest = Math.Min(lowest, mean);
        }

        int last = 0;
        double near =
            lowest + (0.1 * (track.Values[rise.Start] - lowest)) + (0.02 * (track.Values[rise.End - 1] - lowest));
        for (int i = 0; i < _bins.Count; i++)
        {
            last = _bins.Means[i] <= near ? i : last;
        }

        return Math.Min(last * _bins.Width, rise.Start);
    }

    // The deepest fall before the rise, on a scale on which the rise itself is slow.
    private double GaveBackBefore(Track track, Rise rise, double span)
    {
        double scale = span / 8, peak = double.MinValue, deepest = 0;
        for (int i = 0; i < rise.Start;)
        {
            double sum = 0, began = track.Hours[i];
            int count = 0;
            for (; i < rise.Start && track.Hours[i] - began < scale; i++, count++)
            {
                sum += track.Values[i];
            }

            peak = Math.Max(peak, sum / count);
            deepest = Math.Max(deepest, peak - (sum / count));
        }

        return deepest;
    }

    // A counter can share the day and the noise of a rise and have no part in the rise: then most of the slope is left
    // given the counter, and plainly so. Where both are lines, their slopes cannot be told apart and nothing is plain.
    private static bool MostlyBeside(Slope given, Slope slope) =>
        given.PerHour > slope.PerHour / 2 && given.Chance < PlainlyBeside;

    private double LeftOf(ReadOnlySpan<double> values)
    {
        Span<double> left = _shape.AsSpan(0, values.Length);
        values.CopyTo(left);
        _basis.Clear(left);
        return Basis.Dot(left, left);
    }

    private static double Squares(Slope slope, int rows) => slope.Deviation * slope.Deviation * rows;

    // From lowest to highest point of the daily cycle, as far as the basis holds one.
    private double DailySwing(ReadOnlySpan<double> values)
    {
        if (_basis.Count < 2)
        {
            return 0;
        }

        int all = _basis.Count;
        double without = LeftOf(values);
        _basis.Truncate(1);
        double with = LeftOf(values);
        _basis.Restore(all);
        return 2 * Math.Sqrt(2 * Math.Max(with - without, 0) / values.Length);
    }

    // A day that rises this fast now swings by twice the slope over 2π/24; a count cannot swing below nothing, and a
    // day of which a whole one was seen before the rise would have shown.
    private static bool ExcludesDay(Track track, SeriesInput series, Rise rise, double gain)
    {
        double amplitude = rise.Slope.PerHour * Season.Day / (2 * Math.PI);
        if (!series.IsSigned && amplitude > track.Values[rise.Start..rise.End].ToArray().Max())
        {
            return true;
        }

        int from = rise.Start;
        while (from > 0 && track.Hours[rise.Start] - track.Hours[from - 1] <= 2 * Season.Day)
        {
            from--;
        }

        if (track.Hours[rise.Start] - track.Hours[from] < Season.Day)
        {
            return false;
        }

        double low = double.MaxValue, high = double.MinValue;
        foreach (double value in track.Values[from..rise.Start])
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        return high - low < 0.5 * gain;
    }

    // Whether what is risen from now sets in with the boot, when all is expected to warm up.
    private bool SinceBoot(Track track, int takeOff, Rise rise) =>
        track.Hours[takeOff] - line.Hours[line.Order[0]] + line.UptimeAtStart
            < Math.Min(0.5 + (0.5 * (track.Hours[rise.End - 1] - track.Hours[takeOff])), BootHours);

    // The lowest values of the last third lie above those of the first by a fair part of the gain between them.
    private static bool FloorRises(Track track, Rise rise, double gain)
    {
        int third = (rise.End - rise.Start) / 3;
        double early = Lowest(track.Values.Slice(rise.Start, third));
        double late = Lowest(track.Values.Slice(rise.End - third, third));
        return late - early > 0.3 * gain * 2 / 3;
    }

    private static double Lowest(ReadOnlySpan<double> values)
    {
        double lowest = double.MaxValue;
        foreach (double value in values)
        {
            lowest = Math.Min(lowest, value);
        }

        return lowest;
    }
}
