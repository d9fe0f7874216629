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
        new(
            "file: table is full", Subject.Tunable("kern.maxfiles"),
            "the table of open files was full",
            "open(2), socket(2) and the like failed with ENFILE; one process with a descriptor leak is the usual cause",
            "Find the process with the most open files before the limit is raised.",
            ["sysctl kern.openfiles kern.maxfiles kern.maxfilesperproc", "fstat | awk '{print $2, $3}' | sort | uniq "
                + "-c | sort -rn | head"])
        {
            Tunable = "kern.maxfiles",
        },
        new(
            "proc: table is full", Subject.Tunable("kern.maxproc"),
            "the host's limit of processes was reached",
            "fork(2) failed: as many processes as kern.maxproc allows, often by a program that starts children without "
                + "end; the text is one of FreeBSD 5 and older",
            "See which user and program has the processes before a limit is raised.",
            ["ps -axo user,comm | sort | uniq -c | sort -rn | head", "sysctl kern.maxproc kern.maxprocperuid"])
        {
            Tunable = "kern.maxproc",
        },
        new(
            "collecting pv entries", Subject.Zone(KnownNames.PageMapping),
            "PV entries ran short: the kernel took down page mappings to get some back",
            "many processes map the same memory, each with entries of its own; the limit is reckoned from "
                + "vm.pmap.shpgperproc in loader.conf (200 where nothing sets it), in older kernels the option "
                + "PMAP_SHPGPERPROC; the text is one of FreeBSD 5 and older, said five times at most",
            "Look first for many processes that map the same large memory, such as those of a web or database server; "
                + "where they are wanted, double the limit.",
            ["sysctl vm.pmap.shpgperproc", "ps -axo pid,vsz,rss,comm | sort -nrk3 | head"]),
    ];
}
