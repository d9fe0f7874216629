namespace Leakstat.Reports.Views.Plots;

/// <summary>Which values a plot reaches over.</summary>
/// <param name="Floor">Value at its lower edge.</param>
/// <param name="Top">Value at its upper edge; always above.</param>
internal readonly record struct PlotRange(double Floor, double Top)
{
    /// <summary>
    /// A limit is drawn where it is no more than so many times what was seen: the line stays readable.
    /// </summary>
    private const double FarthestLimit = 4;

    /// <summary>
    /// The range of values from a lowest to a highest. It begins at nothing where the lowest is less than half of the
    /// highest; what is always the same lies in the middle, not at the edge, where it would look like nothing.
    /// </summary>
    public static PlotRange Of(double low, double high)
    {
        double floor = low > 0 && low < high / 2 ? 0 : low;
        return floor < high ? new PlotRange(floor, high)
            : high > 0 ? new PlotRange(0, 2 * high)
            : new PlotRange(high, high + 1);
    }

    /// <summary>The range that reaches up to a value too.</summary>
    public PlotRange UpTo(double value) => this with { Top = Math.Max(Top, value) };

    /// <summary>Whether a limit is near enough to values to be drawn beside them.</summary>
    public static bool Shows(double limit, double high) => limit <= FarthestLimit * high;

    /// <summary>How far up a value stands, as y in the picture's own units.</summary>
    public double Y(double value) => SeriesHtml.Height - ((value - Floor) / (Top - Floor) * SeriesHtml.Height);
}
