namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>When the captures of a host are taken: by cron, some seconds late, some never.</summary>
/// <param name="Times">Time of each, ascending.</param>
/// <param name="Step">Hours between them as planned.</param>
internal sealed record Timetable(DateTimeOffset[] Times, double Step)
{
    private static readonly DateTimeOffset Epoch = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public int Count => Times.Length;

    public double Last => (Times[^1] - Times[0]).TotalHours;

    public double Hours(int sample) => (Times[sample] - Times[0]).TotalHours;

    /// <summary>So many days, 140 to 700 captures of them, starting on any day of the week at any hour.</summary>
    public static Timetable Of(Chance chance, double days)
    {
        double[] minutes = [.. new[] { 5.0, 10, 15, 20, 30, 60 }.Where(m => days * 1440 / m is >= 140 and <= 700)];
        double step = minutes.Length == 0 ? days * 1440 / 400 : chance.Of(minutes);
        DateTimeOffset start = Epoch.AddHours(chance.Below(24 * 200));
        int late = chance.Below(20);
        double missing = chance.Of(0, 0, 0, 0.01, 0.05);
        List<DateTimeOffset> times = [];
        for (int i = 0; i < days * 1440 / step; i++)
        {
            if (i == 0 || !chance.Happens(missing))
            {
                times.Add(start.AddSeconds(Math.Round(i * step * 60) + late + chance.Below(3)));
            }
        }

        return new Timetable([.. times], step / 60);
    }
}
