using Leakstat.Engines.Metrics;

namespace Leakstat.Engines.Queries;

/// <summary>
/// The times of a host's samples, of all its series together, and the series on them. Of more samples than a bound one
/// is kept of each stretch of time, the last, the same for every series.
/// </summary>
internal sealed class SampleGrid
{
    private readonly long[] _times;

    /// <summary>Takes series.</summary>
    /// <param name="series">The series.</param>
    /// <param name="mostSamples">Times at most.</param>
    public SampleGrid(IEnumerable<TimeSeries> series, int mostSamples)
    {
        HashSet<long> all = [];
        foreach (TimeSeries one in series)
        {
            all.UnionWith(one.Times);
        }

        long[] sorted = [.. all.Order()];
        if (sorted.Length > mostSamples)
        {
            long stretch = Math.Max(1, ((sorted[^1] - sorted[0]) / mostSamples) + 1);
            sorted = [.. sorted.Where((t, i) => i + 1 == sorted.Length || sorted[i + 1] / stretch != t / stretch)];
        }

        _times = sorted;
    }

    /// <summary>The times, milliseconds since 1970, ascending.</summary>
    public IReadOnlyList<long> Times => _times;

    /// <summary>
    /// Values of a series at the times; null where it has none, or one that is no whole number of 64 bits.
    /// </summary>
    public long?[] Column(TimeSeries series)
    {
        var column = new long?[_times.Length];
        int at = 0;
        for (int i = 0; i < _times.Length; i++)
        {
            while (at < series.Times.Length && series.Times[at] < _times[i])
            {
                at++;
            }

            if (at < series.Times.Length && series.Times[at] == _times[i])
            {
                column[i] = Whole(series.Values[at]);
            }
        }

        return column;
    }

    /// <summary>A value as a whole number; null where it is none.</summary>
    public static long? Whole(double value) => Math.Abs(value) < 1L << 62 ? (long)Math.Round(value) : null;
}
