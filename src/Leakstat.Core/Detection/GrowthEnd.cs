namespace Leakstat.Detection;

/// <summary>Finds where a rise that lasted a good while came to its end.</summary>
internal static class GrowthEnd
{
    private const int Limit = 72;

    // The rise and the rest have to explain nearly all there is, or there is no telling.
    private const double LeastShare = 0.8;

    // A ramp that takes less of the time line than this is a change of level, not a leak that went on for a while.
    private const double LeastLength = 0.1;

    /// <summary>Samples up to the end of the rise; null where nothing rose and stopped.</summary>
    public static int? Find(Track track, int fewest)
    {
        var bins = new Bins();
        bins.Load(track.Hours, track.Values, 0, track.Count, Bins.WidthFor(track.Count, Limit));
        if (bins.Count < 8)
        {
            return null;
        }

        (int start, int end, double share) = Onset.FindWithStop(bins.Hours, bins.Means);
        int stop = end * bins.Width;
        return share >= LeastShare && bins.Count - end >= 3 && end - start >= LeastLength * bins.Count
            && stop - (start * bins.Width) >= 2 * fewest && share > ShareOfPlateau(bins.Hours, bins.Means, start)
            ? stop
            : null;
    }

    // What a level that is approached ever more slowly from the same start explains at best.
    private static double ShareOfPlateau(ReadOnlySpan<double> hours, ReadOnlySpan<double> values, int start)
    {
        int rows = hours.Length;
        double mean = 0, all = 0, best = 0;
        foreach (double value in values)
        {
            mean += value / rows;
        }

        foreach (double value in values)
        {
            all += (value - mean) * (value - mean);
        }

        for (double bend = 1; bend < 100; bend *= 1.4)
        {
            double sum = 0, squares = 0, product = 0;
            for (int i = start; i < rows; i++)
            {
                double shape = 1 - Math.Exp(-bend * (hours[i] - hours[start]) / (hours[^1] - hours[start]));
                sum += shape;
                squares += shape * shape;
                product += shape * (values[i] - mean);
            }

            squares -= sum * sum / rows;
            best = product > 0 && squares > 0 ? Math.Max(best, product * product / squares / all) : best;
        }

        return best;
    }
}
