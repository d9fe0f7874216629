namespace Leakstat.Detection.Weighing;

/// <summary>The value that would stand at a place of the sorted row, without sorting all of it.</summary>
internal static class OrderStatistic
{
    // Halving a row this often leaves nothing; what takes longer was made to.
    private const int MostRounds = 64;

    /// <summary>
    /// The value at a place of the sorted row. The row is put in another order, in which none before that place is
    /// larger and none behind it smaller.
    /// </summary>
    /// <param name="values">The row.</param>
    /// <param name="place">The place, from 0.</param>
    public static double Select(Span<double> values, int place)
    {
        int left = 0, right = values.Length - 1;
        for (int round = 0; left < right; round++)
        {
            if (round == MostRounds)
            {
                values[left..(right + 1)].Sort();
                break;
            }

            double pivot = Middle(values[left], values[(left + right) / 2], values[right]);
            int i = left, j = right;
            while (i <= j)
            {
                while (values[i] < pivot)
                {
                    i++;
                }

                while (values[j] > pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }

            if (place > j && place < i)
            {
                break;
            }

            (left, right) = place <= j ? (left, j) : (i, right);
        }

        return values[place];
    }

    /// <summary>
    /// The median; of an even number, the mean of the two in the middle. The row is put in another order.
    /// </summary>
    /// <param name="values">The row, not empty.</param>
    public static double Median(Span<double> values)
    {
        int middle = values.Length / 2;
        double upper = Select(values, middle);
        if (values.Length % 2 == 1)
        {
            return upper;
        }

        double lower = double.NegativeInfinity;
        foreach (double value in values[..middle])
        {
            lower = Math.Max(lower, value);
        }

        return (lower + upper) / 2;
    }

    private static double Middle(double a, double b, double c) =>
        Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
