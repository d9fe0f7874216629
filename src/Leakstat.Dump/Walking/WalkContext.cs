using Leakstat.Dump.Inputs;
using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>What every walk needs.</summary>
internal sealed record WalkContext(
    VirtualMemory Memory, KernelSymbols Symbols, KernelTypes Types, KernelIdentity Identity, KernelFeatures Features,
    Machine Machine, DumpLimits Limits, DumpProblems Problems)
{
    /// <summary>Whether the kernel went on running while its memory was copied.</summary>
    public bool IsLive { get; init; }

    /// <summary>
    /// Slabs that can be in this dump: a header takes at least 32 bytes of it. A page of the dump can hold no more of
    /// them,
    /// whatever its lists claim.
    /// </summary>
    public long SlabLimit =>
        Math.Min(Limits.Slabs, Math.Max(1, (long)Memory.Physical.PageCount) * (Memory.PageSize / 32));

    /// <summary>Items that can be in this dump: each has a bit in a slab's header.</summary>
    public long ItemLimit => Math.Min(Limits.Items, Math.Max(1, (long)Memory.Physical.PageCount) * Memory.PageSize * 8);

    /// <summary>
    /// Goes along a list (LIST, SLIST, STAILQ or TAILQ): its head's first word points to the first structure, the first
    /// word of
    /// the link member to the next. Ends with a problem where the list runs in a circle, cannot be read or is too long.
    /// </summary>
    /// <param name="head">Address of the head.</param>
    /// <param name="link">Offset of the link member.</param>
    /// <param name="what">What it is, for problems.</param>
    /// <param name="limit">Structures at most.</param>
    public IEnumerable<ulong> List(ulong head, int link, string what, long limit)
    {
        if (head == 0 || link < 0)
        {
            yield break;
        }

        if (!Memory.TryReadUInt64(head, out ulong at))
        {
            Problems.Add(DiagnosticId.MissingPages, what, "the head of the list is not in the dump");
            yield break;
        }

        var circle = default(CircleCheck);
        long count = 0;
        while (at != 0)
        {
            if (circle.IsCircle(at))
            {
                Problems.Add(DiagnosticId.DamagedDump, what, "the list runs in a circle; what stands before is used");
                yield break;
            }

            if (++count > limit)
            {
                Problems.Add(
                    DiagnosticId.TooMany, what, $"the list has more than {limit} entries; the rest is not read");
                yield break;
            }

            ulong current = at;
            bool more = Memory.TryReadUInt64(at + (ulong)link, out at);
            if (!more)
            {
                Problems.Add(DiagnosticId.MissingPages, what, $"the list breaks off: 0x{current:x} is not in the dump");
                yield break;
            }

            yield return current;
        }
    }
}
