using System.Collections.Immutable;

namespace Leakstat.History;

/// <summary>The samples of one boot by the time since that boot.</summary>
/// <param name="Samples">Indices into the history's samples, by uptime; of samples at one uptime, the last.</param>
/// <param name="Hours">Hours since boot of each.</param>
public sealed record UptimeLine(ImmutableArray<int> Samples, ImmutableArray<double> Hours)
{
    /// <summary>Hours since boot of the first sample.</summary>
    public double First => Hours[0];

    /// <summary>Hours since boot of the last sample.</summary>
    public double Last => Hours[^1];

    /// <summary>Every boot of a history of which the uptime is known, in order.</summary>
    public static IEnumerable<UptimeLine> Of(HostHistory history)
    {
        foreach (IGrouping<int, int> boot in Enumerable.Range(0, history.Samples.Length).GroupBy(
            i => history.Samples[i].Boot))
        {
            (int Sample, double Hours)[] dated = [.. Dated(history.Samples, [.. boot]).OrderBy(d => d.Hours).ThenBy(
                d => d.Sample)];
            (int Sample, double Hours)[] kept = [.. dated.Where(
                (d, i) => i + 1 == dated.Length || dated[i + 1].Hours > d.Hours)];
            if (kept.Length > 0)
            {
                yield return new UptimeLine([.. kept.Select(d => d.Sample)], [.. kept.Select(d => d.Hours)]);
            }
        }
    }

    /// <summary>
    /// Uptimes of the samples of one boot. uptime(1) prints whole minutes, and captures may be seconds apart: where the
    /// samples have times, these tell the distances and the uptimes only the beginning.
    /// </summary>
    private static IEnumerable<(int Sample, double Hours)> Dated(ImmutableArray<Sample> samples, int[] boot)
    {
        bool exact = boot.All(i => samples[i].UptimeSeconds is >= 0)
            && boot.Any(i => samples[i].UptimeSeconds % 60 != 0);
        if (exact || boot.Any(i => samples[i].TakenAt is null))
        {
            return boot.Where(i => samples[i].UptimeSeconds is >= 0).Select(
                i => (i, samples[i].UptimeSeconds!.Value / 3600.0));
        }

        DateTimeOffset origin = samples[boot[0]].TakenAt!.Value;
        double[] offsets =
            [.. boot.Select(
                i => Uptime(samples[i]) - (samples[i].TakenAt!.Value - origin).TotalHours).OfType<double>().Order()];
        return offsets.Length == 0
            ? []
            : boot.Select(
                i => (i, (samples[i].TakenAt!.Value - origin).TotalHours + offsets[offsets.Length / 2])).Where(
                d => d.Item2 >= 0);
    }

    private static double? Uptime(Sample sample) => sample switch
    {
        { BootedAt: { } booted, TakenAt: { } taken } when taken >= booted => (taken - booted).TotalHours,
        { UptimeSeconds: >= 0 and { } seconds } => seconds / 3600.0,
        _ => null,
    };
}
