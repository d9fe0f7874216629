using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// <c>swapoff: /dev/md99: Cannot allocate memory</c>: what lies on the device fits neither into free memory nor onto
/// other swap (<c>swapoff_one</c>, <c>sys/vm/swap_pager.c</c>; the text is swapoff(8)'s).
/// </summary>
internal static class SwapoffMessage
{
    /// <summary>The message.</summary>
    public static ExhaustionMessage Refused { get; } = new(
        "swapoff: /", Subject.Host("swap"),
        "a swap device could not be taken away: what lies on it does not fit into free memory and other swap",
        "swapoff(8) needs free memory, or other swap, for all that the device holds, and a reserve; nothing is lost, "
            + "and the device goes on being used",
        "End what uses memory, or add other swap first; at shutdown the processes must have ended before swapoff runs.",
        ["swapinfo -h", "top -b -o res | head -40"])
    {
        Also = ": Cannot allocate memory",
        Beside = Numbers,
    };

    /// <summary>Swap in use and memory free at the capture, where it shows them.</summary>
    private static ImmutableArray<Evidence> Numbers(DiagnosisCase context)
    {
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>(2);
        if (SwapView.Of(context.Latest) is { } swap)
        {
            evidence.Add(new Evidence(
                $"{Display.Bytes(swap.Used)} of swap in use at the capture", swap.Used, Unit.Bytes, swap.At));
        }

        if (MemoryState.Of(context.Latest, context.Ledger)?.Free is { } free)
        {
            evidence.Add(Evidence.Of($"{Display.Bytes(free.Value)} of memory free at the capture", free, Unit.Bytes));
        }
        else if (context.Latest.Top?.Memory.TryGetValue("Free", out Reading printed) == true)
        {
            evidence.Add(Evidence.Of(
                $"{Display.Bytes(printed.Value)} of memory free at the capture", printed, Unit.Bytes));
        }

        return evidence.ToImmutable();
    }
}
