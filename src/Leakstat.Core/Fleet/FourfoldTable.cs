namespace Leakstat.Fleet;

/// <summary>How many hosts of two groups have something.</summary>
/// <param name="With">Hosts with the trait that have it.</param>
/// <param name="OfWith">Hosts with the trait.</param>
/// <param name="Without">Hosts without the trait that have it.</param>
/// <param name="OfWithout">Hosts without the trait.</param>
public readonly record struct FourfoldTable(int With, int OfWith, int Without, int OfWithout)
{
    private const double Normal95 = 1.959963984540054;

    /// <summary>
    /// Chance, natural logarithm, that hosts drawn without regard to the trait fall together so or more (Fisher's
    /// exact test, one-sided). A logarithm, for in a fleet of a thousand the chance itself is often no longer a
    /// number.
    /// </summary>
    public double LogChance
    {
        get
        {
            int have = With + Without;
            int all = OfWith + OfWithout;
            double whole = LogChoose(all, have);
            double sum = double.NegativeInfinity;
            for (int k = With; k <= Math.Min(have, OfWith); k++)
            {
                if (have - k <= OfWithout)
                {
                    sum = LogAdd(sum, LogChoose(OfWith, k) + LogChoose(OfWithout, have - k) - whole);
                }
            }

            return Math.Min(sum, 0);
        }
    }

    /// <summary>
    /// Odds ratio with its 95 % interval by the logarithm (Woolf), half a host added to each cell so that an empty
    /// one gives a number (Haldane, Anscombe).
    /// </summary>
    public (double Ratio, double Low, double High) Odds
    {
        get
        {
            double a = With + 0.5;
            double b = OfWith - With + 0.5;
            double c = Without + 0.5;
            double d = OfWithout - Without + 0.5;
            double log = Math.Log(a * d / (b * c));
            double wide = Normal95 * Math.Sqrt((1 / a) + (1 / b) + (1 / c) + (1 / d));
            return (Math.Exp(log), Math.Exp(log - wide), Math.Exp(log + wide));
        }
    }

    private static double LogChoose(int n, int k) => LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);

    /// <summary>Stirling's series from 16 on: exact to twelve digits.</summary>
    private static double LogFactorial(int n)
    {
        double sum = 0;
        double x = n + 1;
        while (x < 16)
        {
            sum -= Math.Log(x++);
        }

        return sum + ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI))
            + (1 / (12 * x)) - (1 / (360 * x * x * x)) + (1 / (1260 * x * x * x * x * x));
    }

    private static double LogAdd(double a, double b)
    {
        if (double.IsNegativeInfinity(a))
        {
            return b;
        }

        double high = Math.Max(a, b);
        return high + Math.Log(Math.Exp(a - high) + Math.Exp(b - high));
    }
}
