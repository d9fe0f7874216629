using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Reports.Forms.Html;

/// <summary>
/// Where samples stand across a plot: by time where all times are known and go forward, else one beside the other. May
/// reach beyond the last sample, for a forecast.
/// </summary>
internal sealed class PlotAxis
{
    private readonly HostHistory _history;
    private readonly int _first;
    private readonly int _last;
    private readonly double? _hours;

    public PlotAxis(HostHistory history, int first, int last, double hoursAhead = 0)
    {
        _history = history;
        _first = first;
        _last = last;
        _hours = history.Samples.All(s => s.TakenAt is not null) ? history.Hours(first, last) + hoursAhead : null;
    }

    /// <summary>Place of a sample, 0 to 1.</summary>
    public double Of(int sample) => _hours is null
        ? Math.Clamp((double)(sample - _first) / Math.Max(_last - _first, 1), 0, 1)
        : Of(_history.Samples[sample].TakenAt!.Value);

    /// <summary>The time at a place, 0 to 1; null where samples do not stand by time.</summary>
    public DateTimeOffset? At(double place) => _hours is { } hours && hours > 0
        ? CalendarTime.After(_history.Samples[_first].TakenAt!.Value, hours * place)
        : null;

    /// <summary>Place of a time, 0 to 1; only where samples stand by time.</summary>
    public double Of(DateTimeOffset time) =>
        Math.Clamp((time - _history.Samples[_first].TakenAt!.Value).TotalHours / _hours!.Value, 0, 1);
}
