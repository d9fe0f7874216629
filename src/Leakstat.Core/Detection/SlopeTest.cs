namespace Leakstat.Detection;

/// <summary>A slope with the chance that it is none.</summary>
/// <param name="PerHour">Slope given all columns of the basis.</param>
/// <param name="Error">Its standard error after correction for autocorrelation.</param>
/// <param name="Degrees">Degrees of freedom behind the error.</param>
/// <param name="Chance">One-sided chance of a slope this high without a trend, before correction for the number of tests.</param>
/// <param name="Correlation">Lag-1 correlation that the error assumes: an upper bound; 1 where a random walk is not excluded.</param>
/// <param name="Deviation">Standard deviation around the line.</param>
internal readonly record struct Slope(
    double PerHour, double Error, double Degrees, double Chance, double Correlation, double Deviation)
{
    /// <summary>No slope can be told.</summary>
    public static Slope None { get; } = new(0, double.PositiveInfinity, 1, 1, 1, 0);
}

/// <summary>
/// Judges a slope when the noise may be anything between white and a random walk. The line is fitted by least squares;
/// its error comes from the exact variance under a first-order process whose correlation is put at the upper end of
/// what the residuals allow. Only where a Dickey–Fuller test excludes a random walk is less than that assumed, so that
/// few samples, which cannot exclude one, are judged by their increments (after Perron and Yabu, 2009).
/// </summary>
internal sealed class SlopeTest
{
    // Below this many rows a coarser view has too few to say anything about correlation.
    private const int RowsForCoarseView = 192;
    private const int CoarseFactor = 4;

    // What the Dickey–Fuller statistic has to fall below: a random walk without drift does so once in some thousands.
    private const double Critical = 4.6;

    // A walk under white noise shows in blocks of many rows only, as correlation from block to block.
    private const int Blocks = 26;
    private const double BlockCorrelation = 0.25;

    private double[] _axis = new double[512];
    private double[] _residual = new double[512];
    private double[] _coarseAxis = new double[512];
    private double[] _coarseResidual = new double[512];

    /// <summary>Residuals of the latest test.</summary>
    public ReadOnlySpan<double> Residuals(int rows) => _residual.AsSpan(0, rows);

    /// <summary>
    /// Tests the slope of values over time, given the basis. The time is in hours, or hours since an onset and nothing
    /// before it.
    /// </summary>
    public Slope Run(Basis basis, ReadOnlySpan<double> time, ReadOnlySpan<double> values, double quantum)
    {
        int rows = time.Length;
        int columns = basis.Count + 1;
        if (rows < columns + 6)
        {
            return Slope.None;
        }

        Reserve(rows);
        Span<double> axis = _axis.AsSpan(0, rows);
        Span<double> residual = _residual.AsSpan(0, rows);
        double middle = (time[0] + time[^1]) / 2;
        double first = values[0];
        double whole = 0;
        for (int i = 0; i < rows; i++)
        {
            axis[i] = time[i] - middle;
            whole += axis[i] * axis[i];
            residual[i] = values[i] - first;
        }

        basis.Clear(axis);
        double norm = Basis.Dot(axis, axis);
        if (!(norm > whole * 1e-6))
        {
            return Slope.None;
        }

        basis.Clear(residual);
        double slope = Basis.Dot(axis, residual) / norm;
        Basis.AddScaled(residual, axis, -slope);

        // A value in steps of q carries at least the noise of rounding, q²/12.
        double rounding = quantum * quantum / 12;
        double deviation = Math.Sqrt(Basis.Dot(residual, residual) / (rows - columns));
        (double variance, double correlation) = Variance(axis, residual, columns, norm, rounding);
        double degrees = rows - columns - 1;
        if (correlation >= 1)
        {
            (slope, variance) = OfIncrements(basis.Differences(), time, values, columns, rounding);
        }
        else if (rows >= RowsForCoarseView)
        {
            int coarse = Coarsen(axis, residual, CoarseFactor);
            (double other, double itsCorrelation) = Variance(
                _coarseAxis.AsSpan(0, coarse), _coarseResidual.AsSpan(0, coarse), columns, norm, 0);
            if (other > variance)
            {
                variance = other;
                degrees = Math.Max(coarse - columns - 1, 4);
                correlation = Math.Max(correlation, itsCorrelation >= 1 ? 1 : 0);
            }
        }

        if (correlation < 1 && rows >= 4 * Blocks)
        {
            int blocks = Coarsen(axis, residual, rows / Blocks);
            Span<double> block = _coarseResidual.AsSpan(0, blocks);
            double squares = Basis.Dot(block, block), lagged = Basis.Dot(block[..^1], block[1..]);
            double between = squares > 0 ? lagged / squares : 0;
            if (between + ((2 + (4 * Math.Max(between, 0))) / blocks) > BlockCorrelation)
            {
                double walk = WalkVariance(_coarseAxis.AsSpan(0, blocks), block, norm, Math.Max(blocks - 3, 1), 0);
                if (walk > variance)
                {
                    variance = walk;
                    degrees = Math.Max(blocks - 3, 1);
                    correlation = 1;
                }
            }
        }

        double error = Math.Sqrt(variance);
        double gain = slope * (time[^1] - time[0]);
        if (!(gain > 0))
        {
            return new Slope(slope, error, degrees, 1, correlation, deviation);
        }

        // Things that come one by one have the noise of a count, however straight the line looks.
        double chance = Math.Max(Tails.Student(slope / error, degrees), Tails.Normal(Math.Sqrt(gain / quantum)));
        return new Slope(slope, error, degrees, chance, correlation, deviation);
    }

    // Slope and its variance where the noise is a random walk: its increments are independent.
    private (double Slope, double Variance) OfIncrements(
        Basis differences, ReadOnlySpan<double> time, ReadOnlySpan<double> values, int columns, double rounding)
    {
        int rows = time.Length - 1;
        Span<double> axis = _coarseAxis.AsSpan(0, rows), steps = _coarseResidual.AsSpan(0, rows);
        for (int i = 0; i < rows; i++)
        {
            axis[i] = time[i + 1] - time[i];
            steps[i] = values[i + 1] - values[i];
        }

        differences.Clear(axis);
        differences.Clear(steps);
        double norm = Basis.Dot(axis, axis);
        if (!(norm > 0))
        {
            return (0, double.PositiveInfinity);
        }

        double slope = Basis.Dot(axis, steps) / norm;
        Basis.AddScaled(steps, axis, -slope);
        return (slope, ((Basis.Dot(steps, steps) / Math.Max(rows - columns + 1, 1)) + (2 * rounding)) / norm);
    }

    private static (double Variance, double Correlation) Variance(
        ReadOnlySpan<double> axis, ReadOnlySpan<double> residual, int columns, double norm, double rounding)
    {
        int rows = residual.Length;
        double lagged = Basis.Dot(residual[..^1], residual[1..]);
        double squares = Basis.Dot(residual, residual);
        double earlier = squares - (residual[^1] * residual[^1]);
        double later = squares - (residual[0] * residual[0]);
        double degrees = Math.Max(rows - columns - 1, 1);
        if (!(earlier > 0))
        {
            return (rounding / norm, 0);
        }

        double correlation = lagged / earlier;
        double innovation = Math.Max(later - (2 * correlation * lagged) + (correlation * correlation * earlier), 0) / degrees;
        double deviation = Math.Sqrt(innovation / earlier);

        // Correlation that falls off more slowly than it begins is a slow process under fast noise: judged by the slow one.
        double second = Basis.Dot(residual[..^2], residual[2..]) / earlier;
        double share = 1;
        if (correlation > 0.05 && second - (correlation * correlation) > 1 / Math.Sqrt(rows))
        {
            share = Math.Min(correlation, 1);
            correlation = Math.Min(second / correlation, 1);
            deviation = Math.Max(Math.Sqrt((1 - (correlation * correlation)) / rows), 1.0 / rows) / share;
        }

        double bias = (2 + (4 * Math.Max(correlation, 0))) / rows;
        double critical = Critical + (14.0 / rows) + (0.03 * (columns - 2));
        double upper = correlation + bias + deviation;
        if (correlation - 1 > -critical * deviation || upper >= 0.995)
        {
            return (WalkVariance(axis, residual, norm, degrees, rounding), 1);
        }

        upper = Math.Max(upper, 0);
        double atUpper = Math.Max(later - (2 * upper * lagged) + (upper * upper * earlier), 0) / degrees;
        double level = Math.Max(atUpper / (1 - (upper * upper)), squares / (rows - columns)) + rounding;
        double carried = 0, products = 0;
        for (int i = 0; i < rows; i++)
        {
            products += axis[i] * (axis[i] + (2 * carried));
            carried = upper * (carried + axis[i]);
        }

        return (level * Math.Max(products, norm / 4) / (norm * norm), upper);
    }

    // Variance of the least-squares slope when the noise is the sum of independent increments.
    private static double WalkVariance(
        ReadOnlySpan<double> axis, ReadOnlySpan<double> residual, double norm, double degrees, double rounding)
    {
        double increments = 0, tail = 0, weights = 0;
        for (int i = axis.Length - 1; i > 0; i--)
        {
            double step = residual[i] - residual[i - 1];
            increments += step * step;
            tail += axis[i];
            weights += tail * tail;
        }

        return ((increments / degrees) + (2 * rounding)) * weights / (norm * norm);
    }

    private int Coarsen(ReadOnlySpan<double> axis, ReadOnlySpan<double> residual, int factor)
    {
        int coarse = 0;
        for (int start = 0; start < axis.Length; start += factor)
        {
            int end = Math.Min(start + factor, axis.Length);
            double sumAxis = 0, sumResidual = 0;
            for (int i = start; i < end; i++)
            {
                sumAxis += axis[i];
                sumResidual += residual[i];
            }

            _coarseAxis[coarse] = sumAxis;
            _coarseResidual[coarse++] = sumResidual / (end - start);
        }

        return coarse;
    }

    private void Reserve(int rows)
    {
        if (_axis.Length < rows)
        {
            _axis = new double[rows];
            _residual = new double[rows];
            _coarseAxis = new double[rows];
            _coarseResidual = new double[rows];
        }
    }
}
