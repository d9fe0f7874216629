namespace Leakstat.Detection;

/// <summary>The day and the week as columns of a basis.</summary>
internal static class Season
{
    /// <summary>Hours of a day.</summary>
    public const double Day = 24;

    /// <summary>Hours of a week.</summary>
    public const double Week = 168;

    // Enough for a working day with a lunch dip; what is sharper stays in the noise.
    private const int DayHarmonics = 3;
    private const int WeekHarmonics = 3;

    /// <summary>
    /// Adds the cycles of which the stretch holds two or more; the fewer, the plainer, so that a few steps a day apart
    /// are not taken for a day's shape.
    /// </summary>
    public static void AddSeen(Basis basis, ReadOnlySpan<double> hours, Span<double> scratch)
    {
        double span = hours[^1] - hours[0];
        if (span >= 2 * Day)
        {
            AddPeriod(basis, hours, Day, Math.Min((int)(span / Day) - 1, DayHarmonics), scratch);
        }

        if (span >= 2 * Week)
        {
            AddPeriod(basis, hours, Week, Math.Min((int)(span / Week) - 1, WeekHarmonics), scratch);
        }
    }

    /// <summary>Adds the first harmonics of a period, as far as the samples are close enough for them.</summary>
    public static void AddPeriod(
        Basis basis, ReadOnlySpan<double> hours, double period, int harmonics, Span<double> scratch)
    {
        double interval = (hours[^1] - hours[0]) / Math.Max(hours.Length - 1, 1);
        for (int k = 1; k <= harmonics && period / k >= 2.5 * interval && basis.Count < hours.Length / 4; k++)
        {
            double turn = 2 * Math.PI * k / period;
            for (int i = 0; i < hours.Length; i++)
            {
                scratch[i] = Math.Sin(turn * hours[i]);
            }

            basis.Add(scratch);
            for (int i = 0; i < hours.Length; i++)
            {
                scratch[i] = Math.Cos(turn * hours[i]);
            }

            basis.Add(scratch);
        }
    }
}
