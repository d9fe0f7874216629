using System.Collections.Immutable;
using System.Text;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// Finds a kernel message in the midst of a sentence: "my server says swap_pager_getswapspace(16): failed". Only
/// messages whose words nobody writes for another reason, and not where the line is the source that prints them, asks
/// for them in a log, or says that there are none.
/// </summary>
internal static class QuotedMessage
{
    /// <summary>Bytes in front of a message in which a word may say that there is no such message.</summary>
    private const int Before = 24;

    /// <summary>Bytes within which a message is whole.</summary>
    private const int LongestMessage = 240;

    /// <summary>Fixed parts in their order; <c>#</c> at the end of a part stands for a digit.</summary>
    private static readonly ImmutableArray<ImmutableArray<byte[]>> s_messages =
    [
        Of("swap_pager_getswapspace(#"), // sys/vm/swap_pager.c
        Of("swp_pager_getswapspace(#"),
        Of("swap_pager: out of swap space"),
        Of("swap zone exhausted, increase kern.maxswzone"),
        Of("swap blk zone exhausted, increase kern.maxswzone"),
        Of("swap pctrie zone exhausted, increase kern.maxswzone"),
        Of("swap reservation for #", " bytes failed"),
        Of("[zone: ", "] ", "reached"), // sys/vm/uma_core.c
        Of("Freed UMA keg (", ") was not empty ("),
        Of("Freed UMA keg was not empty (#", ").", "Lost "),
        Of("kern.ipc.nmb", " limit ", "reached"), // sys/kern/kern_mbuf.c, as people shorten it
        Of("kern.ipc.maxsockets limit ", "reached"),
        Of("pid #", " (", "), ", " was killed: "), // sys/vm/vm_pageout.c
        Of("kmem_malloc(", "): kmem_map too small"), // sys/vm/vm_kern.c; people leave the number out
        Of("kmem_malloc: kmem_map too small"), // 4 and older
        Of("kmem_map too small"),
        Of("kmem_map: too small"),
        Of("mb_map too small"),
        Of("pmap_growkernel: no memory to grow kernel"), // sys/amd64/amd64/pmap.c
        Of("no pv entries: increase vm.pmap.shpgperproc"), // sys/i386/i386/pmap.c
        Of("get_pv_entry: increase vm.pmap.shpgperproc"),
        Of("Approaching the limit on PV entries"),
        Of("vm_thread_new: kstack allocation failed"), // sys/vm/vm_glue.c
        Of("vm_thread_stack_create: kstack allocation failed"), // newer, by its __func__
        Of("sonewconn: pcb 0x", "Listen queue overflow: #"), // sys/kern/uipc_socket.c
        Of("kern.maxfiles limit exceeded by uid #"), // sys/kern/kern_descrip.c
        Of("maxproc limit exceeded by uid #"), // sys/kern/kern_fork.c
        Of("kern.ipc.maxpipekva exceeded"),
        Of("maxpipekva exceeded"), // sys/kern/sys_pipe.c
        Of("Warning: memory type ", "leaked memory on destroy (#"), // sys/kern/kern_malloc.c
        Of("pmap_collect: collecting pv entries"), // sys/i386/i386/pmap.c, 5 and older
        Of("file: table is full"), // sys/kern/subr_prf.c, tablefull; 5 and older
        Of("proc: table is full"),
        Of("swapoff: /", ": Cannot allocate memory"), // sbin/swapon/swapon.c
        Of("swap_pager: I/O error - page"), // sys/vm/swap_pager.c
        Of("swap_pager: indefinite wait buffer"),
        Of("swap_pager_force_pagein: read from swap failed"),
        Of("swp_pager_force_pagein: read from swap failed"),
        Of("syncache_socket: Socket create failed due to limits"), // sys/netinet/tcp_syncache.c
        Of("mbufs exhausted"), // sys/kern/subr_mbuf.c, 5 and older
        Of("mbuf clusters exhausted"),
    ];

    private static readonly byte[][] s_denials =
        [.. Of("no ", "not ", "never ", "without ", "n't ", "grep ", "egrep ", "instead of ")];

    private static readonly byte[][] s_source =
        [.. Of("printf(", "panic(", "log(LOG_", "KASSERT(", "%d", "%ld", "%s", "%jd", "%u", "%i")];

    /// <summary>Where in the line the message stands; empty where there is none.</summary>
    public static Range In(ReadOnlySpan<byte> line)
    {
        Range denied = default;
        int? found = null;
        foreach (ImmutableArray<byte[]> message in s_messages)
        {
            int start = line.IndexOf(message[0].AsSpan().TrimEnd("#"u8));
            int length = start < 0 ? 0 : LengthOf(line[start..], message);
            if (length == 0 || (start >= denied.Start.Value && start < denied.End.Value) || IsSource(line))
            {
                continue;
            }

            // Its last words are a message of their own further down: they are denied with it.
            if (IsDenied(line[..start]))
            {
                denied = start..(start + length);
                continue;
            }

            int panic = line[..start].LastIndexOf("panic: "u8);
            found ??= panic >= 0 && panic + "panic: ".Length == start ? panic : start;
        }

        if (found is not int begin)
        {
            return default;
        }

        int end = End(line, begin);
        return begin..(denied.Start.Value > begin ? Math.Min(end, denied.Start.Value) : end);
    }

    /// <summary>How far the fixed parts of a message reach; 0 where they are not all there.</summary>
    private static int LengthOf(ReadOnlySpan<byte> text, ImmutableArray<byte[]> parts)
    {
        ReadOnlySpan<byte> rest = text[..Math.Min(text.Length, LongestMessage)];
        foreach (byte[] part in parts)
        {
            bool takesNumber = part[^1] == '#';
            ReadOnlySpan<byte> words = takesNumber ? part.AsSpan(0, part.Length - 1) : part;
            int at = rest.IndexOf(words);
            if (at < 0 || (takesNumber && (at + words.Length >= rest.Length || !Scan.IsDigit(rest[at + words.Length]))))
            {
                return 0;
            }

            rest = rest[(at + words.Length)..];
        }

        return Math.Min(text.Length, LongestMessage) - rest.Length;
    }

    private static bool IsDenied(ReadOnlySpan<byte> before)
    {
        ReadOnlySpan<byte> near = before[Math.Max(0, before.Length - Before)..];
        foreach (byte[] word in s_denials)
        {
            bool endsWord = word[1] == '\'';
            if (near.LastIndexOf(word) is >= 0 and int at
                && (at == 0 || endsWord || !char.IsAsciiLetter((char)near[at - 1])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSource(ReadOnlySpan<byte> line)
    {
        foreach (byte[] text in s_source)
        {
            if (line.IndexOf(text) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The end of the line, or of the quotation that begins right in front of the message.</summary>
    private static int End(ReadOnlySpan<byte> line, int start)
    {
        if (start == 0 || line[start - 1] is not ((byte)'"' or (byte)'\'' or (byte)'`'))
        {
            return line.Length;
        }

        int close = line[start..].IndexOf(line[start - 1]);
        return close < 0 ? line.Length : start + close;
    }

    private static ImmutableArray<byte[]> Of(params string[] parts) => [.. parts.Select(Encoding.ASCII.GetBytes)];
}
