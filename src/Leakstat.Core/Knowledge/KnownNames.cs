namespace Leakstat.Knowledge;

/// <summary>
/// Zones and malloc types that code asks for one by one, because it does with them what it does with no other. What
/// is known of a name stands in <see cref="ZoneFacts"/>.
/// </summary>
internal static class KnownNames
{
    /// <summary>Zone of processes.</summary>
    public const string Process = "PROC";

    /// <summary>Zone of threads.</summary>
    public const string Thread = "THREAD";

    /// <summary>Zone of vnodes.</summary>
    public const string Vnode = "VNODE";

    /// <summary>Zone of sockets.</summary>
    public const string Socket = "socket";

    /// <summary>Zone of TCP connections.</summary>
    public const string TcpConnection = "tcp_inpcb";

    /// <summary>Zone of the mappings of pages.</summary>
    public const string PageMapping = "PV ENTRY";

    /// <summary>Zone of mbufs.</summary>
    public const string Mbuf = "mbuf";

    /// <summary>Zone of 2 KiB clusters.</summary>
    public const string Cluster = "mbuf_cluster";

    /// <summary>Secondary zone: an mbuf with a cluster.</summary>
    public const string Packet = "mbuf_packet";

    /// <summary>Zone of clusters of a page.</summary>
    public const string JumboPage = "mbuf_jumbo_page";

    /// <summary>Zone of clusters of a page, in old releases.</summary>
    public const string OldJumboPage = "mbuf_jumbo_pagesize";

    /// <summary>Zone of 9 KiB clusters.</summary>
    public const string Jumbo9 = "mbuf_jumbo_9k";

    /// <summary>Zone of 16 KiB clusters.</summary>
    public const string Jumbo16 = "mbuf_jumbo_16k";

    /// <summary>Zone of metadata of swapped pages, up to 11.</summary>
    public const string OldSwapMetadata = "SWAPMETA";

    /// <summary>Zone of blocks of swapped pages, from 12 on.</summary>
    public const string SwapBlock = "swblk";

    /// <summary>Zone of the tries that find them, from 12 on.</summary>
    public const string SwapTrie = "swpctrie";

    /// <summary>The zone that zones themselves are allocated from.</summary>
    public const string Zone = "UMA Zones";

    /// <summary>Malloc type of the allocator of zones: from 13.0 on one block for each zone.</summary>
    public const string Allocator = "UMA";

    /// <summary>Zone of I/O requests of ZFS; a host that has it runs ZFS.</summary>
    public const string ZfsRequest = "zio_cache";

    /// <summary>Malloc type of what ZFS allocates by kmem_alloc.</summary>
    public const string Zfs = "solaris";

    /// <summary>Malloc type of mounted UFS file systems.</summary>
    public const string UfsMount = "ufs_mount";

    /// <summary>Malloc type of mounted UFS file systems, in old releases.</summary>
    public const string OldUfsMount = "UFS mount";

    /// <summary>Malloc type of the nodes of nullfs.</summary>
    public const string NullfsNode = "nullfs_node";

    /// <summary>Malloc type of network stacks of jails (VIMAGE).</summary>
    public const string NetworkStack = "vnet";
}
