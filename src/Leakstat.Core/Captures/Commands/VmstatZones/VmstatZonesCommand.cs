using Leakstat.Captures.Libxo;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.VmstatZones;

/// <summary><c>vmstat -z</c>: zones of UMA.</summary>
internal static class VmstatZonesCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new VmstatZonesText(),
        Libxo = new LibxoForm(
            "vmstat-z", "vmstat -z", "vmstat", "memory-zone-statistics", static (capture, file) => new ZoneRows(
                capture, file)),
        RepeatStartsCapture = true,
        HoldsCounters = true,
        Scrub = KernelTableScrub.Make,
        Need = new CommandNeed(
            "vmstat -z", static capture => capture.Zones is null, "zones: the owners of most kernel memory"),
    };
}
