namespace Leakstat.Detection.Weighing;

/// <summary>What evidence is made of: each a number that does not depend on the unit or size of the series.</summary>
public readonly record struct RiseFeatures
{
    /// <summary>Kendall's tau of the block minima.</summary>
    public double Tau { get; init; }

    /// <summary>Kendall's tau of the lowest of each day.</summary>
    public double TroughTau { get; init; }

    /// <summary>Kendall's tau of the levels without the hour of the day.</summary>
    public double AdjustedTau { get; init; }

    /// <summary>Lowest of the last third less highest of the first, over the gain, −2 to 1, by samples.</summary>
    public double Separation { get; init; }

    /// <summary>The same by levels without the hour of the day.</summary>
    public double AdjustedSeparation { get; init; }

    /// <summary>Deepest fall of the levels without the hour of the day over the gain, 0 to 2.</summary>
    public double AdjustedFall { get; init; }

    /// <summary>
    /// Logarithm of the chance of so many rises and so few falls by tossing a coin, base ten, negated, 0 to 6.
    /// </summary>
    public double Signs { get; init; }

    /// <summary>Rises larger than the noise.</summary>
    public int Rises { get; init; }

    /// <summary>Falls larger than the noise.</summary>
    public int Falls { get; init; }

    /// <summary>Logarithm of the number of equal steps that the rises of the floor are worth.</summary>
    public double Steps { get; init; }

    /// <summary>Share of what was kept that came in the later half since the onset.</summary>
    public double Late { get; init; }

    /// <summary>Share of what was kept that came in the last quarter of the time.</summary>
    public double Last { get; init; }

    /// <summary>What was never given back over the gain, 0 to 1.</summary>
    public double Kept { get; init; }

    /// <summary>Logarithm of level after over level before, 0 to 3.</summary>
    public double Ratio { get; init; }

    /// <summary>
    /// Logarithm of one plus a thousand times the share of memory that was gained, 0 to 5; NaN where unknown.
    /// </summary>
    public double Memory { get; init; }

    /// <summary>
    /// Whether all this is of the line through the troughs, because the series falls back again and again.
    /// </summary>
    public bool TroughsOnly { get; init; }

    /// <summary>Units gained, from the level of the first sixth to that of the last.</summary>
    public double Gain { get; init; }
}
