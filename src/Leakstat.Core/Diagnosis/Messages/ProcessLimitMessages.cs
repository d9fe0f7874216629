using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// What the kernel says when a user may start no more processes (<c>fork1</c>, <c>sys/kern/kern_fork.c</c>). The older
/// text
/// is printed for the limit of the user's login class too; the newer one, which names the process, for the host's
/// alone.
/// </summary>
internal static class ProcessLimitMessages
{
    private const string Limit = "kern.maxproc";

    /// <summary>The messages, the more telling first.</summary>
    public static ImmutableArray<ExhaustionMessage> All { get; } =
    [
        OfHost(
            "maxproc limit exceeded by uid",
            "fork(2) failed: as many processes as kern.maxproc allows (all but ten of it for users), often by a "
                + "program that starts children without end") with
        {
            Also = "(pid ",
        },
        OfHost(
            "maxproc limit exceeded by uid 0,",
            "fork(2) failed even for root, whom no login class bounds: the host has as many processes as "
                + "kern.maxproc allows"),
        new(
            "maxproc limit exceeded by uid", Subject.Tunable(Limit),
            "a user reached a limit of processes: that of its login class, or the host's",
            "fork(2) failed for that user; where the host has far fewer processes than kern.maxproc it is :maxproc= "
                + "of its "
                + "class in login.conf(5), and a higher kern.maxproc changes nothing",
            "Count the user's processes, and hold them against its login class.",
            ["ps -axo user,comm | sort | uniq -c | sort -rn | head", "grep -n maxproc /etc/login.conf",
                "sysctl kern.maxproc kern.maxprocperuid"]),
    ];

    /// <summary>The host's own limit is reached, as a release says it.</summary>
    /// <param name="text">Fixed part of the message.</param>
    /// <param name="meaning">What it means.</param>
    public static ExhaustionMessage OfHost(string text, string meaning) => new(
        text, Subject.Tunable(Limit),
        "the host's limit of processes was reached",
        meaning,
        "See which user and program has the processes.",
        ["ps -axo user,comm | sort | uniq -c | sort -rn | head", "sysctl kern.maxproc kern.maxprocperuid"])
    {
        Tunable = Limit,
    };
}
