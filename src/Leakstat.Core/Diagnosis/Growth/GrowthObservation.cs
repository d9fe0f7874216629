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

    /// <summary>Looks at a series from one sample to another, both included; null where fewer than two samples have it.</summary>
    public static GrowthObservation? Of(Series series, int from, int to)
    {
        var values = new List<(int Sample, long Value)>();
        for (int i = from; i <= to && i < series.Count; i++)
        {
            if (series[i] is { } value)
            {
                values.Add((i, value));
            }
        }

        if (values.Count < 2)
        {
            return null;
        }

        int rises = 0;
        int falls = 0;
        for (int i = 1; i < values.Count; i++)
        {
            rises += values[i].Value > values[i - 1].Value ? 1 : 0;
            falls += values[i].Value < values[i - 1].Value ? 1 : 0;
        }

        int early = Math.Max(1, values.Count / 3);
        int late = Math.Min(values.Count - 1, Math.Max(early, values.Count / 2));
        long floor = values.Skip(late).Min(v => v.Value) - values.Take(early).Max(v => v.Value);
        double steps = values.Count - 1;
        return new GrowthObservation(
            series, values[0].Sample, values[^1].Sample, values[0].Value, values[^1].Value, rises / steps, falls / steps, floor);
    }
}
