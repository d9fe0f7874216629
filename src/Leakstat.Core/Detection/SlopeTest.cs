namespace Leakstat.Detection;

/// <summary>A slope with the chance that it is none.</summary>
/// <param name="PerHour">Slope given all columns of the basis.</param>
/// <param name="Error">Its standard error after correction for autocorrelation.</param>
/// <param name="Degrees">Degrees of freedom behind the error.</param>
/// <param name="Chance">One-sided chance of a slope this high without a trend, before correction for the number of
/// tests.</param>
/// <param name="Correlation">Lag-1 correlation that the error assumes: an upper bound; 1 where a random walk is not
/// excluded.</param>
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
/// what the residuals allow. A random walk counts as excluded where a Dickey–Fuller test says so; where it is not, what
/// it would take for a walk to drift this far and to keep to its line this well stands against it as well
/// (after Perron and Yabu, 2009; residuals and drift are independent).
/// </summary>
internal sealed class SlopeTest
{
    // Below this many rows a coarser view has too few to say anything about correlation.
    private const int RowsForCoarseView = 192;
    private const int CoarseFactor = 4;

    // A random walk that looks this little like one is taken for none.
    private const double WalkExcluded = 1e-3;
    private const double MostCorrelation = 0.995;

    // A walk under white noise shows in blocks of many rows only, as correlation from block to block.
    private const int Blocks = 26;
    private const double LeastBlockCorrelation = 0.25;

    // Where white noise alone makes the slope as likely as this, no other noise makes it less so.
    private const double OutOfQuestion = 0.01;

    private double[] _axis = new double[512];
    private double[] _residual = new double[512];
    private double[] _coarseAxis = new double[512];
    private double[] _coarseResidual = new double[512];

    /// <summary>Residuals of the latest test.</summary>
    public ReadOnlySpan<double> Residuals(int rows) => _residual.AsSpan(0, rows);

    /// <summary>
    /// Tests the slope of values over time, given the basis. The time is in hours, or hours since an onset and nothing
    /// before it. Where only a rise is of interest, what is plainly none is not looked into: its error is that of white
    /// noise.
    /// </summary>
    public Slope Run(
        Basis basis, ReadOnlySpan<double> time, ReadOnlySpan<double> values, double quantum, bool onlyRises = false)
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
        double squares = Basis.Dot(residual, residual), deviation = Math.Sqrt(squares / (rows - columns));
        double degrees = rows - columns - 1, gain = slope * (time[^1] - time[0]);
        double white = Math.Sqrt(((squares / (rows - columns)) + rounding) / norm);
        double likely = onlyRises && gain > 0 ? Tails.Student(slope / white, degrees) : 1;
        if (onlyRises && likely > OutOfQuestion)
        {
            return new Slope(slope, white, degrees, likely, 0, deviation);
        }

        Noise noise = Noise.Of(residual, columns);
        double plain = noise.Plain;
        Fit fit = Under(axis, residual, noise, slope, norm, degrees, rounding);
        if (fit.Correlation >= 1)
        {
            (double drift, double variance) = OfIncrements(basis.Differences(), time, values, columns, rounding);
            fit = WithDrift(fit, axis, residual, noise, slope, norm, degrees, rounding, drift, variance);
        }
        else if (rows >= RowsForCoarseView)
        {
            int coarse = Coarsen(axis, residual, CoarseFactor);
            Span<double> coarseAxis = _coarseAxis.AsSpan(0, coarse), left = _coarseResidual.AsSpan(0, coarse);
            double coarseDegrees = Math.Max(coarse - columns - 1, 4);
            noise = Noise.Of(left, columns);
            Fit other = Under(coarseAxis, left, noise, slope, norm, coarseDegrees, 0);
            if (other.Correlation >= 1)
            {
                (double drift, double variance) = OfBlocks(coarseAxis, left, slope, columns);
                other = WithDrift(other, coarseAxis, left, noise, slope, norm, coarseDegrees, 0, drift, variance);
            }

            fit = other.Variance > fit.Variance ? other with { Chance = Math.Max(other.Chance, fit.Chance) } : fit;
        }

        if (fit.Correlation < 1 && rows >= 4 * Blocks)
        {
            int blocks = Coarsen(axis, residual, rows / Blocks);
            Span<double> block = _coarseResidual.AsSpan(0, blocks);
            double all = Basis.Dot(block, block), lagged = Basis.Dot(block[..^1], block[1..]);
            double between = all > 0 ? lagged / all : 0;
            double expected = plain < MostCorrelation
                ? UnitRoot.BlockCorrelation(Math.Max(plain, 0), rows / Blocks) : 1;
            if (between + ((2 + (4 * Math.Max(between, 0))) / blocks) > Math.Max(LeastBlockCorrelation, expected))
            {
                double walk = WalkVariance(_coarseAxis.AsSpan(0, blocks), block, norm, Math.Max(blocks - 3, 1), 0);
                if (walk > fit.Variance)
                {
                    degrees = Math.Max(blocks - 3, 1);
                    fit = new Fit(
                        slope, walk, degrees, Math.Max(fit.Chance, Tails.Student(slope / Math.Sqrt(walk), degrees)), 1);
                }
            }
        }

        // Things that come one by one have the noise of a count, however straight the line looks.
        double chance = fit.Slope > 0
            ? Math.Max(fit.Chance, Tails.Normal(Math.Sqrt(fit.Slope * (time[^1] - time[0]) / quantum)))
            : 1;
        return new Slope(fit.Slope, Math.Sqrt(fit.Variance), fit.Degrees, chance, fit.Correlation, deviation);
    }

    // Slope by first-order noise; a correlation of 1 where a walk is not excluded.
    private static Fit Under(
        ReadOnlySpan<double> axis, ReadOnlySpan<double> residual, Noise noise, double slope, double norm,
            double degrees,
        double rounding)
    {
        if (noise.IsRounding)
        {
            double flat = rounding / norm;
            return new Fit(slope, flat, degrees, Tails.Student(slope / Math.Sqrt(flat), degrees), 0);
        }

        if (noise.WalkChance > WalkExcluded || noise.Upper(1) >= MostCorrelation)
        {
            double walk = WalkVariance(axis, residual, norm, noise.Degrees, rounding);
            return new Fit(slope, walk, degrees, Tails.Student(slope / Math.Sqrt(walk), degrees), 1);
        }

        double variance = VarianceAt(axis, noise, noise.Upper(1), norm, rounding);
        return new Fit(slope, variance, degrees, Tails.Student(slope / Math.Sqrt(variance), degrees), noise.Upper(1));
    }

    // A walk that is not excluded: by its drift alone, or by drift and mean reversion together, every correlation
    // between the likely one and 1 as well.
    private static Fit WithDrift(
        Fit fit, ReadOnlySpan<double> axis, ReadOnlySpan<double> residual, Noise noise, double slope, double norm,
        double degrees, double rounding, double drift, double driftVariance)
    {
        double alone = Tails.Student(drift / Math.Sqrt(driftVariance), degrees);
        var walk = new Fit(drift, driftVariance, degrees, Math.Min(2 * alone, 1), 1);
        double both = Math.Min(2 * UnitRoot.Both(noise.WalkChance, alone), 1);
        if (both >= walk.Chance)
        {
            return walk;
        }

        double variance = fit.Variance, upper = Math.Min(noise.Upper(1), 0.99);
        for (int k = 1; k <= 3; k++)
        {
            double correlation = Math.Min(noise.Upper(k), 0.999);
            double its = VarianceAt(axis, noise, correlation, norm, rounding);
            variance = k == 1 ? its : variance;
            both = Math.Max(both, UnitRoot.Both(Tails.Normal(k), Tails.Student(slope / Math.Sqrt(its), degrees)));
        }

        return both >= walk.Chance ? walk : new Fit(slope, variance, degrees, both, upper);
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
        return OfSteps(axis, steps, Math.Max(rows - columns + 1, 1), rounding);
    }

    // The same of the sums of axis and means of values over blocks.
    private static (double Slope, double Variance) OfBlocks(
        ReadOnlySpan<double> axis, ReadOnlySpan<double> residual, double slope, int columns)
    {
        int rows = residual.Length - 1;
        Span<double> times = new double[rows], steps = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            times[i] = (axis[i + 1] - axis[i]) / CoarseFactor;
            steps[i] = (slope * times[i]) + residual[i + 1] - residual[i];
        }

        return OfSteps(times, steps, Math.Max(rows - columns + 1, 1), 0);
    }

    private static (double Slope, double Variance) OfSteps(
        ReadOnlySpan<double> axis, Span<double> steps, int degrees, double rounding)
    {
        double norm = Basis.Dot(axis, axis);
        if (!(norm > 0))
        {
            return (0, double.PositiveInfinity);
        }

        double slope = Basis.Dot(axis, steps) / norm;
        Basis.AddScaled(steps, axis, -slope);
        return (slope, ((Basis.Dot(steps, steps) / degrees) + (2 * rounding)) / norm);
    }

    // Variance of the least-squares slope when the noise is first-order with this correlation.
    private static double VarianceAt(
        ReadOnlySpan<double> axis, Noise noise, double correlation, double norm, double rounding)
    {
        double level = noise.LevelAt(correlation) + rounding, carried = 0, products = 0;
        for (int i = 0; i < axis.Length; i++)
        {
            products += axis[i] * (axis[i] + (2 * carried));
            carried = correlation * (carried + axis[i]);
        }

        return level * Math.Max(products, norm / 4) / (norm * norm);
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

    // A slope under one kind of noise.
    private readonly record struct Fit(
        double Slope, double Variance, double Degrees, double Chance, double Correlation);
}
