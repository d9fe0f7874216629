using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Advising;

/// <summary>What to do about each part of the ARC when it is that part which is too large.</summary>
public static class ArcParts
{
    /// <summary>Advice about the part by its leaf in <c>arcstats</c>.</summary>
    public static ImmutableArray<Advice> Advise(DiagnosisCase host, ArcView arc, string leaf) => leaf switch
    {
        "dnode_size" or "dbuf_size" or "bonus_size" or "other_size" or "metadata_size" => FewerVnodes(host),
        "l2_hdr_size" => [SmallerL2()],
        "anon_size" =>
        [
            Advice.Look(
                "Written data that waits for its transaction group is bounded by vfs.zfs.dirty_data_max; what is above it is on loan to zfs send or receive.",
                "sysctl vfs.zfs.dirty_data_max kstat.zfs.misc.arcstats.anon_size kstat.zfs.misc.arcstats.arc_loaned_bytes"),
        ],
        _ => [],
    };

    /// <summary>
    /// Cached vnodes pin dnodes, and these their dbufs. Twice the vnodes in use is enough for a working set; lowered only
    /// where that is less than three quarters of the limit.
    /// </summary>
    private static ImmutableArray<Advice> FewerVnodes(DiagnosisCase host)
    {
        Advice look = Advice.Look(
            "Vnodes that the kernel keeps cached pin dnodes and dbufs of the ARC.",
            "sysctl vfs.numvnodes vfs.freevnodes kern.maxvnodes");
        if (host.Sysctl("kern.maxvnodes") is not { Value: > 0 } limit
            || host.Sysctl("vfs.numvnodes", "vfs.vnode.stats.count") is not { } vnodes
            || host.Sysctl("vfs.freevnodes", "vfs.vnode.stats.free") is not { } free)
        {
            return [look];
        }

        long wanted = Math.Max(Arithmetic.Multiply(2, Arithmetic.Subtract(vnodes.Value, free.Value)), 20_000);
        return wanted >= limit.Value / 4 * 3
            ? [look]
            :
            [
                look,
                .. TunableAdvice.Set(
                    host, "kern.maxvnodes", wanted,
                    "Keep fewer vnodes: twice those in use now (vfs.numvnodes − vfs.freevnodes).",
                    "Files are looked up anew more often."),
            ];
    }

    private static Advice SmallerL2() => new()
    {
        Kind = "config",
        Text = "Every block in the L2ARC costs a header in memory. Use a smaller cache device, or a larger recordsize for what goes there.",
        Commands = ["zpool iostat -v", "sysctl kstat.zfs.misc.arcstats.l2_hdr_size kstat.zfs.misc.arcstats.l2_size"],
        Risk = "Removing a cache device (zpool remove) costs its hits; the pool's data is not concerned.",
        Revert = "Add the cache device again (zpool add POOL cache DEVICE).",
    };
}
