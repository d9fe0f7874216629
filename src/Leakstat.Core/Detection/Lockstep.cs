namespace Leakstat.Detection;

/// <summary>Finds series that move together: one cause, one finding.</summary>
internal static class Lockstep
{
    private const int Bins = 64;

    /// <summary>Whether two series make the same moves over the samples.</summary>
    public static bool Moves(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        int width = Math.Max((a.Length + Bins - 1) / Bins, 1);
        int count = a.Length / width;
        if (count < 8)
        {
            return false;
        }

        double gainA = 0, gainB = 0, aa = 0, bb = 0, ab = 0, difference = 0, lastA = 0, lastB = 0;
        double firstA = 0, firstB = 0, steps = 0;
        for (int bin = 0; bin < count; bin++)
        {
            double sumA = 0, sumB = 0;
            for (int i = bin * width; i < (bin + 1) * width; i++)
            {
                sumA += a[i];
                sumB += b[i];
            }

            sumA /= width;
            sumB /= width;
            if (bin == 0)
            {
                (firstA, firstB) = (sumA, sumB);
            }
            else
            {
                double stepA = sumA - lastA, stepB = sumB - lastB;
                gainA += stepA;
                gainB += stepB;
                aa += stepA * stepA;
                bb += stepB * stepB;
                ab += stepA * stepB;
                steps++;
                difference = Math.Max(difference, Math.Abs((sumA - firstA) - (sumB - firstB)));
            }

            (lastA, lastB) = (sumA, sumB);
        }

        // One item of the one for each of the other, all the way.
        if (difference <= 0.05 * Math.Max(Math.Abs(gainA), Math.Abs(gainB)))
        {
            return true;
        }

        aa -= gainA * gainA / steps;
        bb -= gainB * gainB / steps;
        ab -= gainA * gainB / steps;
        return aa > 0 && bb > 0 && ab / Math.Sqrt(aa * bb) > 0.9;
    }
}
