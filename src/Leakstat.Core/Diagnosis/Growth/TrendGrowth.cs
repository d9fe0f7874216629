using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>A verdict of the trend engine in the report's terms.</summary>
internal static class TrendGrowth
{
    /// <summary>Rate with its interval, and where on the time line the growth began.</summary>
    public static ObservedGrowth Of(HostHistory history, GrowthObservation seen, TrendResult trend)
    {
        double bytes = Math.Max(seen.Series.ItemSize, 1);
        return new ObservedGrowth(
            trend.Rate.PerHour * bytes,
            trend.Rate.Low * bytes,
            trend.Rate.High * bytes,
            trend.Start >= 0 && trend.Start < history.Samples.Length ? history.Samples[trend.Start].TakenAt : null)
        {
            ItemsPerHour = seen.Series.ItemSize > 1 ? trend.Rate.PerHour : null,
            // What was gained is said as it was read, last minus first; only the rate is fitted.
            Bytes = seen.Bytes,
        };
    }

    /// <summary>
    /// The growth with its interval narrowed from 95 % to 80 %, for what is said of the time that is left. The ratio is
    /// that of the normal's quantiles: of Student's, with few samples, it is smaller and the interval would be
    /// narrower.
    /// </summary>
    public static ObservedGrowth AtEightyPercent(ObservedGrowth growth)
    {
        const double share = 1.2816 / 1.96;
        return growth.BytesPerHour is { } rate
            ? growth with { Low = rate + ((growth.Low - rate) * share), High = rate + ((growth.High - rate) * share) }
            : growth;
    }

    /// <summary>
    /// When the series' own limit is reached; null where it has none or does not reach it within ten years.
    /// </summary>
    public static ExhaustionTime? Until(DiagnosisCase host, TrendResult trend)
    {
        if (trend.Exhaustion is not { } reached)
        {
            return null;
        }

        DateTimeOffset origin = host.History.Samples[0].TakenAt!.Value;
        return new ExhaustionTime(reached.Of, Time(reached.At), Time(reached.Low), Time(reached.High));

        DateTimeOffset? Time(double hours) =>
            double.IsFinite(hours) && hours < 24 * 3650 ? CalendarTime.After(origin, hours) : null;
    }

    /// <summary>A leak is a warning; critical when it ends within a day or has taken a quarter of memory.</summary>
    public static Severity SeverityOf(DiagnosisCase host, long gained, ExhaustionTime? exhaustion, bool stopped)
    {
        bool soon = !stopped && exhaustion?.At is { } at && host.Latest.TakenAt is { } now
            && at - now < TimeSpan.FromDays(1);
        bool large = host.Ledger.Physical is { Value: > 0 } memory && gained > memory.Value / 4;
        return soon || large ? Severity.Critical : Severity.Warning;
    }

    /// <summary>The line that says why it is called a leak.</summary>
    public static Evidence Evidence(TrendResult trend, int samples) => new(
        $"its lower envelope rises over {samples} captures; without a leak the chance of that is "
        + $"{(trend.Chance < 1e-12 ? "below 1e-12" : $"{trend.Chance:0.0e+0}")}, corrected for autocorrelation and "
        + "the number of series",
        trend.Chance,
        Unit.Fraction);
}
