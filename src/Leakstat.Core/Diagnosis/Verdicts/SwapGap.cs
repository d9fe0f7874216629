using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>Whether swapinfo(8) lists the swap space that the host is known to have.</summary>
internal static class SwapGap
{
    /// <summary>What is missing; null where nothing is.</summary>
    public static Gap? Of(Capture capture) => SwapView.TotalBeside(capture) is { } total
        ? new Gap(
            "swapinfo",
            $"no device in it, though {Display.Bytes(total.Value)} of swap space are known ({total.At})",
            new SourceLine(capture.Swap!.File, capture.Swap.HeaderLine))
        : null;
}
