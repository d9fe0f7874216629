namespace Leakstat.DetectionBench;

/// <summary>When an episode was sampled.</summary>
internal sealed record Clock(double[] Hours, double Step, double Days)
{
    /// <summary>An episode of so many days, 288 to 2,880 samples long.</summary>
    public static Clock Of(Chance chance, double days)
    {
        double[] steps = [1 / 60.0, 2 / 60.0, 5 / 60.0, 10 / 60.0, 15 / 60.0, 30 / 60.0, 1];
        double[] fitting = [.. steps.Where(s => days * 24 / s is >= 288 and <= 2880)];
        double step = chance.Of(fitting.Length > 0 ? fitting : [1.0]);
        return Regular(step, (int)(days * 24 / step));
    }

    public static Clock Regular(double step, int count) =>
        new([.. Enumerable.Range(0, count).Select(i => i * step)], step, step * count / 24);

    public double Last => Hours[^1];

    public int Count => Hours.Length;
}
