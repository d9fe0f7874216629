using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Messages;

/// <summary>A kernel message that says that some limit was met, and what it means.</summary>
/// <param name="Text">Fixed part of the message, in lower or upper case.</param>
/// <param name="Subject">What the finding is about.</param>
/// <param name="Title">What happened.</param>
/// <param name="Meaning">What it means, and what it does not.</param>
/// <param name="Look">What to look at before anything is raised.</param>
/// <param name="Commands">Commands that read.</param>
internal sealed record ExhaustionMessage(
    string Text, Subject Subject, string Title, string Meaning, string Look, ImmutableArray<ShellCommand> Commands)
{
    /// <summary>Tunable to raise when the use is legitimate; null where there is none.</summary>
    public string? Tunable { get; init; }

    /// <summary>Zone whose row says how near its limit is now; null where none does.</summary>
    public string? Zone { get; init; }

    /// <summary>Sysctl that counts what <see cref="Tunable"/> bounds, where no zone's fact names it.</summary>
    public string? Counter { get; init; }

    /// <summary>Another fixed part that the message must have; null for none.</summary>
    public string? Also { get; init; }

    /// <summary>
    /// Numbers of the capture that stand beside it, besides the value of <see cref="Tunable"/>; null for none.
    /// </summary>
    public Func<DiagnosisCase, ImmutableArray<Evidence>>? Beside { get; init; }

    /// <summary>
    /// Whether the pool of mbuf clusters is what ran out: whether it is over, and how its limit is raised, the pool
    /// says.
    /// </summary>
    public bool IsOfMbufs { get; init; }

    /// <summary>How much it matters; a warning unless nothing failed yet.</summary>
    public Severity Severity { get; init; } = Severity.Warning;

    /// <summary>Whether a message is this one.</summary>
    public bool Fits(string message) => message.Contains(Text, StringComparison.OrdinalIgnoreCase)
        && (Also is null || message.Contains(Also, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Every such message that no rule of its own covers. Texts from <c>sys/kern/kern_descrip.c</c>, <c>sys_pipe.c</c>,
    /// <c>vm/vm_glue.c</c>, <c>kern/uipc_socket.c</c>, <c>netpfil/ipfw/ip_fw_dynamic.c</c>; the others stand by
    /// subject.
    /// </summary>
    public static ImmutableArray<ExhaustionMessage> All { get; } =
    [
        .. SwapZoneMessages.All,
        .. FailedAllocationMessages.All,
        .. ProcessLimitMessages.All,
        .. TableMessages.All,
        SwapoffMessage.Refused,
        Files("kern.maxfiles limit exceeded by uid"),
        new(
            "maxpipekva exceeded", Subject.Tunable("kern.ipc.maxpipekva"),
            "pipes used up their share of kernel address space",
            "new pipes get small buffers or fail; it is address space, the buffers themselves can be paged out",
            "Find the process with many pipes.",
            ["fstat | awk '/ pipe /{print $2, $3}' | sort | uniq -c | sort -rn | head",
                "sysctl kern.ipc.pipekva kern.ipc.maxpipekva"])
        {
            Tunable = "kern.ipc.maxpipekva",
        },
        new(
            "swap reservation for ", Subject.Host("swap"),
            "a process was refused memory by a limit of swap reservations",
            "the limit is vm.overcommit's (bit 0: no more than there is swap, bit 1: the user's swapuse) or rctl(8)'s; "
                + "mmap(2) and the like failed with ENOMEM, and nothing need be full",
            "See what is reserved, who reserves it, and which limit is on.",
            [
                "sysctl vm.overcommit vm.swap_reserved vm.swap_total",
                "ps -axo user,vsz,comm | sort -nrk2 | head", "rctl -u",
            ])
        {
            Also = "bytes failed",
        },
        new(
            ": kstack allocation failed", Subject.Host("kva"),
            "the kernel found no address space for a thread's stack",
            "fork(2) or thread creation failed; on 64-bit platforms address space is hardly ever short, a runaway "
                + "number of threads or a leak of them is",
            "Count threads and processes, and see who creates them.",
            ["ps -axH | wc -l", "vmstat -z | grep -E '^(THREAD|PROC|kstack_cache):'", "sysctl kern.maxproc "
                + "vm.kvm_free"]),
        new(
            "New socket allocation failure: limit reached or out of memory", Subject.Tunable("kern.ipc.maxsockets"),
            "a connection was refused: no socket could be allocated",
            "the limit of sockets was reached, or memory was short at that moment",
            "See which processes hold the sockets, and whether connections stay behind that nobody closes.",
            ["sockstat | awk 'NR > 1 {print $2, $3}' | sort | uniq -c | sort -rn | head",
                "netstat -an | awk '{print $6}' | sort | uniq -c",
                "sysctl kern.ipc.numopensockets kern.ipc.maxsockets"])
        {
            Tunable = "kern.ipc.maxsockets",
        },
        IpfwStates("consider increasing net.inet.ip.fw.dyn_max"),
        IpfwStates("install_state: Too many dynamic rules"),
    ];

    /// <summary>The table of open files is full, as a release says it.</summary>
    /// <param name="text">Fixed part of the message.</param>
    public static ExhaustionMessage Files(string text) => new(
        text, Subject.Tunable("kern.maxfiles"),
        "the table of open files was full",
        "open(2), socket(2) and the like failed with ENFILE; one process with a descriptor leak is the usual cause",
        "Find the process with the most open files.",
        [
            "fstat | awk 'NR > 1 {print $2, $3}' | sort | uniq -c | sort -rn | head",
            "sysctl kern.openfiles kern.maxfiles kern.maxfilesperproc",
        ])
    {
        Tunable = "kern.maxfiles",
    };

    /// <summary>The table of ipfw's dynamic states is full, as a release says it.</summary>
    private static ExhaustionMessage IpfwStates(string text) => new(
        text, Subject.Tunable("net.inet.ip.fw.dyn_max"),
        "ipfw could not keep the state of a new connection",
        "the number of dynamic states reached its limit; new connections that need one are dropped",
        "See whether the states follow the number of connections or stay behind.",
        ["sysctl net.inet.ip.fw.dyn_count net.inet.ip.fw.dyn_max", "ipfw -d list | wc -l"])
    {
        Tunable = "net.inet.ip.fw.dyn_max",
        Counter = "net.inet.ip.fw.dyn_count",
    };
}
