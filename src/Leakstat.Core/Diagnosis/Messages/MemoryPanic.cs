using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;

namespace Leakstat.Diagnosis.Messages;

/// <summary>A panic by which the kernel gave up for want of memory, and what ended.</summary>
/// <param name="Text">Fixed part of the panic's message.</param>
/// <param name="Subject">What ended.</param>
/// <param name="Title">What happened, in one clause.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="Source">The releases that print it, and where.</param>
internal sealed record MemoryPanic(string Text, Subject Subject, string Title, string Meaning, string Source)
{
    private static readonly Subject s_memory = Subject.Host("memory");
    private static readonly Subject s_kva = Subject.Host("kva");

    /// <summary>The panics; <c>kmem_map too small</c> has a rule of its own (LS0207).</summary>
    public static ImmutableArray<MemoryPanic> All { get; } =
    [
        new(
            "no memory to grow kernel", s_memory,
            "not one page was left for the kernel's own page tables",
            "kernel memory grew until physical memory was used up: the page tables of new kernel memory need a page "
                + "at once, "
                + "and this is the last resort after swapping and killing processes did not help",
            "all releases, sys/amd64/amd64/pmap.c and those of the other platforms, pmap_growkernel"),
        new(
            "kernel resources exhausted", s_kva,
            "no entry for the kernel's map of address space could be had",
            "kernel memory was used up, or its address space is in pieces",
            "all releases, sys/vm/vm_map.c, vm_map_entry_create"),
        new(
            "increase vm.pmap.shpgperproc", Subject.Zone(KnownNames.PageMapping),
            "PV entries ran out",
            "many processes map the same memory, each with entries of its own; the limit is reckoned from "
                + "vm.pmap.shpgperproc",
            "up to 9, sys/i386/i386/pmap.c and sys/amd64/amd64/pmap.c, get_pv_entry"),
        new(
            "mb_map too small", Subject.Tunable("kern.ipc.nmbclusters"),
            "the map of mbuf clusters was full",
            "network buffers had a map of address space of their own, of kern.ipc.nmbclusters clusters of 2 KiB; later "
                + "releases refuse the request and say that mbuf clusters are exhausted",
            "2 and 3, the FAQ of 3.5; mb_map itself up to 5, sys/vm/vm_kern.c, kmem_malloc"),
        new(
            "Couldn't alloc kernel virtual memory", s_kva,
            "no kernel address space was left for a device's memory",
            "address space of the kernel ended, on 32-bit platforms mostly",
            "sys/i386/i386/pmap.c, pmap_mapdev"),
        new(
            "out of swap space", Subject.Host("swap"),
            "swap ended, and the host is set to panic then",
            "vm.panic_on_oom makes a panic of what would have killed a process",
            "11 and later, sys/vm/vm_pageout.c, vm_pageout_oom"),
    ];

    /// <summary>The panic of want that a message tells of; null for any other.</summary>
    public static MemoryPanic? Of(string message) =>
        TextOf(message) is { } text ? All.FirstOrDefault(p => text.Contains(p.Text,
            StringComparison.OrdinalIgnoreCase)) : null;

    /// <summary>
    /// What the kernel panicked with; null where the message is no panic. <c>Panic String</c> is how savecore(8)
    /// writes it into <c>info.N</c> (<c>sbin/savecore/savecore.c</c>).
    /// </summary>
    public static string? TextOf(string message) => Behind(message, "panic: ") ?? Behind(message, "Panic String: ");

    private static string? Behind(string message, string start)
    {
        int at = message.IndexOf(start, StringComparison.Ordinal);
        // A reboot's summary names it again: "Unread portion of the kernel message buffer: panic: …", "savecore: reboot
        // after panic: …".
        return at >= 0 && message.Length > at + start.Length ? message[(at + start.Length)..].Trim() : null;
    }
}
