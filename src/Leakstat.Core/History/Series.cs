using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// One series over the samples of a <see cref="HostHistory"/>. Held as runs of equal values: most zones of most hosts
/// never change, and a spool of ten thousand captures has to fit in memory.
/// </summary>
public sealed class Series
{
    private readonly int[] _starts;
    private readonly long?[] _runs;

    /// <summary>Takes one value per sample; null where a sample lacks it.</summary>
    public Series(SeriesKey key, ReadOnlySpan<long?> values, long itemSize)
    {
        Key = key;
        ItemSize = itemSize;
        Count = values.Length;
        int count = values.IsEmpty ? 0 : 1;
        for (int i = 1; i < values.Length; i++)
        {
            count += values[i] != values[i - 1] ? 1 : 0;
        }

        _starts = new int[count];
        _runs = new long?[count];
        for (int i = 0, run = 0; i < values.Length; i++)
        {
            if (i == 0 || values[i] != values[i - 1])
            {
                (_starts[run], _runs[run]) = (i, values[i]);
                run++;
            }
        }
    }

    /// <summary>Takes one value that every sample has.</summary>
    public Series(SeriesKey key, long value, int count, long itemSize)
        : this(key, count == 0 ? [] : [0], count == 0 ? [] : [value], count, itemSize)
    {
    }

    internal Series(SeriesKey key, int[] starts, long?[] runs, int count, long itemSize)
    {
        Key = key;
        _starts = starts;
        _runs = runs;
        Count = count;
        ItemSize = itemSize;
    }

    /// <summary>Name.</summary>
    public SeriesKey Key { get; }

    /// <summary>Number of samples.</summary>
    public int Count { get; }

    /// <summary>Bytes of one item, where the series counts items of a known size; 0 otherwise.</summary>
    public long ItemSize { get; }

    /// <summary>Where the first value of the current boot stands; null where it is computed.</summary>
    public SourceLine? FirstAt { get; init; }

    /// <summary>Where the last value stands; null where it is computed.</summary>
    public SourceLine? LastAt { get; init; }

    /// <summary>
    /// The least value of each sample, where samples stand for several captures (the down-sampled tiers of a store);
    /// empty where every sample is one capture. What the lower envelope is made of.
    /// </summary>
    public ImmutableArray<long?> Least { get; init; } = [];

    /// <summary>The greatest value of each sample, as <see cref="Least"/>.</summary>
    public ImmutableArray<long?> Greatest { get; init; } = [];

    /// <summary>Whether it has one value from its first sample to its last.</summary>
    public bool IsConstant => _runs.Length == 1 && _runs[0] is not null;

    /// <summary>Whether a sample lacks it.</summary>
    internal bool HasGaps => Array.IndexOf(_runs, null) >= 0;

    /// <summary>Value at a sample; null where that sample lacks it.</summary>
    public long? this[int sample]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sample);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, Count);
            return _runs[RunAt(sample)];
        }
    }

    /// <summary>All values, one per sample; made anew at each call.</summary>
    public ImmutableArray<long?> Values
    {
        get
        {
            var values = new long?[Count];
            CopyTo(0, values);
            return ImmutableCollectionsMarshal.AsImmutableArray(values);
        }
    }

    /// <summary>First sample from which on it has its last value, or lacks one, to the end.</summary>
    internal int LastRunStart => _starts.Length == 0 ? 0 : _starts[^1];

    /// <summary>Values from a sample on, as many as there is room for and samples are left.</summary>
    internal void CopyTo(int from, Span<long?> values)
    {
        int end = Math.Min(Count - from, values.Length) + from;
        for (int run = RunAt(from), at = from; at < end; run++)
        {
            int next = Math.Min(EndOf(run), end);
            values[(at - from)..(next - from)].Fill(_runs[run]);
            at = next;
        }
    }

    /// <summary>All values as numbers, NaN where a sample lacks one.</summary>
    internal void CopyTo(Span<double> numbers)
    {
        for (int run = 0; run < _runs.Length; run++)
        {
            numbers[_starts[run]..EndOf(run)].Fill(_runs[run] ?? double.NaN);
        }
    }

    private int RunAt(int sample)
    {
        int run = Array.BinarySearch(_starts, sample);
        return run >= 0 ? run : ~run - 1;
    }

    private int EndOf(int run) => run + 1 < _starts.Length ? _starts[run + 1] : Count;
}
