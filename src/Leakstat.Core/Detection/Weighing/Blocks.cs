namespace Leakstat.Detection.Weighing;

/// <summary>A series in blocks of equal time: the mean and the lowest of each that has a sample.</summary>
internal sealed class Blocks
{
    private double[] _means = new double[64];
    private double[] _minima = new double[64];

    /// <summary>Blocks that have a sample.</summary>
    public int Count { get; private set; }

    /// <summary>Mean of each block.</summary>
    public Span<double> Means => _means.AsSpan(0, Count);

    /// <summary>Lowest value of each block.</summary>
    public ReadOnlySpan<double> Minima => _minima.AsSpan(0, Count);

    /// <summary>Cuts the samples into so many blocks of equal time.</summary>
    public void Load(ReadOnlySpan<double> hours, ReadOnlySpan<double> values, int blocks)
    {
        if (_means.Length < blocks)
        {
            _means = new double[blocks];
            _minima = new double[blocks];
        }

        double width = Math.Max((hours[^1] - hours[0]) / blocks, 1e-9), end = hours[0] + width;
        double sum = 0, minimum = double.MaxValue;
        int inside = 0, block = 1;
        Count = 0;
        for (int i = 0; i < hours.Length; i++)
        {
            while (hours[i] > end && block < blocks)
            {
                Close();
                end = hours[0] + (width * ++block);
            }

            sum += values[i];
            minimum = Math.Min(minimum, values[i]);
            inside++;
        }

        Close();

        void Close()
        {
            if (inside > 0)
            {
                _means[Count] = sum / inside;
                _minima[Count++] = minimum;
                (sum, inside, minimum) = (0, 0, double.MaxValue);
            }
        }
    }
}
