using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// What the kernel says when its book-keeping of swapped pages is full (<c>sys/vm/swap_pager.c</c>): one zone,
/// <c>SWAPMETA</c>, from 8 to 11, and two, <c>swblk</c> and <c>swpctrie</c>, from 12 on.
/// </summary>
internal static class SwapZoneMessages
{
    private const string Limit = "kern.maxswzone";

    /// <summary>The messages.</summary>
    public static ImmutableArray<ExhaustionMessage> All { get; } =
    [
        Exhausted("swap zone exhausted", KnownNames.OldSwapMetadata),
        Exhausted("swap blk zone exhausted", KnownNames.SwapBlock),
        Exhausted("swap pctrie zone exhausted", KnownNames.SwapTrie),
        new(
            "exceeds maximum recommended amount", Subject.Tunable(Limit),
            "more swap is configured than the kernel can keep book of",
            "the part of swap beyond that cannot be used: the zones of swap metadata end first (kern.maxswzone)",
            "Compare swap in use with what the tables can describe.",
            ["swapinfo -h", "sysctl vm.swzone vm.swap_maxpages"])
        {
            Also = "total configured swap",
            Tunable = Limit,
            Severity = Severity.Info,
        },
    ];

    private static ExhaustionMessage Exhausted(string text, string zone) => new(
        text, Subject.Tunable(Limit),
        "the kernel's book-keeping of swapped pages was full: it could swap out no more",
        $"no more pages could be swapped out although swap space may be free: zone {zone} was at its limit, which "
            + "kern.maxswzone sets in loader.conf (bytes)",
        "Compare swap in use with what the tables can describe; then see who fills swap.",
        ["swapinfo -h", "sysctl kern.maxswzone vm.swzone vm.swap_maxpages", $"vmstat -z | grep -E '^{zone}:'"])
    {
        Tunable = Limit,
        Zone = zone,
    };
}
