using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// A program did not accept its connections and the kernel refused more. No memory is short: told, since people take
/// the message for one about a limit of the kernel.
/// </summary>
public sealed class LS0218ListenQueueFull : IRule
{
    private const int MostSockets = 4;

    /// <inheritdoc/>
    public string Id => "LS0218";

    /// <inheritdoc/>
    public string Name => "Connections that a program did not accept";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [new(
        "dmesg, netstat -Lan or netstat -s",
        c => c.Latest.Messages is not null || c.Latest.Table<ListenQueues>() is not null)];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (ListenQueueOverflows.Of(context) is { } seen)
        {
            yield return Of(context, seen);
        }
    }

    private Finding Of(DiagnosisCase context, ListenQueueOverflows seen)
    {
        // The older name is an alias from 10 on; the one that the capture shows is the one that was asked for.
        string limit = context.Sysctl("kern.ipc.soacceptqueue") is null
            && (context.Latest.Host.IsBefore(10) || context.Sysctl("kern.ipc.somaxconn") is not null)
            ? "kern.ipc.somaxconn"
            : "kern.ipc.soacceptqueue";
        return new Finding
        {
            Rule = Id,
            Title = Title(seen),
            Severity = Severity.Info,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Tunable(limit),
            Confidence = 0.9,
            Evidence = EvidenceOf(context, seen, limit),
            Advice =
            [
                Advice.Look(
                    "See which program it is, and why it does not keep up: busy, stuck, or stopped. A longer backlog "
                        + $"is a setting of the program first; {limit} matters where it is smaller than that, and both "
                        + "count from the program's next start on.",
                    "netstat -Lan",
                    $"sysctl {limit}",
                    "sockstat -l"),
                .. seen.Failed is null
                    ? ImmutableArray<Advice>.Empty
                    : [Advice.Look(
                        "Where no queue is full, see whether sockets are at their limit.",
                        "sysctl kern.ipc.numopensockets kern.ipc.maxsockets")],
            ],
        };
    }

    private static string Title(ListenQueueOverflows seen)
    {
        if (!seen.Sockets.IsEmpty)
        {
            string where = seen.Sockets.Length == 1
                ? seen.Sockets[0].First.Socket
                : Display.Count(seen.Sockets.Length, "socket", "sockets");
            return $"a program at {where} did not accept its connections in time, and more were refused: no want of "
                + "memory";
        }

        if (seen.Full is [var fullest, ..])
        {
            return $"a program{Place(fullest)} does not accept its connections in time: "
                + $"{Display.Count(fullest.Waiting)} wait, its backlog is {Display.Count(fullest.Backlog)}; no want of "
                + "memory";
        }

        return seen.Counted is { } counted
            ? $"{Display.Count(counted.Value)} connections were refused since boot because programs did not accept "
                + "those before them: no want of memory"
            : "connections were refused: a program did not accept those before them, or no socket could be had";
    }

    private static string Place(ListeningSocket queue) => queue.Address.Length > 0 ? $" at {queue.Address}" : "";

    private static ImmutableArray<Evidence> EvidenceOf(
        DiagnosisCase context, ListenQueueOverflows seen, string limit)
    {
        Reading? most = context.Sysctl(limit);
        return
        [
            .. seen.Sockets.Take(MostSockets).Select(s => new Evidence(
                $"{s.First.Socket}: {Display.Count(s.First.Queued)} connections waited, {Display.Count(s.Refused)} "
                    + "or more were refused; so the program asked for a backlog of "
                    + Display.Count(s.First.Backlog),
                s.Refused, Unit.Items, s.At)),
            .. seen.Full.Take(MostSockets).Select(q => new Evidence(
                $"{(q.Address.Length > 0 ? q.Address : "a socket")}: {Display.Count(q.Waiting)} connections wait, the "
                    + $"program's backlog is {Display.Count(q.Backlog)}",
                q.Waiting, Unit.Items, q.At)),
            .. seen.Failed?.Evidence() ?? [],
            .. seen.Counted is { } counted
                ? [Evidence.Of($"{Display.Count(counted.Value)} listen queue overflows since boot", counted)]
                : ImmutableArray<Evidence>.Empty,
            new Evidence(
                "the kernel refuses when one and a half times the backlog wait; the backlog is the program's own, "
                    + $"and {limit} only bounds what it may ask for"),
            .. most is { } value
                ? [Evidence.Of($"{limit} is {Display.Count(value.Value)}", value)]
                : ImmutableArray<Evidence>.Empty,
        ];
    }
}
