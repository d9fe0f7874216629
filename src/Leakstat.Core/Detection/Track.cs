using System.Numerics;
using System.Runtime.InteropServices;

namespace Leakstat.Detection;

/// <summary>The samples of one boot that one series has, in time order.</summary>
internal sealed class Track
{
    private double[] _hours = new double[512];
    private double[] _values = new double[512];
    private int[] _samples = new int[512];

    /// <summary>Samples in use.</summary>
    public int Count { get; private set; }

    /// <summary>Times, hours.</summary>
    public ReadOnlySpan<double> Hours => _hours.AsSpan(0, Count);

    /// <summary>Values.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    /// <summary>Index of each in the host's samples.</summary>
    public ReadOnlySpan<int> Samples => _samples.AsSpan(0, Count);

    /// <summary>Whether all values are the same.</summary>
    public bool IsConstant => Values.IndexOfAnyExcept(_values[0]) < 0;

    /// <summary>Forgets all but the first so many samples.</summary>
    public void Truncate(int count) => Count = Math.Min(count, Count);

    /// <summary>Takes samples back that were forgotten.</summary>
    public void Restore(int count) => Count = count;

    /// <summary>Takes the samples of the series named by the order; of samples at one time, the last.</summary>
    /// <param name="order">Samples in time order.</param>
    /// <param name="hours">Time of every sample.</param>
    /// <param name="series">The series.</param>
    /// <param name="isStretch">Whether the samples follow one another and each is later than the one before.</param>
    public void Load(ReadOnlySpan<int> order, ReadOnlySpan<double> hours, SeriesInput series, bool isStretch)
    {
        if (_hours.Length < order.Length)
        {
            _hours = new double[order.Length];
            _values = new double[order.Length];
            _samples = new int[order.Length];
        }

        ReadOnlySpan<double> values = series.Values.IsDefault ? [] : series.Values.AsSpan();
        if (isStretch && order.Length > 0 && order[^1] < values.Length
            && AreFinite(values.Slice(order[0], order.Length)))
        {
            hours.Slice(order[0], order.Length).CopyTo(_hours);
            values.Slice(order[0], order.Length).CopyTo(_values);
            order.CopyTo(_samples);
            Count = order.Length;
            return;
        }

        bool hasLive = !series.Allocations.IsDefaultOrEmpty && !series.Frees.IsDefaultOrEmpty;
        int count = 0;
        foreach (int sample in order)
        {
            double value = sample < values.Length ? values[sample] : double.NaN;
            if (!double.IsFinite(value)
                && hasLive
                && sample < series.Allocations.Length
                && sample < series.Frees.Length)
            {
                value = series.Allocations[sample] - series.Frees[sample];
            }

            if (!double.IsFinite(value))
            {
                continue;
            }

            if (count > 0 && hours[sample] <= _hours[count - 1])
            {
                count--;
            }

            _hours[count] = hours[sample];
            _samples[count] = sample;
            _values[count++] = value;
        }

        Count = count;
    }

    private static bool AreFinite(ReadOnlySpan<double> values)
    {
        ReadOnlySpan<Vector<double>> whole = MemoryMarshal.Cast<double, Vector<double>>(values);
        foreach (Vector<double> some in whole)
        {
            // What is infinite or no number is none less itself, too.
            if (!Vector.EqualsAll(some - some, Vector<double>.Zero))
            {
                return false;
            }
        }

        foreach (double value in values[(whole.Length * Vector<double>.Count)..])
        {
            if (!double.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
