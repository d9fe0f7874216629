using System.Collections.Immutable;
using Leakstat.Captures.Sources;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Store;

/// <summary>
/// Makes a history of the rows of a host. Most of thousands of series never change: these are told from their packed
/// form, and the others are unpacked one after another into the same memory.
/// </summary>
internal sealed class StoredSeries
{
    private readonly HostRows _rows;
    private readonly SeriesNumbers _series;
    private readonly int[] _order;
    private readonly bool _isInOrder;
    private readonly ImmutableArray<Sample> _samples;
    private readonly ImmutableArray<HistoryEvent> _events;
    private readonly int _bootStart;

    // In the order of arrival: values of the series in hand, and those of another that goes with it.
    private readonly long?[] _values;
    private readonly long?[] _others;
    private readonly long?[] _ordered;

    /// <summary>Puts the captures in the order of time.</summary>
    /// <param name="rows">The captures.</param>
    /// <param name="series">The series.</param>
    public StoredSeries(HostRows rows, SeriesNumbers series)
    {
        (_rows, _series) = (rows, series);
        _order = CaptureOrder.Of(rows.Positions());
        _isInOrder = IsIdentity(_order);
        var time = new SampleTimeLine();
        foreach (SampleFacts facts in rows.Facts(_order, located: false))
        {
            time.Add(facts);
        }

        (_samples, _events) = (time.Samples, time.Events);
        _values = new long?[_order.Length];
        _others = new long?[_order.Length];
        _ordered = _isInOrder ? [] : new long?[_order.Length];
        _bootStart = _samples.Length - 1;
        while (_bootStart > 0 && _samples[_bootStart - 1].Boot == _samples[^1].Boot)
        {
            _bootStart--;
        }
    }

    /// <summary>The history, in the order of time.</summary>
    public HostHistory History()
    {
        List<Series> series = new(_series.Count);
        for (int number = 0; number < _series.Count; number++)
        {
            if (SeriesKindName.Parse(_series[number].Kind) is { } kind && Of(number, kind) is { } known)
            {
                series.Add(known);
            }
        }

        return new HostHistory(_samples, series, _events);
    }

    private static bool IsIdentity(int[] order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            if (order[i] != i)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A series; null where no capture has it.</summary>
    private Series? Of(int number, SeriesKind known)
    {
        (string kind, string name, long itemSize) = _series[number];
        var key = new SeriesKey(known, name);
        (SourceLine? first, SourceLine? last) = Places(kind, name);
        int below = _series.Find(StoredKind.Below + kind, name), above = _series.Find(StoredKind.Above + kind, name);
        bool hasExtremes = below >= 0 || above >= 0;
        if (!hasExtremes && _rows.ConstantOf(number) is { } value)
        {
            return new Series(key, value, _order.Length, itemSize) { FirstAt = first, LastAt = last };
        }

        Load(number, _values);
        if (Array.TrueForAll(_values, v => v is null))
        {
            return null;
        }

        return new Series(key, InOrder(), itemSize)
        {
            FirstAt = first,
            LastAt = last,
            Least = hasExtremes ? Extremes(below, -1) : [],
            Greatest = hasExtremes ? Extremes(above, 1) : [],
        };
    }

    private void Load(int number, long?[] into)
    {
        Array.Clear(into);
        if (number >= 0)
        {
            _rows.Fill(number, into);
        }
    }

    private ReadOnlySpan<long?> InOrder()
    {
        if (_isInOrder)
        {
            return _values;
        }

        for (int i = 0; i < _order.Length; i++)
        {
            _ordered[i] = _values[_order[i]];
        }

        return _ordered;
    }

    /// <summary>Least or greatest values by the series of their distances from the last.</summary>
    private ImmutableArray<long?> Extremes(int distances, int sign)
    {
        Load(distances, _others);
        return [.. _order.Select(
            i => _values[i] is { } value ? unchecked(value + (sign * (_others[i] ?? 0))) : (long?)null)];
    }

    /// <summary>Where the first value of the last boot, and the last value, stand.</summary>
    private (SourceLine? First, SourceLine? Last) Places(string kind, string name)
    {
        int number = _series.Find(StoredKind.At + kind, name);
        if (number < 0)
        {
            return (null, null);
        }

        if (_rows.ConstantOf(number) is { } same)
        {
            return (_rows.Place(same, _order[_bootStart]), _rows.Place(same, _order[^1]));
        }

        Load(number, _others);
        int last = _order.Length - 1;
        while (last >= 0 && _others[_order[last]] is null)
        {
            last--;
        }

        if (last < 0)
        {
            return (null, null);
        }

        int first = last;
        for (int i = last - 1; i >= 0 && _samples[i].Boot == _samples[last].Boot; i--)
        {
            first = _others[_order[i]] is not null ? i : first;
        }

        return (Place(first), Place(last));

        SourceLine Place(int sample) => _rows.Place(_others[_order[sample]]!.Value, _order[sample]);
    }
}
