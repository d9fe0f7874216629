using Leakstat.Model;

namespace Leakstat.History;

/// <summary>A series while it is being collected: runs of equal values, samples without one in between.</summary>
internal sealed class SeriesColumn(SeriesKey key)
{
    private readonly List<int> _starts = [];
    private readonly List<long?> _runs = [];
    private int _next;
    private int _bootOfFirst = -1;
    private int _first = -1;
    private int _located = -1;

    /// <summary>Bytes of one item as last seen.</summary>
    public long ItemSize { get; set; }

    /// <summary>Where the first value of the current boot stands.</summary>
    public SourceLine? FirstAt { get; private set; }

    /// <summary>Where the last value stands.</summary>
    public SourceLine? LastAt { get; private set; }

    /// <summary>Notes where the value of a sample stands; of several that are added up, the first.</summary>
    public void Locate(int sample, SourceLine at, int boot)
    {
        if (sample == _located)
        {
            return;
        }

        _located = sample;
        if (boot != _bootOfFirst)
        {
            FirstAt = at;
            _first = sample;
            _bootOfFirst = boot;
        }

        LastAt = at;
    }

    /// <summary>
    /// Sets the value of a sample. A second value for one sample is added: zones and types may share a name.
    /// </summary>
    public void Add(int sample, long value)
    {
        if (sample < _next)
        {
            long sum = Arithmetic.Add(_runs[^1] ?? 0, value);
            if (_starts[^1] == sample)
            {
                _runs[^1] = sum;
            }
            else
            {
                _starts.Add(sample);
                _runs.Add(sum);
            }

            return;
        }

        Append(_next, null, sample - _next);
        Append(sample, value, 1);
    }

    /// <summary>Drops every second sample, the first one stays. A place goes with its sample.</summary>
    public void Thin()
    {
        int[] starts = [.. _starts];
        long?[] runs = [.. _runs];
        int end = _next;
        _starts.Clear();
        _runs.Clear();
        _next = 0;
        for (int run = 0; run < starts.Length; run++)
        {
            int until = run + 1 < starts.Length ? starts[run + 1] : end;
            Append(_next, runs[run], ((until + 1) / 2) - _next);
        }

        FirstAt = _first % 2 == 0 ? FirstAt : null;
        LastAt = _located % 2 == 0 ? LastAt : null;
        _first = _first % 2 == 0 ? _first / 2 : -1;
        _located = -1;
    }

    /// <summary>The series, filled up to a number of samples.</summary>
    public Series Build(int count)
    {
        Append(_next, null, count - _next);
        return new Series(key, [.. _starts], [.. _runs], count, ItemSize) { FirstAt = FirstAt, LastAt = LastAt };
    }

    private void Append(int sample, long? value, int length)
    {
        if (length <= 0)
        {
            return;
        }

        if (_runs.Count == 0 || _runs[^1] != value)
        {
            _starts.Add(sample);
            _runs.Add(value);
        }

        _next = sample + length;
    }
}
