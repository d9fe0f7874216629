using System.Text;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// Messages whose end is known, as the kernel's sources print them: the texts between what changes from one to the
/// next. They tell a message that was broken over several lines from two messages.
/// </summary>
internal static class MessageTemplate
{
    /// <summary>Source beside each; <c>*</c> stands for anything.</summary>
    private static readonly byte[][][] s_templates =
    [
        Of("Warning: memory type *leaked memory on destroy (*bytes leaked)"), // sys/kern/kern_malloc.c, malloc_uninit
        Of("Freed UMA keg (*) was not empty (*items).*Lost *pages of memory."), // sys/vm/uma_core.c, keg_dtor
        Of("Freed UMA keg was not empty (*items).*Lost *pages of memory."), // the same, older
        Of("[zone: *] *limit reached"), // sys/vm/uma_core.c, uma_zone_set_warning
        Of("pid *(*), *was killed: *out of swap space"), // sys/vm/vm_pageout.c, before 13
        Of("pid *(*), *was killed: *failed to reclaim memory"), // sys/vm/vm_pageout.c
        Of("pid *(*), *was killed: *a thread waited too long to allocate a page"), // sys/vm/vm_pageout.c
        Of("pid *(*), *exited on signal "), // sys/kern/kern_sig.c, sigexit
        Of("swap_pager: out of swap space"), // sys/vm/swap_pager.c
        Of("swap_pager: indefinite wait buffer: *size: "), // sys/vm/swap_pager.c
        Of("swap_pager_getswapspace(*): failed"), // sys/vm/swap_pager.c
        Of("swp_pager_getswapspace(*): failed"), // sys/vm/swap_pager.c, from 12.2
        Of("swap zone exhausted, increase kern.maxswzone"), // sys/vm/swap_pager.c, before 12
        Of("swap blk zone exhausted, increase kern.maxswzone"), // sys/vm/swap_pager.c
        Of("swap pctrie zone exhausted, increase kern.maxswzone"), // sys/vm/swap_pager.c
        Of(
            "warning: total configured swap (*pages) exceeds maximum recommended amount "
                + "(*pages)."), // sys/vm/swap_pager.c
        Of("warning: increase kern.maxswzone or reduce amount of swap."), // sys/vm/swap_pager.c
        Of("kmem_malloc(*): kmem_map too small: *total allocated"), // sys/vm/vm_kern.c, before 10
        Of("panic: kmem_malloc(*): kmem_map too small: *total allocated"), // sys/vm/vm_kern.c, before 10
        Of("panic: kmem_malloc: kmem_map too small"), // the same, 4 and older
        Of("panic: kmem_map too small"),
        Of("swap_pager: I/O error - page*failed*, error "), // sys/vm/swap_pager.c
        Of("syncache_socket: Socket create failed due to limits or memory shortage"), // sys/netinet/tcp_syncache.c
        Of("panic: pmap_growkernel: no memory to grow kernel"), // sys/amd64/amd64/pmap.c
        Of("panic: vm_map_entry_create: kernel resources exhausted"), // sys/vm/vm_map.c
        Of("All mbufs or mbuf clusters exhausted, please see tuning(7)."), // sys/kern/subr_mbuf.c, 5
        Of("[fib_algo] *rebuild failed"), // sys/net/route/fib_algo.c
        Of("[fib_algo] *algo instance setup failed, failures="), // sys/net/route/fib_algo.c
        Of("Approaching the limit on PV entries, *tunable."), // sys/amd64/amd64/pmap.c
        Of("kern.ipc.maxpipekva exceeded; see tuning(7)"), // sys/kern/sys_pipe.c
        Of("kern.maxfiles limit exceeded by uid *, *tuning(7)."), // sys/kern/kern_descrip.c
        Of("maxproc limit exceeded by uid *login.conf(5)"), // sys/kern/kern_fork.c
        Of("sonewconn: pcb *Listen queue overflow: *occurrences)"), // sys/kern/uipc_socket.c
        Of("sonewconn: pcb *Listen queue overflow: *queue awaiting acceptance"), // the same, 9 and before
        Of("uid *, pid *: swap reservation for *bytes failed"), // sys/vm/swap_pager.c
        Of("vm_thread_*: kstack allocation failed"), // sys/vm/vm_glue.c
    ];

    /// <summary>How far a message has come: whole, begun as one of these and not at its end, or another.</summary>
    public static BrokenState StateOf(ReadOnlySpan<byte> message)
    {
        BrokenState best = message.IsEmpty ? BrokenState.Open : BrokenState.Other;
        foreach (byte[][] template in s_templates)
        {
            switch (StateOf(message, template))
            {
                case BrokenState.Whole:
                    return BrokenState.Whole;
                case BrokenState.Open:
                    best = BrokenState.Open;
                    break;
                default:
                    break;
            }
        }

        return best;
    }

    private static BrokenState StateOf(ReadOnlySpan<byte> message, byte[][] pieces)
    {
        ReadOnlySpan<byte> start = pieces[0];
        if (message.Length < start.Length)
        {
            // A word at least, so that not every line is the start of something.
            return start.StartsWith(message) && message.Length >= FirstWord(start).Length
                ? BrokenState.Open
                : BrokenState.Other;
        }

        if (!message.StartsWith(start))
        {
            return BrokenState.Other;
        }

        // Two messages of one kind are not one.
        ReadOnlySpan<byte> rest = message[start.Length..];
        if (rest.IndexOf(start) >= 0)
        {
            return BrokenState.Other;
        }

        for (int i = 1; i < pieces.Length; i++)
        {
            int at = rest.IndexOf(pieces[i]);
            if (pieces[i][0] == ')' && IsClosedOtherwise(at < 0 ? rest : rest[..at], pieces[i]))
            {
                return BrokenState.Other;
            }

            if (at < 0)
            {
                return BrokenState.Open;
            }

            rest = rest[(at + pieces[i].Length)..];
        }

        return BrokenState.Whole;
    }

    /// <summary>
    /// Whether what stands in brackets ends there, but with something else behind: <c>pid 30 (zpool) is attempting</c>
    /// is not the beginning of <c>pid 30 (zpool), jid 0, uid 0, was killed</c>. The end of a line may stand in between.
    /// </summary>
    private static bool IsClosedOtherwise(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end)
    {
        int close = text.IndexOf((byte)')');
        return close >= 0 && !end.StartsWith(text[close..Math.Min(text.Length, close + end.Length)]);
    }

    private static ReadOnlySpan<byte> FirstWord(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)' ');
        return end < 0 ? text : text[..end];
    }

    private static byte[][] Of(string template) => [.. template.Split('*').Select(Encoding.ASCII.GetBytes)];
}
