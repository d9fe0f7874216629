namespace Leakstat.Detection.Weighing;

/// <summary>Reads the features of a rise off a series.</summary>
internal sealed class FeatureExtraction
{
    private readonly SeriesView _view = new();

    /// <summary>The view of the series that was read last.</summary>
    public SeriesView View => _view;

    /// <summary>Reads a series; null where it did not rise.</summary>
    /// <param name="hours">Times, hours, rising.</param>
    /// <param name="values">Values, six or more.</param>
    /// <param name="quantum">Smallest step.</param>
    /// <param name="memory">Memory of the host in units of the series; NaN where unknown.</param>
    public RiseFeatures? Read(ReadOnlySpan<double> hours, ReadOnlySpan<double> values, double quantum, double memory)
    {
        _view.Load(hours, values);
        double gain = _view.Gain;
        if (!(gain > quantum))
        {
            return null;
        }

        ReadOnlySpan<double> floor = _view.Floor, adjusted = _view.Adjusted;
        double kept = floor[^1] - floor[0];
        (double late, double last) = Lateness(floor);
        double noise = Math.Max(_view.Noise, quantum / 2);
        (int rises, int falls) = Monotony.Moves(adjusted, Math.Max(2 * _view.Noise, quantum / 2));
        return new RiseFeatures
        {
            Gain = gain,
            Tau = Monotony.Tau(_view.Minima),
            TroughTau = Monotony.Tau(_view.Troughs),
            AdjustedTau = Monotony.Tau(Thin(adjusted)),
            Separation = Apart(values, gain),
            AdjustedSeparation = Apart(adjusted, gain),
            AdjustedFall = Math.Min(Monotony.DeepestFall(adjusted) / gain, 2),
            Signs = SignTest(rises, falls),
            Rises = rises,
            Falls = falls,
            Steps = Math.Log(1 + Monotony.EffectiveRises(floor)),
            Late = late,
            Last = last,
            Kept = Math.Clamp(kept / gain, 0, 1),
            Ratio = Math.Clamp(Math.Log((_view.After + noise) / Math.Max(_view.Before + noise, noise)), 0, 3),
            Memory = double.IsFinite(memory) ? Math.Min(Math.Log(1 + (1000 * gain / memory)), 5) : double.NaN,
        };
    }

    /// <summary>Adds what is left of a series without a load: the parts of its days, changed in place.</summary>
    public RiseContext WithLeft(RiseContext context, Span<double> left, int wholeDays, double quantum)
    {
        _view.Adjust(left, wholeDays);
        int sixth = Math.Max(left.Length / 6, 1);
        double gain = _view.Median(left[^sixth..]) - _view.Median(left[..sixth]);
        double noise = _view.NoiseOf(left);
        (int rises, int falls) = Monotony.Moves(left, Math.Max(2 * noise, quantum / 2));
        return context with
        {
            LeftTau = Monotony.Tau(Thin(left)),
            LeftSeparation = gain > 0 ? Apart(left, gain) : -2,
            LeftFall = gain > 0 ? Math.Min(Monotony.DeepestFall(left) / gain, 2) : 2,
            LeftSigns = SignTest(rises, falls),
        };
    }

    /// <summary>−log₁₀ of the chance that so many of all tosses or more come up on one side, 0 to 6.</summary>
    public static double SignTest(int rises, int falls)
    {
        int all = rises + falls;
        if (all == 0 || rises <= falls)
        {
            return 0;
        }

        double term = Math.Pow(2, -Math.Min(all, 1000)), chance = 0;
        for (int k = 0; k <= falls; k++)
        {
            chance += term;
            term *= (double)(all - k) / (k + 1);
        }

        return Math.Clamp(-Math.Log10(Math.Max(chance, 1e-300)), 0, 6);
    }

    // Every so many-th value, so that what costs a square of their number stays cheap.
    private static ReadOnlySpan<double> Thin(ReadOnlySpan<double> values)
    {
        int stride = (values.Length + 63) / 64;
        if (stride == 1)
        {
            return values;
        }

        double[] thin = new double[values.Length / stride];
        for (int i = 0; i < thin.Length; i++)
        {
            for (int k = 0; k < stride; k++)
            {
                thin[i] += values[(i * stride) + k] / stride;
            }
        }

        return thin;
    }

    private static double Apart(ReadOnlySpan<double> values, double gain)
    {
        int third = Math.Max(values.Length / 3, 1);
        double highest = double.MinValue, lowest = double.MaxValue;
        foreach (double value in values[..third])
        {
            highest = Math.Max(highest, value);
        }

        foreach (double value in values[^third..])
        {
            lowest = Math.Min(lowest, value);
        }

        return Math.Clamp((lowest - highest) / gain, -2, 1);
    }

    // Of what the floor gained: the share after the middle between its onset and the end, and in the last quarter.
    private static (double Late, double Last) Lateness(ReadOnlySpan<double> floor)
    {
        double kept = floor[^1] - floor[0];
        if (!(kept > 0))
        {
            return (0, 0);
        }

        int onset = 0;
        while (onset < floor.Length - 1 && floor[onset + 1] - floor[0] <= 0.05 * kept)
        {
            onset++;
        }

        int middle = (onset + floor.Length - 1) / 2, quarter = floor.Length - 1 - (floor.Length / 4);
        return ((floor[^1] - floor[middle]) / kept, (floor[^1] - floor[quarter]) / kept);
    }
}
