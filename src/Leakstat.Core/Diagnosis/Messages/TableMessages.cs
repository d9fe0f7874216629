using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// What FreeBSD 5 and older say when a table is full (<c>tablefull</c>, <c>sys/kern/subr_prf.c</c>), or PV entries
/// are being collected (<c>pmap_collect</c>, <c>sys/i386/i386/pmap.c</c>).
/// </summary>
internal static class TableMessages
{
    /// <summary>The messages.</summary>
    public static ImmutableArray<ExhaustionMessage> All { get; } =
    [
        ExhaustionMessage.Files("file: table is full"),
        ProcessLimitMessages.OfHost(
            "proc: table is full",
            "fork(2) failed: as many processes as kern.maxproc allows, often by a program that starts children without "
                + "end; the text is one of FreeBSD 5 and older"),
        new(
            "collecting pv entries", Subject.Zone(KnownNames.PageMapping),
            "PV entries ran short: the kernel took down page mappings to get some back",
            "many processes map the same memory, each with entries of its own; the limit is reckoned from "
                + "vm.pmap.shpgperproc in loader.conf (200 where nothing sets it), in older kernels the option "
                + "PMAP_SHPGPERPROC; the text is one of FreeBSD 5 and older, said five times at most",
            "Look first for many processes that map the same large memory, such as those of a web or database server.",
            ["ps -axo pid,vsz,rss,comm | sort -nrk3 | head", "sysctl vm.pmap.shpgperproc"]),
    ];
}
