using Leakstat.History;

namespace Leakstat.Diagnosis.Growth;

/// <summary>How one series moved over the captures of the current boot.</summary>
/// <param name="Series">The series.</param>
/// <param name="First">First sample that has it.</param>
/// <param name="Last">Last sample that has it.</param>
/// <param name="Before">Value at the first, in the series' own unit.</param>
/// <param name="After">Value at the last.</param>
/// <param name="Rises">Share of the steps between neighbours that went up, 0–1.</param>
/// <param name="Falls">Share that went down.</param>
/// <param name="Floor">
/// Rise of the lower envelope: smallest value of the later half minus largest of the first third. Positive only where
/// the series left its early values for good.
/// </param>
internal sealed record GrowthObservation(
    Series Series, int First, int Last, long Before, long After, double Rises, double Falls, long Floor)
{
    /// <summary>Items (or bytes) gained.</summary>
    public long Delta => Model.Arithmetic.Subtract(After, Before);

    /// <summary>Bytes gained.</summary>
    public long Bytes => Model.Arithmetic.Multiply(Delta, Math.Max(Series.ItemSize, 1));

    /// <summary>Number of samples from first to last.</summary>
    public int Samples => Last - First + 1;

    /// <summary>The counter that grew alongside, and by how much (after over before); null where none did.</summary>
    public (string Counter, double Ratio)? Explanation { get; init; }

    /// <summary>Other series that moved with it, the largest first.</summary>
    public IReadOnlyList<GrowthObservation> Lockstep { get; init; } = [];

    /// <summary>Looks at a series from one sample on; null where fewer than two samples have it.</summary>
    public static GrowthObservation? Of(Series series, int from) => Of(series, from, series.Count - 1);

    /// <summary>
    /// Looks at a series from one sample to another, both included; null where fewer than two samples have it.
    /// </summary>
    public static GrowthObservation? Of(Series series, int from, int to)
    {
        if (from < 0 || Math.Min(to, series.Count - 1) <= from)
        {
            return null;
        }

        var all = new long?[Math.Min(to, series.Count - 1) - from + 1];
        series.CopyTo(from, all);
        long[] values = new long[all.Length];
        int count = 0, first = 0, last = 0;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i] is { } value)
            {
                first = count == 0 ? from + i : first;
                last = from + i;
                values[count++] = value;
            }
        }

        return count < 2 ? null : Of(series, first, last, values.AsSpan(0, count));
    }

    private static GrowthObservation Of(Series series, int first, int last, ReadOnlySpan<long> values)
    {
        int rises = 0;
        int falls = 0;
        for (int i = 1; i < values.Length; i++)
        {
            rises += values[i] > values[i - 1] ? 1 : 0;
            falls += values[i] < values[i - 1] ? 1 : 0;
        }

        int early = Math.Max(1, values.Length / 3);
        int late = Math.Min(values.Length - 1, Math.Max(early, values.Length / 2));
        long lowest = long.MaxValue, highest = long.MinValue;
        foreach (long value in values[late..])
        {
            lowest = Math.Min(lowest, value);
        }

        foreach (long value in values[..early])
        {
            highest = Math.Max(highest, value);
        }

        double steps = values.Length - 1;
        return new GrowthObservation(
            series, first, last, values[0], values[^1], rises / steps, falls / steps, lowest - highest);
    }
}
