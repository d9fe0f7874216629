using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Plots;

/// <summary>The fitted line of a growth and where it leads, in bytes over hours since the first sample drawn.</summary>
/// <param name="Start">Hours where the growth starts.</param>
/// <param name="Now">Hours of the last sample.</param>
/// <param name="Until">Hours up to which the forecast is drawn.</param>
/// <param name="Level">Bytes of the line at the last sample.</param>
/// <param name="Rate">Bytes per hour.</param>
/// <param name="Early">Hours at which the upper edge of the band meets the bound; null without a bound.</param>
/// <param name="Late">Hours at which the lower edge meets it; null for never or without a bound.</param>
/// <param name="Bound">Bytes at which something runs out; null where nothing does.</param>
/// <param name="Low">Rate of the lower edge where there is no bound.</param>
/// <param name="High">Rate of the upper edge where there is no bound.</param>
internal sealed record TrendLine(
    double Start, double Now, double Until, double Level, double Rate, double? Early, double? Late, double? Bound,
    double Low, double High)
{
    /// <summary>
    /// A forecast is drawn up to the end that it foretells where that is no more than so many times the time that was
    /// seen, so that this stays readable.
    /// </summary>
    private const double FarthestEnd = 3;

    /// <summary>How far it is drawn otherwise, as a share of the time that was seen.</summary>
    private const double AheadOfOpenEnd = 0.5;

    /// <summary>The line of a suspect; null where no rate was fitted or times are unknown.</summary>
    public static TrendLine? Of(HostHistory history, SuspectSeries suspect, int first, int last)
    {
        if (suspect.Finding is not
            {
                Verdict: Verdict.Leak or Verdict.Suspect,
                Growth: { BytesPerHour: > 0 and { } rate, Since: { } since } growth
            }
            || history.Samples.Any(s => s.TakenAt is null) || history.Hours(first, last) is not { } now)
        {
            return null;
        }

        DateTimeOffset origin = history.Samples[first].TakenAt!.Value;
        double start = Math.Max((since - origin).TotalHours, 0);
        double hours = 0;
        double bytes = 0;
        int count = 0;
        for (int i = Math.Max(first, history.CurrentBootStart); i <= last; i++)
        {
            if (suspect.Bytes[i] is { } value && (history.Samples[i].TakenAt!.Value - origin).TotalHours is var at
                && at >= start)
            {
                hours += at;
                bytes += value;
                count++;
            }
        }

        if (count == 0)
        {
            return null;
        }

        double level = (bytes / count) + (rate * (now - (hours / count)));
        ExhaustionTime? end = suspect.Finding.Exhaustion;
        double? reached = (end?.At - origin)?.TotalHours;
        double? bound = reached > now ? level + (rate * (reached - now)) : null;
        double? late = bound is null ? null : (end!.High - origin)?.TotalHours;
        double ahead = new[] { late - now, reached - now }.OfType<double>().Where(d => d <= now * FarthestEnd)
            .DefaultIfEmpty(now * AheadOfOpenEnd).Max();
        return new TrendLine(
            start,
            now,
            now + Math.Max(ahead, 0),
            level,
            rate,
            bound is null ? null : (end!.Low - origin)?.TotalHours ?? reached,
            late,
            bound,
            growth.Low ?? rate,
            growth.High ?? rate);
    }

    /// <summary>
    /// The bound where it is to be drawn: the forecast reaches it, or it is not far above what was seen; null
    /// otherwise.
    /// </summary>
    public double? BoundBeside(double high) =>
        Bound is { } bound && (Upper(Until) >= bound || PlotRange.Shows(bound, high)) ? bound : null;

    /// <summary>Hours that the plot reaches beyond the last sample.</summary>
    public double Ahead => Until - Now;

    /// <summary>Bytes of the line.</summary>
    public double At(double hours) => Level + (Rate * (hours - Now));

    /// <summary>Bytes of the upper edge of the forecast, up to the bound.</summary>
    public double Upper(double hours) => Bound is { } bound
        ? Early > Now ? Math.Min(Level + ((bound - Level) * (hours - Now) / (Early.Value - Now)), bound) : bound
        : Level + (High * (hours - Now));

    /// <summary>Bytes of the lower edge; it stays level where the rate may be nil.</summary>
    public double Lower(double hours) => Bound is { } bound
        ? Late > Now ? Math.Min(Level + ((bound - Level) * (hours - Now) / (Late.Value - Now)), bound) : Level
        : Level + (Low * (hours - Now));
}
