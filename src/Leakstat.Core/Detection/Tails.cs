namespace Leakstat.Detection;

/// <summary>Tail probabilities, exact far out: 10⁻⁹ is an everyday number here.</summary>
internal static class Tails
{
    private static readonly double[] Lanczos =
    [
        676.5203681218851, -1259.1392167224028, 771.32342877765313,
        -176.61502916214059, 12.507343278686905, -0.13857109526572012,
        9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>Chance that a standard normal variable exceeds <paramref name="z"/>.</summary>
    public static double Normal(double z)
    {
        if (z < 0)
        {
            return 1 - Normal(-z);
        }

        if (z > 38)
        {
            return 0;
        }

        double square = z * z / 2;
        return z == 0 ? 0.5 : UpperGammaHalf(square) / 2;
    }

    /// <summary>Chance that Student's t with so many degrees of freedom exceeds <paramref name="t"/>.</summary>
    public static double Student(double t, double degrees)
    {
        if (double.IsNaN(t) || degrees <= 0)
        {
            return 1;
        }

        if (t < 0)
        {
            return 1 - Student(-t, degrees);
        }

        return double.IsPositiveInfinity(t) ? 0 : IncompleteBeta(degrees / 2, 0.5, degrees / (degrees + (t * t))) / 2;
    }

    /// <summary>
    /// Chance that a sum of so many (an even number) squared standard normal variables is below a value.
    /// </summary>
    public static double ChiSquareBelow(double value, int degrees)
    {
        double half = value / 2;
        if (!(half > 0))
        {
            return 0;
        }

        // The Poisson sum from degrees/2 on, or one minus what is before it: whichever does not cancel.
        int first = degrees / 2;
        double term = Math.Exp(-half), sum = 0;
        if (half > first)
        {
            for (int i = 0; i < first; i++)
            {
                sum += term;
                term *= half / (i + 1);
            }

            return 1 - sum;
        }

        for (int i = 0; i < first + 200; i++)
        {
            sum += i >= first ? term : 0;
            term *= half / (i + 1);
            if (i > first && term < sum * 1e-16)
            {
                break;
            }
        }

        return sum;
    }

    /// <summary>
    /// The t that Student's t with so many degrees of freedom exceeds with this chance (below one half).
    /// </summary>
    public static double StudentQuantile(double chance, double degrees)
    {
        double low = 0, high = 1;
        while (Student(high, degrees) > chance && high < 1e9)
        {
            high *= 2;
        }

        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Student(middle, degrees) > chance ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    // Regularised upper incomplete gamma function with a = 1/2: erfc(√x).
    private static double UpperGammaHalf(double x)
    {
        const double a = 0.5;
        double scale = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        if (x < a + 1)
        {
            double term = 1 / a, sum = term;
            for (int n = 1; n < 200 && term > sum * 1e-17; n++)
            {
                term *= x / (a + n);
                sum += term;
            }

            return 1 - (sum * scale);
        }

        double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
        for (int i = 1; i < 300; i++)
        {
            double an = -i * (i - a);
            b += 2;
            d = 1 / NotZero((an * d) + b);
            c = NotZero(b + (an / c));
            double delta = d * c;
            h *= delta;
            if (Math.Abs(delta - 1) < 1e-15)
            {
                break;
            }
        }

        return scale * h;
    }

    private static double IncompleteBeta(double a, double b, double x)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        double front = Math.Exp(
            LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2)
            ? front * BetaFraction(a, b, x) / a
            : 1 - (front * BetaFraction(b, a, 1 - x) / b);
    }

    private static double BetaFraction(double a, double b, double x)
    {
        double c = 1, d = 1 / NotZero(1 - ((a + b) * x / (a + 1))), h = d;
        for (int m = 1; m < 300; m++)
        {
            double even = m * (b - m) * x / ((a - 1 + (2 * m)) * (a + (2 * m)));
            d = 1 / NotZero(1 + (even * d));
            c = NotZero(1 + (even / c));
            h *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + 1 + (2 * m)));
            d = 1 / NotZero(1 + (odd * d));
            c = NotZero(1 + (odd / c));
            double delta = d * c;
            h *= delta;
            if (Math.Abs(delta - 1) < 1e-15)
            {
                break;
            }
        }

        return h;
    }

    private static double LogGamma(double x)
    {
        double sum = 0.99999999999980993, y = x - 1;
        for (int i = 0; i < Lanczos.Length; i++)
        {
            sum += Lanczos[i] / (y + i + 1);
        }

        double t = y + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((y + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    private static double NotZero(double x) => Math.Abs(x) < 1e-300 ? 1e-300 : x;
}
