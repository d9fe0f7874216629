using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// What the kernel says when an allocation failed that may not wait. Only texts whose want is memory: "could not
/// allocate" is
/// said of I/O ports and interrupts on healthy hosts too.
/// </summary>
internal static class FailedAllocationMessages
{
    private const string Clusters = "kern.ipc.nmbclusters";

    private static readonly ImmutableArray<ShellCommand> s_memory =
        ["sysctl vm.stats.vm.v_free_count vm.stats.vm.v_free_min vm.stats.vm.v_pdshortfalls", "vmstat -z", "vmstat -m"];

    private static readonly ImmutableArray<ShellCommand> s_mbufs = ["netstat -m", "vmstat -z | grep -E '^mbuf'"];

    /// <summary>
    /// The messages. Sources: <c>sys/net/route/fib_algo.c</c>, drivers under <c>sys/dev</c>, 4.x and 5.x
    /// <c>sys/kern/subr_mbuf.c</c>.
    /// </summary>
    public static ImmutableArray<ExhaustionMessage> All { get; } =
    [
        Routes("table rebuild failed"),
        Routes("sync rebuild failed"),
        Routes("algo instance setup failed"),
        Routes("error attaching datapath"),
        Receive("could not setup receive structures"),
        Receive("no memory for std rx buffers"),
        Receive("no memory for jumbo buffers"),
        Receive("no memory for rx buffers"),
        Mbufs("mbuf clusters exhausted"),
        Mbufs("mbufs exhausted"),
        Mbufs("Out of mbuf address space"),
        Mbufs("Out of mbuf clusters - "),
    ];

    private static ExhaustionMessage Routes(string text) => new(
        text, Subject.Host("memory"),
        "the kernel could not rebuild its table of routes",
        "the new lookup table needs a large block at once and may not wait for it; packets go on by the old table, "
            + "so that "
            + "new routes are not followed",
        "See whether memory was short at that time, and how many routes there are.",
        [.. s_memory, "netstat -rn | wc -l", "sysctl net.route.algo"])
    {
        Also = "fib_algo",
    };

    private static ExhaustionMessage Receive(string text) => new(
        text, Subject.Tunable(Clusters),
        "a network driver could not get buffers for its receive rings",
        "the interface does not come up, or receives nothing: the rings take their mbuf clusters at once, one set "
            + "for each "
            + "queue and processor, and the limit was too small for all of them",
        "Hold the clusters in use and the limit against the rings of all interfaces.",
        s_mbufs)
    {
        Tunable = Clusters,
    };

    private static ExhaustionMessage Mbufs(string text) => new(
        text, Subject.Tunable(Clusters),
        "network buffers ran out",
        "packets were dropped and connections stood still until buffers were given back; the text is one of FreeBSD "
            + "5 and older",
        "See what holds the mbuf clusters.",
        ["netstat -m", "netstat -an"])
    {
        Tunable = Clusters,
        IsOfMbufs = true,
    };
}
