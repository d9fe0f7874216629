using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>What the kernel said about swap and about processes it killed for memory.</summary>
internal sealed class SwapMessages
{
    /// <summary>
    /// Reasons that mean want of memory (<c>sys/vm/vm_pageout.c</c>, <c>vm_fault.c</c>; 13.0 and before know the last
    /// only).
    /// </summary>
    private static readonly string[] Reasons =
        ["failed to reclaim memory", "a thread waited too long to allocate a page", "out of swap space"];

    private SwapMessages(MessageGroup? swap, ImmutableArray<(string Process, string Reason, SourceLine At)> kills)
    {
        Swap = swap;
        Kills = kills;
    }

    /// <summary>Messages that swap space ran out.</summary>
    public MessageGroup? Swap { get; }

    /// <summary>Processes killed, in order.</summary>
    public ImmutableArray<(string Process, string Reason, SourceLine At)> Kills { get; }

    /// <summary>Reads them.</summary>
    public static SwapMessages Of(DiagnosisCase context)
    {
        ImmutableArray<(string, MessageGroup Group)> swap = MessageGroup.By(
            context, text => IsOutOfSwap(text) ? "swap" : null);
        var kills = ImmutableArray.CreateBuilder<(string Process, string Reason, SourceLine At)>();
        HashSet<string> seen = [];
        foreach (KernelMessage message in CurrentBoot.Of(context))
        {
            // A log and the buffer, or two files of one log, name the same process twice.
            if (Kill(message.Text) is var (process, reason)
                && seen.Add(process))
            {
                kills.Add((process, reason, CurrentBoot.At(context, message)));
            }
        }

        return new SwapMessages(swap.IsEmpty ? null : swap[0].Group, kills.ToImmutable());
    }

    private static bool IsOutOfSwap(string text) =>
        text.Contains("swap_pager: out of swap space", StringComparison.Ordinal)
        || text.Contains("swap_pager_getswapspace(", StringComparison.Ordinal)
        || text.Contains("swp_pager_getswapspace(", StringComparison.Ordinal);

    /// <summary><c>pid 7965 (node), jid 0, uid 211, was killed: failed to reclaim memory</c>.</summary>
    private static (string Process, string Reason)? Kill(string text)
    {
        int killed = text.IndexOf(", was killed: ", StringComparison.Ordinal);
        return killed >= 0
            && Reasons.FirstOrDefault(
                r => text.AsSpan(killed + 14).StartsWith(r, StringComparison.Ordinal)) is { } reason
            && MessageText.TryBetween(text, "pid ", " (", out string? pid)
            && MessageText.TryBetween(text, " (", "), ", out string? name)
            ? ($"{name} (pid {pid})", reason)
            : null;
    }
}
