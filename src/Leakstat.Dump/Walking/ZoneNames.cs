namespace Leakstat.Dump.Walking;

/// <summary>
/// Zones that the dump reader knows by name, because what their items hold follows from the kernel's code and from no
/// type information.
/// </summary>
internal static class ZoneNames
{
    /// <summary>Zone of mbufs, in which data, a reference or a chain stand (<c>sys/sys/mbuf.h</c>).</summary>
    public const string Mbuf = "mbuf";

    /// <summary>Zone of the entries of the kernel's own map (<c>sys/vm/vm_map.c</c>).</summary>
    public const string KernelMapEntry = "KMAP ENTRY";

    /// <summary>
    /// Whether its items are what an allocator keeps of memory that it handed out: headers of slabs point to their
    /// slab's first item (<c>uhs_data</c>), boundary tags of vmem to the start of each range (<c>bt_start</c>). The
    /// allocators find them through vm_page and hash tables.
    /// </summary>
    public static bool IsBookkeeping(string zone) =>
        zone is "UMA Slabs" or "UMA Slabs 0" or "UMA Slabs 1" or "UMA RCntSlabs" or "vmem btag";

    /// <summary>
    /// Whether its items are contents of packets, files and blocks (<c>sys/kern/kern_mbuf.c</c>, <c>abd_os.c</c> and
    /// <c>zio.c</c> of OpenZFS).
    /// </summary>
    public static bool IsData(string zone) =>
        zone is "mbuf_cluster" or "mbuf_jumbo_page" or "mbuf_jumbo_9k" or "mbuf_jumbo_16k" or "abd_chunk"
        || zone.StartsWith("zio_buf_", StringComparison.Ordinal)
        || zone.StartsWith("zio_data_buf_", StringComparison.Ordinal);
}
