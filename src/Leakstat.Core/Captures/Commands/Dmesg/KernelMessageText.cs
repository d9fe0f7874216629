namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// How kernel messages are told from other text: by what the kernel's sources print and hardly anyone else writes.
/// </summary>
internal static class KernelMessageText
{
    /// <summary>Start of a message, and a text that must follow in it; none where the start is enough.</summary>
    private static readonly (byte[] Start, byte[] Later)[] Distinctive =
    [
        ("Warning: memory type "u8.ToArray(), "leaked memory on destroy"u8.ToArray()),
        ("Freed UMA keg ("u8.ToArray(), []),
        ("Freed UMA keg was not empty ("u8.ToArray(), []),
        ("ipfw: "u8.ToArray(), "install_state: Too many dynamic rules"u8.ToArray()),
        ("install_state: Too many dynamic rules"u8.ToArray(), []),
        ("[zone: "u8.ToArray(), "]"u8.ToArray()),
        ("swap_pager: "u8.ToArray(), []),
        ("swap_pager_getswapspace("u8.ToArray(), []),
        ("swp_pager_getswapspace("u8.ToArray(), []),
        ("swap zone exhausted"u8.ToArray(), []),
        ("swap blk zone exhausted"u8.ToArray(), []),
        ("swap pctrie zone exhausted"u8.ToArray(), []),
        ("warning: increase kern.maxswzone"u8.ToArray(), []),
        ("pid "u8.ToArray(), " was killed: "u8.ToArray()),
        ("pid "u8.ToArray(), " exited on signal "u8.ToArray()),
        ("kmem_malloc("u8.ToArray(), []),
        ("kmem_malloc: "u8.ToArray(), []),
        ("pmap_collect: collecting pv entries"u8.ToArray(), []),
        ("file: table is full"u8.ToArray(), []),
        ("proc: table is full"u8.ToArray(), []),
        ("swapoff: /"u8.ToArray(), ": Cannot allocate memory"u8.ToArray()),
        ("swap_pager_force_pagein: "u8.ToArray(), []),
        ("swp_pager_force_pagein: "u8.ToArray(), []),
        ("TCP: ["u8.ToArray(), "ocket create failed due to limits"u8.ToArray()),
        ("syncache_socket: Socket create failed"u8.ToArray(), []),
        ("tcp_input: Listen socket: Socket allocation failed"u8.ToArray(), []),
        ("panic: "u8.ToArray(), []),
        ("Panic String: "u8.ToArray(), []),
        ("uid "u8.ToArray(), ": swap reservation for "u8.ToArray()),
        ("swap reservation for "u8.ToArray(), " bytes failed"u8.ToArray()),
        ("pmap_growkernel: no memory to grow kernel"u8.ToArray(), []),
        ("no pv entries: increase "u8.ToArray(), []),
        ("get_pv_entry: increase "u8.ToArray(), []),
        ("kern.maxpipekva exceeded"u8.ToArray(), []),
        ("maxpipekva exceeded"u8.ToArray(), []),
        ("kern.ipc.nmb"u8.ToArray(), "reached"u8.ToArray()),
        ("mbufs exhausted"u8.ToArray(), []),
        ("mbuf clusters exhausted"u8.ToArray(), []),
        ("Approaching the limit on PV entries"u8.ToArray(), []),
        ("sonewconn: "u8.ToArray(), []),
        ("kern.ipc.maxpipekva exceeded"u8.ToArray(), []),
        ("kern.maxfiles limit exceeded"u8.ToArray(), []),
        ("maxproc limit exceeded"u8.ToArray(), []),
        ("warning: total configured swap ("u8.ToArray(), []),
        ("collecting pv entries -- "u8.ToArray(), []),
        ("Memory modified after free"u8.ToArray(), []),
        ("Most recently used by "u8.ToArray(), []),
        ("WARNING: / was not properly dismounted"u8.ToArray(), []),
        ("Trying to mount root from "u8.ToArray(), []),
        ("real memory  = "u8.ToArray(), []),
        ("avail memory = "u8.ToArray(), []),
        ("FreeBSD is a registered trademark"u8.ToArray(), []),
        ("ZFS filesystem version"u8.ToArray(), []),
        ("ZFS storage pool version"u8.ToArray(), []),
        ("Fatal trap "u8.ToArray(), []),
        ("kernel trap "u8.ToArray(), []),
        ("KDB: "u8.ToArray(), []),
        ("All mbufs "u8.ToArray(), "exhausted"u8.ToArray()),
        ("All mbuf clusters exhausted"u8.ToArray(), []),
        ("Out of mbuf "u8.ToArray(), []),
        ("[fib_algo] "u8.ToArray(), []),
        ("Limiting open port RST response"u8.ToArray(), []),
        ("Limiting icmp "u8.ToArray(), []),
    ];

    private static readonly byte[][] Inside =
    [
        "kstack allocation failed"u8.ToArray(),
        "could not load firmware image"u8.ToArray(),
        "link state changed to "u8.ToArray(),
        "watchdog timeout"u8.ToArray(),
        "could not setup receive structures"u8.ToArray(),
        "Could not setup receive structures"u8.ToArray(),
        "no memory for std Rx buffers"u8.ToArray(),
        "no memory for jumbo buffers"u8.ToArray(),
        "no memory for Rx buffers"u8.ToArray(),
        "no memory for rx buffers"u8.ToArray(),
    ];

    // Few words, which sentences use as well: nothing but a colon or the like may follow them.
    private static readonly byte[][] Closed = ["kmem_map too small"u8.ToArray(), "mb_map too small"u8.ToArray()];

    /// <summary>Whether this is the first line of a message buffer.</summary>
    public static bool StartsBuffer(ReadOnlySpan<byte> message) =>
        message.StartsWith("---<<BOOT>>---"u8)
        || (message.StartsWith("Copyright (c) 1992"u8) && message.IndexOf("The FreeBSD Project"u8) >= 0);

    /// <summary>Whether nothing but the kernel says this.</summary>
    public static bool IsDistinctive(ReadOnlySpan<byte> message)
    {
        foreach ((byte[] start, byte[] later) in Distinctive)
        {
            if (message.StartsWith(start) && (later.Length == 0 || message[start.Length..].IndexOf(later) >= 0))
            {
                return true;
            }
        }

        foreach (byte[] text in Closed)
        {
            if (message.StartsWith(text) && (message.Length == text.Length || message[text.Length] != (byte)' '))
            {
                return true;
            }
        }

        foreach (byte[] text in Inside)
        {
            // A message names its device or process first; far inside a line it is quoted in prose.
            if (message[..Math.Min(message.Length, 80)].IndexOf(text) is >= 0 and < 48)
            {
                return true;
            }
        }

        return false;
    }
}
