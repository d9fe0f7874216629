namespace Leakstat.Detection;

/// <summary>What residuals tell of first-order noise.</summary>
/// <param name="Correlation">Lag-1 correlation; of the slow part where slow noise lies under fast noise.</param>
/// <param name="Plain">Upper end of the plain lag-1 correlation, whatever lies under it.</param>
/// <param name="Bias">By how much the estimate falls short, as a mean.</param>
/// <param name="Deviation">Standard error of the correlation.</param>
/// <param name="WalkChance">Chance that a random walk looks like this.</param>
/// <param name="Degrees">Degrees of freedom.</param>
/// <param name="Squares">Sum of squares.</param>
/// <param name="Earlier">The same without the last row.</param>
/// <param name="Later">The same without the first row.</param>
/// <param name="Lagged">Sum of products of neighbours.</param>
/// <param name="Spread">Variance of the residuals.</param>
internal readonly record struct Noise(
    double Correlation, double Plain, double Bias, double Deviation, double WalkChance, double Degrees, double Squares,
    double Earlier, double Later, double Lagged, double Spread)
{
    /// <summary>Whether nothing is left but rounding.</summary>
    public bool IsRounding => !(Earlier > 0);

    /// <summary>Correlation so many standard errors above the estimate.</summary>
    public double Upper(double deviations) => Math.Max(Correlation + Bias + (deviations * Deviation), 0);

    /// <summary>
    /// Variance of the noise if this is its correlation: what its innovations make of it, and no less than is seen.
    /// </summary>
    public double LevelAt(double correlation)
    {
        double innovations = Math.Max(
            Later - (2 * correlation * Lagged) + (correlation * correlation * Earlier), 0) / Degrees;
        return Math.Max(innovations / (1 - (correlation * correlation)), Spread);
    }

    /// <summary>Describes residuals of a fit with so many columns.</summary>
    public static Noise Of(ReadOnlySpan<double> residual, int columns)
    {
        int rows = residual.Length;
        double lagged = Basis.Dot(residual[..^1], residual[1..]);
        double squares = Basis.Dot(residual, residual);
        double earlier = squares - (residual[^1] * residual[^1]);
        double later = squares - (residual[0] * residual[0]);
        double degrees = Math.Max(rows - columns - 1, 1);
        if (!(earlier > 0))
        {
            return new Noise(0, 0, 0, 0, 0, degrees, 0, 0, 0, 0, 0);
        }

        double correlation = lagged / earlier;
        double innovation = Math.Max(
            later - (2 * correlation * lagged) + (correlation * correlation * earlier), 0) / degrees;
        double deviation = Math.Sqrt(innovation / earlier);
        double plain = correlation + ((2 + (4 * Math.Max(correlation, 0))) / rows) + deviation;

        // Correlation that falls off more slowly than it begins is a slow process under fast noise: judged by the slow
        // one.
        double second = Basis.Dot(residual[..^2], residual[2..]) / earlier;
        if (correlation > 0.05 && second - (correlation * correlation) > 1 / Math.Sqrt(rows))
        {
            double share = Math.Min(correlation, 1);
            correlation = Math.Min(second / correlation, 1);
            deviation = Math.Max(Math.Sqrt((1 - (correlation * correlation)) / rows), 1.0 / rows) / share;
        }

        double bias = (2 + (4 * Math.Max(correlation, 0))) / rows;
        double walk = deviation > 0
            ? UnitRoot.Chance(((correlation - 1) / deviation) + (0.03 * (columns - 2)), rows)
            : correlation < 1 ? 0 : 1;
        return new Noise(
            correlation, plain, bias, deviation, walk, degrees, squares, earlier, later, lagged,
            squares / (rows - columns));
    }
}
