namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>
/// What machines are for, as populations and caches with the zones and types that FreeBSD 14 keeps them in.
/// </summary>
internal static class Profiles
{
    public static readonly string[] All = ["web", "firewall", "nfs", "storage", "jails", "builds", "mail"];

    // Bytes of an item of zones and types that not every table of a real host has.
    private static readonly Dictionary<string, long> ZoneSizes = new(StringComparer.Ordinal)
    {
        ["pf states"] = 352,
        ["pf state keys"] = 88,
        ["pf source nodes"] = 152,
        ["socket"] = 1024,
        ["tcp_inpcb"] = 1320,
        ["udp_inpcb"] = 424,
        ["unpcb"] = 256,
        ["KNOTE"] = 160,
        ["Files"] = 80,
        ["mbuf"] = 256,
        ["mbuf_cluster"] = 2048,
        ["PROC"] = 1376,
        ["THREAD"] = 1824,
        ["VMSPACE"] = 616,
        ["MAP ENTRY"] = 96,
        ["VM OBJECT"] = 264,
        ["filedesc0"] = 1072,
        ["VNODE"] = 448,
        ["S VFS Cache"] = 104,
        ["FFS inode"] = 200,
        ["FFS2 dinode"] = 256,
        ["zfs_znode_cache"] = 464,
        ["dnode_t"] = 808,
        ["dmu_buf_impl_t"] = 304,
        ["arc_buf_hdr_t_full"] = 232,
        ["zio_cache"] = 1216,
        ["pipe"] = 736,
        ["Mountpoints"] = 2816,
        ["rtentry"] = 168,
        ["routing nhops"] = 256,
        ["syncache"] = 168,
        ["hostcache"] = 64,
        ["TMPFS node"] = 232,
        ["ksiginfo"] = 112,
        ["kstack_cache"] = 16384,
        ["FPU_save_area"] = 2696,
        ["DIRHASH"] = 1024,
        ["BUF TRIE"] = 144,
        ["RADIX NODE"] = 144,
        ["PGRP"] = 120,
    };

    private static readonly Dictionary<string, long> TypeSizes = new(StringComparer.Ordinal)
    {
        ["cred"] = 256,
        ["subproc"] = 1024,
        ["proc-args"] = 128,
        ["plimit"] = 256,
        ["session"] = 128,
        ["pcb"] = 32,
        ["kqueue"] = 2048,
        ["lockf"] = 128,
        ["prison"] = 4096,
        ["ifaddr"] = 512,
        ["lltable"] = 256,
        ["NFSD V4client"] = 384,
        ["NFSD V4state"] = 256,
        ["NFSD lckfile"] = 128,
        ["rpc"] = 512,
        ["newnfsmnt"] = 1024,
        ["mount"] = 256,
        ["temp"] = 1024,
        ["tty"] = 1024,
        ["bpf"] = 512,
        ["pf_ifnet"] = 256,
        ["in_multi"] = 256,
        ["selfd"] = 64,
        ["filecaps"] = 64,
        ["vnet"] = 65536,
    };

    /// <summary>Zone of a name, made with its known size where the host's table lacks it.</summary>
    public static MemoryRow Zone(Machine machine, string name) =>
        machine.Row(name, true, ZoneSizes.GetValueOrDefault(name, 256));

    /// <summary>Malloc type of a name.</summary>
    public static MemoryRow Type(Machine machine, string name) =>
        machine.Row(name, false, TypeSizes.GetValueOrDefault(name, 256));

    /// <summary>Makes a machine one of a profile, as busy as <paramref name="scale"/> says.</summary>
    public static void Add(Chance chance, Machine machine, string profile, double scale)
    {
        Processes(chance, machine, "daemons", chance.LogBetween(0.5, 20),
            new Lifetimes((chance.LogBetween(0.3, 5), 0.7), (chance.LogBetween(10, 80), 0.3)));
        Processes(chance, machine, "short commands", chance.LogBetween(100, 5000) * Math.Min(scale, 3),
            new Lifetimes((0.01, 0.95), (0.2, 0.05)));
        Files(chance, machine, scale, profile is "storage" or "nfs");
        switch (profile)
        {
            case "web":
                Connections(chance, machine, chance.LogBetween(3000, 60000) * scale,
                    new Lifetimes((0.004, 0.6), (0.05, 0.3), (0.5, 0.09), (chance.LogBetween(3, 20), 0.01)));
                break;
            case "firewall":
                States(chance, machine, chance.LogBetween(10000, 200000) * scale);
                Neighbours(chance, machine, scale);
                break;
            case "nfs":
                Nfs(chance, machine, scale);
                Connections(chance, machine, chance.LogBetween(5, 100) * scale,
                    new Lifetimes((1, 0.4), (chance.LogBetween(20, 100), 0.6)));
                break;
            case "storage":
                Storage(chance, machine, scale);
                break;
            case "jails":
                Jails(chance, machine, chance.LogBetween(0.05, 2));
                Connections(chance, machine, chance.LogBetween(1000, 20000) * scale,
                    new Lifetimes((0.01, 0.7), (0.2, 0.28), (4, 0.02)));
                break;
            case "builds":
                Builds(chance, machine, scale);
                break;
            default:
                Connections(chance, machine, chance.LogBetween(500, 9000) * scale,
                    Lifetimes.HeavyTailed(0.01, chance.LogBetween(10, 60), chance.Between(0.7, 1.3)));
                break;
        }
    }

    /// <summary>
    /// Each network connection: its socket, its control block, its descriptor, what waits in its buffers.
    /// </summary>
    public static Population Connections(Chance chance, Machine machine, double perHour, Lifetimes lives)
    {
        var made = new Population("connections", perHour, lives,
        [
            new(Zone(machine, "socket"), 1), new(Zone(machine, "tcp_inpcb"), 1), new(Zone(machine, "Files"), 1),
            new(Zone(machine, "KNOTE"), chance.Between(0.5, 2)), new(Zone(machine, "mbuf"), chance.Between(0, 2)),
            new(Zone(machine, "mbuf_cluster"), chance.Between(0, 0.5)), new(Type(machine, "pcb"), 1),
        ])
        { Counters = [("kern.ipc.numopensockets", 1), ("kern.openfiles", 1)] };
        machine.Populations.Add(made);
        return made;
    }

    /// <summary>Each process: its threads, its map and all that goes with them.</summary>
    public static Population Processes(Chance chance, Machine machine, string name, double perHour, Lifetimes lives)
    {
        double threads = chance.Between(1, 4), files = chance.Between(5, 20);
        var made = new Population(name, perHour, lives,
        [
            new(Zone(machine, "PROC"), 1), new(Zone(machine, "THREAD"), threads),
            new(Zone(machine, "kstack_cache"), threads),
            new(Zone(machine, "FPU_save_area"), threads), new(Zone(machine, "VMSPACE"), 1),
            new(Zone(machine, "filedesc0"), 1),
            new(Zone(machine, "MAP ENTRY"), chance.Between(20, 80)),
            new(Zone(machine, "VM OBJECT"), chance.Between(5, 25)),
            new(Zone(machine, "RADIX NODE"), chance.Between(5, 30)), new(Zone(machine, "Files"), files),
            new(Type(machine, "proc-args"), 1), new(Type(machine, "subproc"), 2),
            new(Type(machine, "cred"), chance.Between(0.2, 2)),
            new(Type(machine, "plimit"), 0.3),
        ])
        { Counters = [("kern.openfiles", files)] };
        machine.Populations.Add(made);
        return made;
    }

    /// <summary>Jails with interfaces of their own: few, and much goes with each.</summary>
    public static Population Jails(Chance chance, Machine machine, double perHour)
    {
        double processes = chance.Between(5, 40);
        var made = new Population("jails", perHour,
            new Lifetimes((chance.LogBetween(0.2, 4), 0.5), (chance.LogBetween(8, 100), 0.5)),
        [
            new(Type(machine, "prison"), 2), new(Zone(machine, "Mountpoints"), chance.Between(1, 6)),
            new(Type(machine, "mount"), 12),
            new(Type(machine, "ifaddr"), chance.Between(2, 8)), new(Type(machine, "vnet"), 1),
            new(Type(machine, "lltable"), 4),
            new(Zone(machine, "PROC"), processes), new(Zone(machine, "THREAD"), processes * 1.5),
            new(Zone(machine, "VMSPACE"), processes),
            new(Zone(machine, "MAP ENTRY"), processes * 40), new(Zone(machine, "VM OBJECT"), processes * 12),
            new(Zone(machine, "socket"), processes), new(Zone(machine, "unpcb"), processes),
            new(Type(machine, "cred"), processes),
            new(Zone(machine, "Files"), processes * 8),
        ])
        { Counters = [("kern.openfiles", processes * 8), ("kern.ipc.numopensockets", processes)] };
        machine.Populations.Add(made);
        return made;
    }

    private static void Files(Chance chance, Machine machine, double scale, bool isLarge)
    {
        double bound = Math.Round(machine.Memory / 4096 / chance.Between(8, 40) * (isLarge ? 2 : 1));
        double keys = chance.LogBetween(0.1, 20) * bound, nightly = chance.Of(0, 1);
        bool zfs = chance.Happens(0.4);
        var hours = new Demand(chance, machine.Main.Start);
        machine.CounterBase["vfs.numvnodes"] = chance.Between(200, 2000);
        machine.CounterBase["vfs.freevnodes"] = 100;
        machine.CounterBase["kern.maxvnodes"] = bound * 1.05;
        machine.Caches.Add(new KeyCache(
            "vnodes", chance.LogBetween(300, 30000) * scale, bound, KeyCache.Popular(keys, chance.Between(0.3, 1)),
            [
                new(Zone(machine, "VNODE"), 1), new(Zone(machine, "S VFS Cache"), chance.Between(0.8, 1.4)),
                new(Zone(machine, zfs ? "zfs_znode_cache" : "FFS inode"), 1),
                new(Zone(machine, zfs ? "dnode_t" : "FFS2 dinode"), 1),
                new(Zone(machine, "VM OBJECT"), chance.Between(0.1, 0.7)),
            ])
        {
            Follows = nightly > 0 ? machine.Main : hours,
            Counters = [("vfs.numvnodes", 1), ("vfs.freevnodes", chance.Between(0.3, 0.9))],
        });
    }

    private static void States(Chance chance, Machine machine, double perHour)
    {
        machine.Populations.Add(new Population(
            "states", perHour, chance.Happens(0.5)
                ? new Lifetimes((0.01, 0.75), (0.1, 0.2), (1, 0.045), (24, 0.005))
                : Lifetimes.HeavyTailed(0.008, 40, chance.Between(0.8, 1.4)),
            [
                new(Zone(machine, "pf states"), 1), new(Zone(machine, "pf state keys"), chance.Between(1, 2)),
                new(Zone(machine, "pf source nodes"), chance.Of(0, 0, 0.2)),
            ]));
        machine.Populations.Add(new Population(
            "half-open", perHour / 4, new Lifetimes((0.01, 1)),
                [new(Zone(machine, "syncache"), 0.3), new(Zone(machine, "mbuf"), 1)]));
    }

    private static void Neighbours(Chance chance, Machine machine, double scale) =>
        machine.Populations.Add(new Population(
        "neighbours", chance.LogBetween(20, 400) * scale, new Lifetimes((0.33, 0.8), (8, 0.2)),
        [new(Type(machine, "lltable"), 1), new(Zone(machine, "rtentry"), 0.3),
            new(Zone(machine, "routing nhops"), 0.3)]));

    private static void Nfs(Chance chance, Machine machine, double scale)
    {
        machine.Populations.Add(new Population(
            "opens", chance.LogBetween(300, 20000) * scale, Lifetimes.HeavyTailed(0.01, chance.LogBetween(20, 200),
                chance.Between(0.6, 1.2)),
            [new(Type(machine, "NFSD V4state"), chance.Between(1, 3)), new(Type(machine, "NFSD lckfile"), 1),
                new(Type(machine, "lockf"), 0.4)]));
        machine.Populations.Add(new Population(
            "clients", chance.LogBetween(0.5, 10), new Lifetimes((chance.LogBetween(5, 60), 1)),
                [new(Type(machine, "NFSD V4client"), 1)]));
        machine.Populations.Add(new Population(
            "calls", chance.LogBetween(1e5, 1e6), new Lifetimes((0.0003, 1)),
                [new(Type(machine, "rpc"), 1), new(Zone(machine, "mbuf"), 2)]));
    }

    private static void Storage(Chance chance, Machine machine, double scale)
    {
        double blocks = machine.Memory / 4096 * chance.Between(0.05, 0.2);
        machine.Caches.Add(new KeyCache(
            "blocks", chance.LogBetween(5000, 200000) * scale, blocks,
                KeyCache.Popular(blocks * chance.LogBetween(0.5, 30), chance.Between(0.4, 1)),
            [new(Zone(machine, "arc_buf_hdr_t_full"), 1),
                new(Zone(machine, "dmu_buf_impl_t"), chance.Between(0.3, 0.8))])
        { Follows = machine.Main });
        machine.Populations.Add(new Population(
            "writes", chance.LogBetween(1e4, 1e6) * scale, new Lifetimes((0.002, 0.99), (0.05, 0.01)),
                [new(Zone(machine, "zio_cache"), 2)]));
    }

    private static void Builds(Chance chance, Machine machine, double scale)
    {
        Processes(chance, machine, "compilers", chance.LogBetween(2000, 20000) * scale,
            new Lifetimes((0.004, 0.8), (0.05, 0.2)));
        machine.Populations.Add(new Population(
            "scratch files", chance.LogBetween(1000, 30000) * scale, new Lifetimes((0.1, 0.7), (2, 0.28), (30, 0.02)),
            [new(Zone(machine, "TMPFS node"), 1), new(Zone(machine, "VM OBJECT"), 1)]));
    }
}
