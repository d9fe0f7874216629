using Leakstat.Detection;

namespace Leakstat.Fleet;

/// <summary>
/// How fast a series rises on the hosts of a group together, bytes per day and host: the mean without the fifth of
/// hosts at either end, with a 95 % interval (Tukey and McLaughlin), which hosts that are far off do not move.
/// </summary>
/// <param name="BytesPerDay">Estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct PooledGrowth(double BytesPerDay, double Low, double High)
{
    /// <summary>Less is none that anybody looks for, bytes per day and host.</summary>
    private const double LeastBytesPerDay = 4096;

    /// <summary>Part of the early slope that is left of what goes on rising; a cache that fills has less.</summary>
    private const double LeastLate = 0.25;

    /// <summary>
    /// Whether what rises by this more than elsewhere rises for good: by more than a page a day, in both halves of the
    /// time.
    /// </summary>
    /// <param name="all">The slopes themselves, pooled.</param>
    /// <param name="early">Those of the first half.</param>
    /// <param name="late">Those of the second half.</param>
    public bool IsForGood(PooledGrowth? all, PooledGrowth? early, PooledGrowth? late) =>
        Low > 0 && BytesPerDay >= LeastBytesPerDay
            && all is { BytesPerDay: > 0 }
            && early is { High: > 0 } first
            && late is { BytesPerDay: > 0 } second && second.High >= LeastLate * first.BytesPerDay;

    /// <summary>Pools slopes; null of fewer than five.</summary>
    public static PooledGrowth? Of(IEnumerable<double> slopes)
    {
        if (TrimmedMean.Of(slopes) is not { } middle)
        {
            return null;
        }

        double wide = Tails.StudentQuantile(0.025, middle.Freedom) * Math.Sqrt(middle.Variance);
        return new PooledGrowth(middle.Mean, middle.Mean - wide, middle.Mean + wide);
    }
}
