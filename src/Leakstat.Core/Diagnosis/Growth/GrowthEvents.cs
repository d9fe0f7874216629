using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Diagnosis.Growth;

/// <summary>What happened on the host while something grew.</summary>
internal static class GrowthEvents
{
    private const int Most = 4;

    /// <summary>Share of the captures of a boot that counts as near, to either side.</summary>
    private const int NearShare = 20;

    /// <summary>
    /// What happened near a time (modules, release, settings, a boot), the nearest first; events stand between two
    /// captures, so that two captures to either side are near in any history.
    /// </summary>
    public static IEnumerable<HistoryEvent> Near(HostHistory history, DateTimeOffset? start)
    {
        if (start is null)
        {
            return [];
        }

        int sample = 0;
        while (sample < history.Samples.Length && !(history.Samples[sample].TakenAt >= start))
        {
            sample++;
        }

        int near = Math.Max(2, (history.Samples.Length - history.CurrentBootStart) / NearShare);
        return history.Events
            .Where(e => e.Kind != "clock" && Math.Abs(e.Sample - sample) <= near)
            .OrderBy(e => Math.Abs(e.Sample - sample)).ThenBy(e => e.Sample)
            .Take(Most);
    }

    /// <summary>Evidence lines for what happened near the start of a growth.</summary>
    public static IEnumerable<Evidence> AtStart(HostHistory history, ObservedGrowth growth) =>
        Near(history, growth.Since).Select(e => new Evidence($"near its start: {e.Kind}, {e.Text}", At: e.At));

    /// <summary>Evidence lines for modules that came or went and settings that changed since the first capture of this boot.</summary>
    public static IEnumerable<Evidence> During(HostHistory history) => history.Events
        .Where(e => e.Sample > history.CurrentBootStart && e.Kind is "module loaded" or "module unloaded" or "tunable")
        .Take(Most)
        .Select(e => new Evidence($"within that time: {e.Kind} {e.Text}", At: e.At));
}
