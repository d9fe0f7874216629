using System.Collections.Immutable;

namespace Leakstat.Engines.Metrics;

/// <summary>
/// Samples while they are read: put into time order, of several at one time the last. Engines may hold a sample twice
/// that was sent twice.
/// </summary>
internal sealed class SampleList
{
    private readonly List<(long Time, double Value)> _samples = [];
    private bool _isSorted = true;

    public void Add(long time, double value)
    {
        _isSorted &= _samples.Count == 0 || _samples[^1].Time < time;
        _samples.Add((time, value));
    }

    /// <summary>The series.</summary>
    public TimeSeries Build(ImmutableArray<(string Name, string Value)> labels)
    {
        IReadOnlyList<(long Time, double Value)> kept = _samples;
        if (!_isSorted)
        {
            (long Time, double Value)[] sorted = [.. _samples.OrderBy(s => s.Time)];
            kept = [.. sorted.Where((s, i) => i + 1 == sorted.Length || sorted[i + 1].Time != s.Time)];
        }

        return new TimeSeries(labels, [.. kept.Select(s => s.Time)], [.. kept.Select(s => s.Value)]);
    }
}
