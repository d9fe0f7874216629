namespace Leakstat.Detection;

/// <summary>
/// A stretch of a track in at most <see cref="Limit"/> bins of equally many samples: their mean for what the noise
/// averages out of, their minimum for the lower envelope.
/// </summary>
internal sealed class Bins
{
    /// <summary>Most bins; more would cost time and add nothing to a slope.</summary>
    public const int Limit = 480;

    private readonly double[] _hours = new double[Limit];
    private readonly double[] _since = new double[Limit];
    private readonly double[] _means = new double[Limit];
    private readonly double[] _minima = new double[Limit];

    /// <summary>First sample of the track that is in the bins.</summary>
    public int Start { get; private set; }

    /// <summary>Samples in each bin (fewer in the last).</summary>
    public int Width { get; private set; }

    /// <summary>Bins in use.</summary>
    public int Count { get; private set; }

    /// <summary>Mean time of each bin, hours.</summary>
    public ReadOnlySpan<double> Hours => _hours.AsSpan(0, Count);

    /// <summary>Mean of each bin.</summary>
    public ReadOnlySpan<double> Means => _means.AsSpan(0, Count);

    /// <summary>Minimum of each bin.</summary>
    public ReadOnlySpan<double> Minima => _minima.AsSpan(0, Count);

    /// <summary>Hours from the first bin to the last.</summary>
    public double Span => Count < 2 ? 0 : _hours[Count - 1] - _hours[0];

    /// <summary>Samples a bin has to hold for so many samples to fit into so many bins.</summary>
    public static int WidthFor(int samples, int limit = Limit) => Math.Max((samples + limit - 1) / limit, 1);

    /// <summary>Bins the samples from start up to end; wider bins than asked for where they would not fit.</summary>
    public void Load(ReadOnlySpan<double> hours, ReadOnlySpan<double> values, int start, int end, int width)
    {
        Start = start;
        Width = Math.Max(width, WidthFor(end - start));
        Count = 0;
        for (int from = start; from < end; from += Width)
        {
            int to = Math.Min(from + Width, end);
            double time = 0, sum = 0, minimum = double.MaxValue;
            for (int i = from; i < to; i++)
            {
                time += hours[i];
                sum += values[i];
                minimum = Math.Min(minimum, values[i]);
            }

            _hours[Count] = time / (to - from);
            _means[Count] = sum / (to - from);
            _minima[Count++] = minimum;
        }
    }

    /// <summary>Hours since an onset, nothing before it.</summary>
    public ReadOnlySpan<double> HoursSince(double onset)
    {
        for (int i = 0; i < Count; i++)
        {
            _since[i] = Math.Max(_hours[i] - onset, 0);
        }

        return _since.AsSpan(0, Count);
    }

    /// <summary>Means of another column over the same bins; the samples are the track's.</summary>
    public void Average(ReadOnlySpan<int> samples, ReadOnlySpan<double> column, Span<double> into)
    {
        int end = Math.Min(Start + (Count * Width), samples.Length);
        for (int bin = 0; bin < Count; bin++)
        {
            int from = Start + (bin * Width), to = Math.Min(from + Width, end);
            double sum = 0;
            for (int i = from; i < to; i++)
            {
                sum += column[samples[i]];
            }

            into[bin] = sum / (to - from);
        }
    }
}
