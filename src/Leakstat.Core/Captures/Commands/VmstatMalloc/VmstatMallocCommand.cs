using Leakstat.Captures.Libxo;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.VmstatMalloc;

/// <summary><c>vmstat -m</c>: types of malloc(9).</summary>
internal static class VmstatMallocCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new VmstatMallocText(),
        Libxo = new LibxoForm(
            "vmstat-m", "vmstat -m", "vmstat", "malloc-statistics", static (capture, file) => new MallocRows(
                capture, file)),
        RepeatStartsCapture = true,
        HoldsCounters = true,
        Scrub = KernelTableScrub.Make,
        Need = new CommandNeed(
            "vmstat -m", static capture => capture.MallocTypes is null, "malloc types: who allocated it"),
    };
}
