using System.Numerics;
using System.Runtime.InteropServices;

namespace Leakstat.Detection.Weighing;

/// <summary>How far a row of values goes in one direction.</summary>
internal static class Monotony
{
    /// <summary>
    /// Kendall's tau of the values against their order, −1 to 1; equal values count for neither side.
    /// </summary>
    public static double Tau(ReadOnlySpan<double> values)
    {
        int pairs = values.Length * (values.Length - 1) / 2, sum = 0;
        for (int i = 1; i < values.Length; i++)
        {
            sum += Balance(values[i], values[..i]);
        }

        return pairs == 0 ? 0 : (double)sum / pairs;
    }

    // Values below one less those above it. A comparison of vectors gives −1 where it holds.
    private static int Balance(double value, ReadOnlySpan<double> others)
    {
        ReadOnlySpan<Vector<double>> whole = MemoryMarshal.Cast<double, Vector<double>>(others);
        var own = new Vector<double>(value);
        Vector<long> sums = Vector<long>.Zero;
        foreach (Vector<double> some in whole)
        {
            sums += Vector.LessThan(own, some) - Vector.GreaterThan(own, some);
        }

        int sum = (int)Vector.Sum(sums);
        foreach (double other in others[(whole.Length * Vector<double>.Count)..])
        {
            sum += value > other ? 1 : value < other ? -1 : 0;
        }

        return sum;
    }

    /// <summary>The deepest fall from a highest value to a later one.</summary>
    public static double DeepestFall(ReadOnlySpan<double> values)
    {
        double highest = double.MinValue, deepest = 0;
        foreach (double value in values)
        {
            highest = Math.Max(highest, value);
            deepest = Math.Max(deepest, highest - value);
        }

        return deepest;
    }

    /// <summary>
    /// Rises and falls that are larger than a threshold: a move begins where the value has left the last turning point
    /// by more than that, and rises that follow one another without such a fall between them count one by one.
    /// </summary>
    public static (int Rises, int Falls) Moves(ReadOnlySpan<double> values, double threshold)
    {
        int rises = 0, falls = 0;
        double from = values[0];
        foreach (double value in values)
        {
            if (value - from > threshold)
            {
                rises++;
                from = value;
            }
            else if (from - value > threshold)
            {
                falls++;
                from = value;
            }
        }

        return (rises, falls);
    }

    /// <summary>
    /// How many equal steps the rises are worth: the square of their sum over the sum of their squares.
    /// </summary>
    public static double EffectiveRises(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        for (int i = 1; i < values.Length; i++)
        {
            double step = Math.Max(values[i] - values[i - 1], 0);
            sum += step;
            squares += step * step;
        }

        return squares > 0 ? sum * sum / squares : 0;
    }
}
