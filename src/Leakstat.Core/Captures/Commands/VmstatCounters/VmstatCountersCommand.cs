using Leakstat.Captures.Libxo;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.VmstatCounters;

/// <summary><c>vmstat -s</c>: counters of virtual memory.</summary>
internal static class VmstatCountersCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new VmstatSummaryText(),
        Libxo = new LibxoForm(
            "vmstat-s", "vmstat -s", "vmstat", "summary-statistics", static (capture, file) => new SummaryValues(
                capture, file)),
        RepeatStartsCapture = true,
        HoldsCounters = true,
        Scrub = PlainScrub.Make,
    };
}
