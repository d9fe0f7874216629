namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>A moment of a running machine.</summary>
/// <param name="Hours">Hours from the first sample.</param>
/// <param name="Step">Hours since the moment before.</param>
/// <param name="SinceBoot">Hours since boot.</param>
/// <param name="Demand">Demand of the machine's own work.</param>
internal readonly record struct Moment(double Hours, double Step, double SinceBoot, double Demand);

/// <summary>A defect that loses objects: how many at a moment, and what goes with each.</summary>
/// <param name="Parts">What is lost with an object.</param>
/// <param name="Count">Objects lost in the step that ends at a moment.</param>
internal sealed record Loss(Part[] Parts, Func<Moment, double> Count)
{
    /// <summary>Pages lost with an object that no zone and no type shows.</summary>
    public double Pages { get; init; }
}

/// <summary>The ways in which a kernel loses objects.</summary>
internal static class Losses
{
    /// <summary>A share of the arrivals of a population is never freed.</summary>
    public static Func<Moment, double> ShareOf(Chance chance, Population population, double share, Func<double,
        bool> when) =>
        now => when(now.Hours) ? chance.Binomial(population.Arrived, share) : 0;

    /// <summary>Events at random times, so many an hour, each of which loses some.</summary>
    public static Func<Moment, double> Events(Chance chance, double perHour, Func<double> size, Func<double,
        bool> when) => now =>
    {
        double lost = 0;
        for (int left = when(now.Hours) ? chance.Poisson(perHour * now.Step) : 0; left > 0; left--)
        {
            lost += Math.Max(Math.Round(size()), 1);
        }

        return lost;
    };

    /// <summary>
    /// A job at an hour of the day, on some days of the week, that loses some each time it runs for a while.
    /// </summary>
    public static Func<Moment, double> Job(Demand calendar, double hour, Func<int, bool> days, double lasts,
        Func<double> size, Func<double, bool> when)
    {
        double left = 0, perHour = 0;
        return now =>
        {
            double lost = Math.Min(perHour * now.Step, left);
            left -= lost;
            double since = ((calendar.HourOfDay(now.Hours) - hour) + 24) % 24;
            if (since < now.Step && days(calendar.DayOfWeek(now.Hours)) && when(now.Hours))
            {
                left += Math.Max(size(), 1);
                perHour = left / Math.Max(lasts, now.Step);
            }

            return Math.Round(lost);
        };
    }

    /// <summary>At a pace that only moods of its own change.</summary>
    public static Func<Moment, double> Paced(Chance chance, double perHour, Func<double, bool> when) =>
        now => when(now.Hours) ? chance.Poisson(perHour * now.Step) : 0;
}
