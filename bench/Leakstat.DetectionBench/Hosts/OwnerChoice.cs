namespace Leakstat.DetectionBench.Hosts;

/// <summary>Which zones and types a simulated defect may lose.</summary>
internal static class OwnerChoice
{
    /// <summary>
    /// Whether objects of a driver or subsystem lie there: of a size that objects have, no internals of the allocator,
    /// no cache zones (they count nothing of their own), no secondary zones (their items are counted by others), no
    /// bucket, and no part of the ARC, which grows and shrinks by its own account.
    /// </summary>
    public static bool MayLeak(string name, double size) => size is >= 16 and <= 4096
        && name is not ("vm pgcache" or "abd_chunk" or "buf free cache" or "mbuf_packet" or "kstack_cache" or "vmem"
            or "vmem btag" or "fakepg")
        && !name.StartsWith("malloc-", StringComparison.Ordinal) && !name.StartsWith("UMA", StringComparison.Ordinal)
        && !name.StartsWith("arc_", StringComparison.Ordinal) && !name.StartsWith("SMR", StringComparison.Ordinal)
            && !name.EndsWith("Bucket", StringComparison.Ordinal)
        && !name.Contains("buf_comb", StringComparison.Ordinal) && !name.EndsWith("pbuf", StringComparison.Ordinal)
        && !name.EndsWith("wbuf", StringComparison.Ordinal) && !name.EndsWith("rbuf", StringComparison.Ordinal);
}
