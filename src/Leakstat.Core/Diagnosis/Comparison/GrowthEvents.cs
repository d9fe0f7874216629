using Leakstat.History;

namespace Leakstat.Diagnosis.Comparison;

/// <summary>What happened on the host while something grew.</summary>
internal static class GrowthEvents
{
    private const int Most = 4;

    /// <summary>Evidence lines for modules that came or went and settings that changed since the first capture of this boot.</summary>
    public static IEnumerable<Evidence> During(HostHistory history) => history.Events
        .Where(e => e.Sample > history.CurrentBootStart && e.Kind is "module loaded" or "module unloaded" or "tunable")
        .Take(Most)
        .Select(e => new Evidence($"within that time: {e.Kind} {e.Text}", At: e.At));
}
