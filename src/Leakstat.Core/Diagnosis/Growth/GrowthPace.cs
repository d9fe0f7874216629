using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>Rate of a growth and what it will run out of.</summary>
internal static class GrowthPace
{
    /// <summary>
    /// The growth in the report's terms: a rate where times are known, an interval from three samples on.
    /// </summary>
    public static ObservedGrowth Of(HostHistory history, GrowthObservation seen)
    {
        double bytesPerItem = Math.Max(seen.Series.ItemSize, 1);
        double? hours = history.Hours(seen.First, seen.Last);
        (double Slope, double Low, double High)? interval = hours is > 0 ? Fit(history, seen) : null;
        double? slope = interval?.Slope ?? (hours is > 0 ? seen.Delta / hours : null);
        return new ObservedGrowth(
            slope * bytesPerItem, interval?.Low * bytesPerItem, interval?.High * bytesPerItem,
                history.Samples[seen.First].TakenAt)
        {
            ItemsPerHour = seen.Series.ItemSize > 1 ? slope : null,
            Bytes = seen.Bytes,
        };
    }

    /// <summary>
    /// When what is left runs out at that rate; null where it does not, or where a part is unknown. The interval is
    /// that of the rate.
    /// </summary>
    public static ExhaustionTime? Until(string what, double left, ObservedGrowth growth, DateTimeOffset? now)
    {
        if (growth.BytesPerHour is not > 0 || left < 0 || now is not { } start)
        {
            return null;
        }

        DateTimeOffset? at = After(start, left / growth.BytesPerHour.Value);
        return at is null
            ? null
            : new ExhaustionTime(
                what,
                at,
                growth.High is > 0 ? After(start, left / growth.High.Value) : null,
                growth.Low is > 0 ? After(start, left / growth.Low.Value) : null);
    }

    /// <summary>
    /// When memory is gone at that rate: free pages and those that the page daemon can free. Null where unknown.
    /// </summary>
    public static ExhaustionTime? UntilMemoryIsGone(DiagnosisCase context, ObservedGrowth growth)
    {
        if (context.Ledger.FindPages(AccountName.Free) is not { } free)
        {
            return null;
        }

        long rest = Arithmetic.Sum(context.Ledger.Pages
            .Where(a => a.Name is AccountName.Inactive or AccountName.Laundry or AccountName.Cache)
            .Select(a => a.Bytes));
        return Until("physical memory", Arithmetic.Add(free.Bytes, rest), growth, context.Latest.TakenAt);
    }

    private static DateTimeOffset? After(DateTimeOffset start, double hours) =>
        hours < 24 * 3650 ? CalendarTime.After(start, hours) : null;

    /// <summary>
    /// Least-squares slope with its 80 % interval, items per hour; null below four samples with times.
    /// </summary>
    private static (double Slope, double Low, double High)? Fit(HostHistory history, GrowthObservation seen)
    {
        var points = new List<(double X, double Y)>();
        for (int i = seen.First; i <= seen.Last; i++)
        {
            if (seen.Series[i] is { } value && (i == seen.First ? 0 : history.Hours(seen.First, i)) is { } x)
            {
                points.Add((x, value));
            }
        }

        int n = points.Count;
        if (n < 4)
        {
            return null;
        }

        double meanX = points.Average(p => p.X);
        double meanY = points.Average(p => p.Y);
        double sxx = points.Sum(p => (p.X - meanX) * (p.X - meanX));
        if (sxx <= 0)
        {
            return null;
        }

        double slope = points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / sxx;
        double residual = points.Sum(p => Math.Pow(p.Y - meanY - (slope * (p.X - meanX)), 2));

        // 1.5 covers the 0.9 quantile of Student's t from four samples up to the normal's 1.28 well enough to be
        // honest.
        double half = (n < 8 ? 1.64 : 1.37) * Math.Sqrt(residual / (n - 2) / sxx);
        return (slope, slope - half, slope + half);
    }
}
