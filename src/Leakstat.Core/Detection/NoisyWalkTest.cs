namespace Leakstat.Detection;

/// <summary>
/// Holds a rise against a random walk under any other noise. A walk whose steps are large enough to have drifted this
/// far also leaves its line, most at the lowest frequencies; other noise on top only adds to that. So the chance that
/// residuals lie as close to the line as they do, and that the walk drifted this far, is bounded for every size of
/// step; the size that suits a walk best counts.
/// </summary>
internal sealed class NoisyWalkTest
{
    private const int Most = 16;
    private const int Sizes = 48;

    private readonly double[] _shape = new double[Bins.Limit];
    private readonly double[] _sums = new double[Bins.Limit];
    private readonly double[][] _tails = [.. Enumerable.Range(0, Most + 1).Select(_ => new double[Bins.Limit])];
    private readonly double[] _moments = new double[Most + 1];
    private readonly double[,] _root = new double[Most + 1, Most + 1];

    /// <summary>Greatest chance, over all sizes of step, that a walk looks like these values over time.</summary>
    /// <param name="basis">Columns that values and time are cleared of.</param>
    /// <param name="time">Time, or time since an onset; what the rise is fitted to.</param>
    /// <param name="values">Values.</param>
    public double Chance(Basis basis, ReadOnlySpan<double> time, ReadOnlySpan<double> values)
    {
        int rows = time.Length;
        Span<double> axis = _sums.AsSpan(0, rows), residual = _shape.AsSpan(0, rows);
        time.CopyTo(axis);
        basis.Clear(axis);
        double norm = Basis.Dot(axis, axis);
        for (int i = 0; i < rows; i++)
        {
            residual[i] = values[i] - values[0];
        }

        basis.Clear(residual);
        double slope = norm > 0 ? Basis.Dot(axis, residual) / norm : 0;
        if (!(slope > 0))
        {
            return 1;
        }

        Basis.AddScaled(residual, axis, -slope);
        double[] left = residual.ToArray(), line = axis.ToArray();

        // Legendre polynomials over the rows, cleared of all that was fitted: the lower, the more of a walk is in them.
        int shapes = Math.Min(Most, (rows / 3) & ~3), used = 0;
        for (int degree = 2; used < shapes; degree++)
        {
            Legendre(degree, residual);
            basis.Clear(residual);
            Basis.AddScaled(residual, line, -Basis.Dot(residual, line) / norm);
            _moments[used] = Basis.Dot(residual, left);
            Tail(residual, _tails[used++]);
        }

        // The slope itself comes last: its root is what is left of it once all shapes are known.
        Tail(line, _tails[used]);
        _moments[used] = slope * norm;
        if (!Decompose(used + 1, rows))
        {
            return 1;
        }

        double squares = 0, chance = 1;
        for (int i = 0; i < used; i++)
        {
            double white = Whiten(i);
            squares += white * white;
            if (i + 1 is 4 or 8 or 16)
            {
                chance = Math.Min(chance, Worst(squares, i + 1, DriftGiven(i + 1, used)));
            }
        }

        return Math.Min(3 * chance, 1);
    }

    // The size of step that makes both the drift and the residuals most likely.
    private static double Worst(double squares, int count, double drift)
    {
        if (!(drift > 0))
        {
            return 1;
        }

        double worst = 0;
        for (int i = 0; i < Sizes; i++)
        {
            double deviations = 0.5 * Math.Pow(1.09, i), step = drift / deviations;
            worst = Math.Max(
                worst, UnitRoot.Both(Tails.ChiSquareBelow(squares / (step * step), count), Tails.Normal(deviations)));
        }

        return worst;
    }

    // Forward substitution, in place and in order: afterwards each moment has the variance of a squared step, free of
    // the others.
    private double Whiten(int row)
    {
        double value = _moments[row];
        for (int i = 0; i < row; i++)
        {
            value -= _root[row, i] * _moments[i];
        }

        return _moments[row] = value / _root[row, row];
    }

    // The slope in steps of a walk, given the first so many shapes.
    private double DriftGiven(int count, int slope)
    {
        double value = _moments[slope], square = 0;
        for (int i = 0; i < slope; i++)
        {
            if (i < count)
            {
                value -= _root[slope, i] * _moments[i];
            }
            else
            {
                square += _root[slope, i] * _root[slope, i];
            }
        }

        return value / Math.Sqrt(square + (_root[slope, slope] * _root[slope, slope]));
    }

    // Cholesky root of the covariance that unit steps give to the moments.
    private bool Decompose(int count, int rows)
    {
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = Basis.Dot(_tails[i].AsSpan(1, rows - 1), _tails[j].AsSpan(1, rows - 1));
                double whole = sum;
                for (int k = 0; k < j; k++)
                {
                    sum -= _root[i, k] * _root[j, k];
                }

                if (i == j && !(sum > whole * 1e-9))
                {
                    return false;
                }

                _root[i, j] = i == j ? Math.Sqrt(sum) : sum / _root[j, j];
            }
        }

        return true;
    }

    private static void Tail(ReadOnlySpan<double> shape, double[] tail)
    {
        double sum = 0;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            tail[i] = sum += shape[i];
        }
    }

    private static void Legendre(int degree, Span<double> shape)
    {
        for (int i = 0; i < shape.Length; i++)
        {
            double x = ((2.0 * i) + 1 - shape.Length) / shape.Length, before = 1, value = x;
            for (int k = 1; k < degree; k++)
            {
                (before, value) = (value, ((((2 * k) + 1) * x * value) - (k * before)) / (k + 1));
            }

            shape[i] = value;
        }
    }
}
