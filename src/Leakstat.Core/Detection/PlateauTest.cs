namespace Leakstat.Detection;

/// <summary>How a rise compares with one that is slowing down towards a plateau.</summary>
/// <param name="Margin">
/// By how much the line fits better than every plateau that bends at least as asked, as twice a log-likelihood ratio;
/// negative where a plateau fits better.
/// </param>
/// <param name="Bending">By how much a curve that bends to be noticed fits better than one that hardly does.</param>
internal readonly record struct PlateauFit(double Margin, double Bending);

/// <summary>
/// Compares a line with saturating curves 1 − e^(−x·u), u from 0 to 1 over the stretch. Each is given first-order noise
/// of its own correlation: what a wrong curve leaves over looks like slow noise, and has to pay for it in the
/// likelihood.
/// </summary>
internal static class PlateauTest
{
    private const double Straight = 0.25;

    // Rows times what the correlation lacks to 1, up to which a random walk is at home.
    private const double WalkLimit = 20;

    private static readonly double[] Bends = [0, Straight, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 21];

    /// <summary>Compares; both scratch spans hold at least as many rows as the values.</summary>
    public static PlateauFit Run(
        Basis basis, ReadOnlySpan<double> hours, ReadOnlySpan<double> values, double quantum, double leastBend,
        Span<double> scratch, Span<double> shape)
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

        // Values in steps of q carry a rounding error of q²/12 each.
        double floor = quantum * quantum / 12 * rows;
        double straight = double.PositiveInfinity, bent = double.PositiveInfinity, plateau = double.PositiveInfinity;
        double weight = 1, correlation = 0;
        foreach (double bend in Bends)
        {
            Remainder left = Left(basis, hours, bend, scratch, shape);
            double squares = left.Innovations + floor;
            weight = bend == 0 ? (1 - left.Lasting) / (1 + left.Lasting) : weight;
            correlation = squares < bent && bend > Straight ? left.Correlation : correlation;
            straight = bend <= Straight ? Math.Min(straight, squares) : straight;
            bent = bend > Straight ? Math.Min(bent, squares) : bent;
            plateau = bend >= leastBend ? Math.Min(plateau, squares) : plateau;
        }

        // Innovations that are still alike from row to row count for fewer than they are.
        double bending = weight * rows * Math.Log(straight / bent);
        return new PlateauFit(
            weight * rows * Math.Log(plateau / straight),
            rows * (1 - correlation) > WalkLimit
                ? bending
                : Math.Min(bending, weight * BendingOfSteps(hours, values, floor)));
    }

    // A random walk follows any curve; what its steps do over time is all that can be held against it.
    private static double BendingOfSteps(ReadOnlySpan<double> hours, ReadOnlySpan<double> values, double floor)
    {
        double straight = double.PositiveInfinity, bent = double.PositiveInfinity, span = hours[^1] - hours[0];
        foreach (double bend in Bends)
        {
            double all = 0, product = 0, norm = 0;
            for (int i = 1; i < hours.Length; i++)
            {
                double from = (hours[i - 1] - hours[0]) / span, to = (hours[i] - hours[0]) / span;
                double shape = bend == 0 ? to - from : Math.Exp(-bend * from) - Math.Exp(-bend * to);
                double step = values[i] - values[i - 1];
                all += step * step;
                product += step * shape;
                norm += shape * shape;
            }

            double left = all - (product * product / norm) + (2 * floor);
            straight = bend <= Straight ? Math.Min(straight, left) : straight;
            bent = bend > Straight ? Math.Min(bent, left) : bent;
        }

        return hours.Length * Math.Log(straight / bent);
    }

    private static Remainder Left(
        Basis basis, ReadOnlySpan<double> hours, double bend, ReadOnlySpan<double> values, Span<double> shape)
    {
        double start = hours[0], span = hours[^1] - start;
        for (int i = 0; i < hours.Length; i++)
        {
            double u = (hours[i] - start) / span;
            shape[i] = bend == 0 ? u : 1 - Math.Exp(-bend * u);
        }

        basis.Clear(shape);
        double norm = Basis.Dot(shape, shape);
        double factor = norm > 0 ? Math.Max(Basis.Dot(values, shape) / norm, 0) : 0;
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = values[i] - (factor * shape[i]);
        }

        double squares = Basis.Dot(shape, shape), lagged = Basis.Dot(shape[..^1], shape[1..]);
        double earlier = squares - (shape[^1] * shape[^1]);
        double correlation = earlier > 0 ? Math.Clamp(lagged / earlier, 0, 1) : 0;
        double left = squares - (2 * correlation * lagged) + (correlation * correlation * earlier);
        double before = 0, products = 0;
        for (int i = 1; i < shape.Length; i++)
        {
            double innovation = shape[i] - (correlation * shape[i - 1]);
            products += innovation * before;
            before = innovation;
        }

        return new Remainder(left, left > 0 ? Math.Clamp(products / left, 0, 0.9) : 0, correlation);
    }

    // What a curve leaves: the sum of squared innovations, how alike they are from row to row, and the correlation of
    // the noise that they make up.
    private readonly record struct Remainder(double Innovations, double Lasting, double Correlation);
}
