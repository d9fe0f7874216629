using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.TwoHosts;

/// <summary>What changed from one host, or state of a host, to another.</summary>
internal static class HostChanges
{
    /// <summary>Changes by the latest captures: release, architecture, memory, processors, modules, settings.</summary>
    public static ImmutableArray<HistoryEvent> Between(DiagnosisCase a, DiagnosisCase b)
    {
        int sample = b.History.Samples.Length - 1;
        var changes = ImmutableArray.CreateBuilder<HistoryEvent>();
        if (a.Latest.Host.Architecture is { } before && b.Latest.Host.Architecture is { } after && before != after)
        {
            changes.Add(new HistoryEvent(sample, "architecture", $"{before} → {after}", null));
        }

        if (a.Latest.Host.PhysicalMemory is { } memoryOfA && b.Latest.Host.PhysicalMemory is { } memoryOfB
            && !IsAlike(memoryOfA.Value, memoryOfB.Value))
        {
            changes.Add(new HistoryEvent(
                sample,
                "memory",
                $"{Display.Bytes(memoryOfA.Value)} → {Display.Bytes(memoryOfB.Value)}",
                memoryOfB.At));
        }

        if (a.Sysctl("hw.ncpu") is { } cpusOfA && b.Sysctl("hw.ncpu") is { } cpusOfB && cpusOfA.Value != cpusOfB.Value)
        {
            changes.Add(new HistoryEvent(sample, "processors", $"{cpusOfA.Value} → {cpusOfB.Value}", cpusOfB.At));
        }

        var factsOfA = SampleFacts.Of(a.Latest);
        var factsOfB = SampleFacts.Of(b.Latest);
        changes.AddRange(CaptureChanges.Between(sample, factsOfA, factsOfB).Where(e => e.Kind switch
        {
            "clock" or "host" => false,
            "tunable" => !SizedAtBoot(e.Text[..e.Text.IndexOf(':', StringComparison.Ordinal)], factsOfA, factsOfB),
            _ => true,
        }));
        return changes.ToImmutable();
    }

    /// <summary>Limits that the kernel sizes by memory move a little with it; nobody set those.</summary>
    private static bool SizedAtBoot(string name, SampleFacts a, SampleFacts b) =>
        IsAlike(a.Tunables[name].Value, b.Tunables[name].Value);

    /// <summary>
    /// Sizes of one machine differ by a little from boot to boot: what the loader and the kernel take differs.
    /// </summary>
    internal static bool IsAlike(long a, long b) => Math.Abs((double)a - b) <= 0.02 * Math.Max(a, b);
}
