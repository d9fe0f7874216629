namespace Leakstat.Dump.Tests.Image;

/// <summary>Network buffers (<c>sys/kern/kern_mbuf.c</c>): mbufs, clusters, and packets that are both at once.</summary>
public sealed class Mbufs
{
    private const int HasCluster = 0x1;
    private const int HasHeader = 0x2;
    private const byte ClusterType = 1;
    private const byte PacketType = 6;
    private const byte CountInside = 1;

    private readonly Scenario _heap;
    private readonly Machine _machine;
    private readonly Zone _mbufs;
    private readonly Zone _clusters;
    private readonly Zone _packets;

    public Mbufs(Scenario heap)
    {
        _heap = heap;
        _machine = heap.Machine;
        ZoneOptions contiguous = new() { Flags = KegTraits.Contiguous };
        _mbufs = heap.Zone("mbuf", 256, contiguous with { Alignment = 256 });
        _clusters = heap.Zone("mbuf_cluster", 2048, contiguous);
        _packets = _machine.Uma.CreateSecondary("mbuf_packet", _mbufs, "mb_zinit_pack");
        Jumbo = heap.Zone("mbuf_jumbo_9k", 9216, contiguous);
    }

    /// <summary>Clusters of 9 KiB: three pages each.</summary>
    public Zone Jumbo { get; }

    /// <summary>An mbuf without cluster.</summary>
    public Item Plain() => Started(_heap.New(_mbufs));

    /// <summary>An mbuf and its cluster, of zones of their own.</summary>
    public (Item Mbuf, Item Cluster) WithCluster()
    {
        Item mbuf = Started(_heap.New(_mbufs));
        return (mbuf, Attach(mbuf, _heap.New(_clusters), ClusterType));
    }

    /// <summary>A packet: an mbuf that keeps its cluster while it is cached.</summary>
    public (Item Mbuf, Item Cluster) Packet()
    {
        Item mbuf = Started(_heap.New(_packets));
        return (mbuf, Attach(mbuf, _heap.New(_clusters), PacketType));
    }

    /// <summary>A packet that was freed and waits, whole, in a cache.</summary>
    public (Item Mbuf, Item Cluster) FreePacket(int cpu = 0)
    {
        Item mbuf = _machine.Uma.Take(_packets);
        Started(mbuf);
        Item cluster = Attach(mbuf, _machine.Uma.Take(_clusters), PacketType);
        _machine.Uma.Cache(mbuf, BucketPlace.Allocate, cpu);
        return (mbuf, cluster);
    }

    /// <summary>
    /// Descriptors on their way through a socket (<c>SCM_RIGHTS</c>): the message has 16 bytes in front, then a pointer to each
    /// <c>struct filedescent</c>. One that does not fit into an mbuf lies in a cluster.
    /// </summary>
    public Item Control(params IPlace[] descriptors)
    {
        int length = 16 + (8 * descriptors.Length);
        Item mbuf = Started(_heap.New(_mbufs));
        StructAt at = _machine.At("mbuf", mbuf.Address);
        IPlace data = mbuf;
        _machine.Space.Write(at.Of("m_type"), 14, 1);
        _machine.Space.Write(at.Of("m_flags"), 0, 3);
        at["m_data"] = at.Of("m_dat");
        if (length > 256 - 32)
        {
            data = Attach(mbuf, _heap.New(_clusters), ClusterType);
            _machine.Space.Write(at.Of("m_flags"), HasCluster, 3);
            _machine.Space.Write(data.Address, new byte[data.Size]);
        }

        at["m_len"] = (ulong)length;
        _machine.Space.Write(at["m_data"], (ulong)length, 4);
        int first = data == mbuf ? 32 + 16 : 16;
        for (int i = 0; i < descriptors.Length; i++)
        {
            _heap.Point(data, descriptors[i], at: first + (8 * i));
        }

        return mbuf;
    }

    /// <summary>Hangs an mbuf behind another, as the next of its packet.</summary>
    public void Next(Item mbuf, Item next) => _heap.Point(mbuf, next, at: _machine.Layouts["mbuf"]["m_next"].Offset);

    private Item Started(Item mbuf)
    {
        _machine.Space.Write(mbuf.Address, new byte[256]);
        StructAt at = _machine.At("mbuf", mbuf.Address);
        _machine.Space.Write(at.Of("m_type"), 1, 1);
        _machine.Space.Write(at.Of("m_flags"), HasHeader, 3);
        at["m_data"] = at.Of("m_pktdat");

        // Its data pointer leads into itself.
        _machine.References.Add(mbuf, mbuf);
        return mbuf;
    }

    private Item Attach(Item mbuf, Item cluster, byte type)
    {
        StructAt at = _machine.At("mbuf", mbuf.Address);
        StructAt outside = _machine.At("m_ext", at.Of("m_ext"));
        _machine.Space.Write(at.Of("m_flags"), HasHeader | HasCluster, 3);
        _machine.Space.Write(outside.Of("ext_count"), 1, 4);
        outside["ext_size"] = (ulong)cluster.Size;
        _machine.Space.Write(outside.Of("ext_type"), type, 1);
        _machine.Space.Write(outside.Of("ext_flags"), CountInside, 3);
        outside["ext_buf"] = cluster.Address;
        at["m_data"] = cluster.Address;
        _machine.References.Add(mbuf, cluster);
        return cluster;
    }
}
