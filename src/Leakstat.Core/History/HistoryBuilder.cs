using Leakstat.Accounting;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>Turns captures, one after another in time order, into series. Keeps numbers only, not captures.</summary>
public sealed class HistoryBuilder
{
    /// <summary>Series at most: a hundred times what the largest hosts have.</summary>
    public const int MostSeries = 250_000;

    private readonly Dictionary<SeriesKey, SeriesColumn> _columns = [];
    private readonly SampleTimeLine _time = new();

    /// <summary>Number of captures in it.</summary>
    public int Count => _time.Count;

    /// <summary>Number of the latest capture's boot among those of the history, from 0.</summary>
    internal int Boot => _time.Boot;

    /// <summary>Where the first name stands that is one too many; null where there were not too many.</summary>
    public SourceLine? LeftOut { get; private set; }

    /// <summary>Adds a capture and its ledger.</summary>
    public void Add(Capture capture, Ledger ledger)
    {
        int sample = _time.Add(SampleFacts.Of(capture));
        foreach (SampleNumber number in SampleNumber.Of(capture, ledger))
        {
            if (!_columns.TryGetValue(number.Key, out SeriesColumn? column))
            {
                if (_columns.Count >= MostSeries)
                {
                    LeftOut ??= number.At;
                    continue;
                }

                _columns[number.Key] = column = new SeriesColumn(number.Key);
            }

            column.ItemSize = number.ItemSize ?? column.ItemSize;
            column.Add(sample, number.Value);
            if (number.At is { } at)
            {
                column.Locate(sample, at, _time.Boot);
            }
        }
    }

    /// <summary>
    /// Drops every second capture, to go on with half as many; add the next before <see cref="Build"/>.
    /// </summary>
    internal void Thin()
    {
        _time.Thin();
        foreach (SeriesColumn column in _columns.Values)
        {
            column.Thin();
        }
    }

    /// <summary>The history so far.</summary>
    public HostHistory Build() => new(
        _time.Samples, _columns.Values.Select(c => c.Build(_time.Count)), _time.Events);
}
