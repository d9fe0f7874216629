namespace Leakstat.Detection;

/// <summary>
/// Chance that a random walk looks as if it came back to its line: the distribution of Dickey and Fuller.
/// </summary>
internal static class UnitRoot
{
    /// <summary>
    /// Chance that the t-statistic of ρ − 1 falls below <paramref name="statistic"/> where ρ is 1, constant and trend
    /// removed: the response surface of MacKinnon (1994), with the shift of its quantiles in few rows (MacKinnon,
    /// 2010).
    /// </summary>
    public static double Chance(double statistic, int rows)
    {
        double t = -statistic;
        if (t > 3.41)
        {
            // Quantiles at 5 % and 1 % move by 4.04/n and 8.35/n; further out they move on at the same pace.
            double pace = 7.8 / rows;
            t = (t - (((4.04 - (7.8 * 3.41)) / rows) + (40.0 / rows / rows))) / (1 + pace);
        }

        t = Math.Min(t, 16);
        return t > 2.89
            ? Tails.Normal(-(3.2512 - (1.6047 * t) + (0.049588 * t * t)))
            : Tails.Normal(-(2.5261 - (0.61654 * t) - (0.37956 * t * t) + (0.060285 * t * t * t)));
    }

    /// <summary>
    /// Chance of two independent p-values whose product is this small (Fisher). Residuals around a fitted line do not
    /// depend on the drift, so that mean reversion and drift speak independently against a walk that has neither.
    /// </summary>
    public static double Both(double first, double second)
    {
        double product = Math.Max(first * second, 1e-300);
        return Math.Min(product * (1 - Math.Log(product)), 1);
    }

    /// <summary>Lag-1 correlation of the means of blocks of first-order noise.</summary>
    public static double BlockCorrelation(double correlation, double size)
    {
        double rest = 1 - correlation, left = 1 - Math.Pow(correlation, size);
        double neighbours = correlation * left * left / (rest * rest);
        double own = (size * (1 + correlation) / rest) - (2 * correlation * left / (rest * rest));
        return neighbours / own;
    }
}
