namespace Leakstat.Detection;

/// <summary>How a rise compares with one that is slowing down towards a plateau.</summary>
/// <param name="Margin">
/// By how much the line fits better than every plateau that bends at least as asked, as twice a log-likelihood ratio;
/// negative where a plateau fits better.
/// </param>
/// <param name="Bending">By how much any slowing curve, however slight, fits better than the line.</param>
internal readonly record struct PlateauFit(double Margin, double Bending);

/// <summary>
/// Compares a line with saturating curves 1 − e^(−x·u), u from 0 to 1 over the stretch. Both are fitted with the same
/// noise: white, a random walk, or what lies between, as the slope test found it.
/// </summary>
internal static class PlateauTest
{
    private static readonly double[] Bends = [0.35, 0.7, 1, 1.5, 2, 3, 5, 8, 13, 21];

    /// <summary>Compares; both scratch spans hold at least as many rows as the values.</summary>
    public static PlateauFit Run(
        Basis basis, ReadOnlySpan<double> hours, ReadOnlySpan<double> values, double correlation, double quantum,
        double leastBend, Span<double> scratch, Span<double> shape)
    {
        int rows = hours.Length;
        scratch = scratch[..rows];
        shape = shape[..rows];
        double first = values[0];
        for (int i = 0; i < rows; i++)
        {
            scratch[i] = values[i] - first;
        }

        basis.Clear(scratch);
        Difference(scratch, correlation);
        double all = Basis.Dot(scratch, scratch);

        // Two values in steps of q differ by a rounding error of q²/6 at least.
        double floor = quantum * quantum / 6 * rows;
        double line = Left(basis, hours, 0, correlation, scratch, shape, all) + floor;
        double best = double.PositiveInfinity, slight = double.PositiveInfinity;
        foreach (double bend in Bends)
        {
            double left = Left(basis, hours, bend, correlation, scratch, shape, all) + floor;
            slight = Math.Min(slight, left);
            if (bend >= leastBend)
            {
                best = Math.Min(best, left);
            }
        }

        return new PlateauFit(rows * Math.Log(best / line), rows * Math.Log(line / slight));
    }

    private static double Left(
        Basis basis, ReadOnlySpan<double> hours, double bend, double correlation, ReadOnlySpan<double> values,
        Span<double> shape, double all)
    {
        double start = hours[0], span = hours[^1] - start;
        for (int i = 0; i < hours.Length; i++)
        {
            double u = (hours[i] - start) / span;
            shape[i] = bend == 0 ? u : 1 - Math.Exp(-bend * u);
        }

        basis.Clear(shape);
        Difference(shape, correlation);
        double product = Basis.Dot(values, shape);
        return product <= 0 ? all : Math.Max(all - (product * product / Basis.Dot(shape, shape)), 0);
    }

    private static void Difference(Span<double> values, double correlation)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            values[i] -= correlation * values[i - 1];
        }

        values[0] *= Math.Sqrt(Math.Max(1 - (correlation * correlation), 0));
    }
}
