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
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        var sockets = new List<Overflows>();
        foreach (KernelMessage message in CurrentBoot.Of(context))
        {
            if (QueueOverflow.Of(message.Text) is not { } seen)
            {
                continue;
            }

            int known = sockets.FindIndex(s => s.First.Socket == seen.Socket);
            if (known < 0)
            {
                sockets.Add(new Overflows(seen, seen.Refused ?? 1, CurrentBoot.At(context, message)));
            }
            else
            {
                sockets[known] = sockets[known] with
                {
                    Refused = Arithmetic.Add(sockets[known].Refused, seen.Refused ?? 1),
                };
            }
        }

        if (sockets.Count > 0)
        {
            yield return Of(context, sockets);
        }
    }

    private Finding Of(DiagnosisCase context, List<Overflows> sockets)
    {
        string where = sockets.Count == 1 ? sockets[0].First.Socket : Display.Count(sockets.Count, "socket", "sockets");
        string limit = context.Latest.Host.Release is { Major: < 10 } ? "kern.ipc.somaxconn" : "kern.ipc.soacceptqueue";
        return new Finding
        {
            Rule = Id,
            Title = $"a program at {where} did not accept its connections in time, and more were refused: no want of "
                + "memory",
            Severity = Severity.Info,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Tunable(limit),
            Confidence = 0.9,
            Evidence =
            [
                .. sockets.Take(MostSockets).Select(s => new Evidence(
                    $"{s.First.Socket}: {Display.Count(s.First.Queued)} connections waited, {Display.Count(s.Refused)} "
                        + "or more were refused; so the program asked for a backlog of "
                        + Display.Count(s.First.Backlog),
                    s.Refused, Unit.Items, s.At)),
                new Evidence(
                    "the kernel refuses when one and a half times the backlog wait; the backlog is the program's own, "
                        + $"and {limit} only bounds what it may ask for"),
                .. context.Sysctl(limit) is { } value
                    ? [Evidence.Of($"{limit} is {Display.Count(value.Value)}", value)]
                    : ImmutableArray<Evidence>.Empty,
            ],
            Advice =
            [
                Advice.Look(
                    "See which program it is, and why it does not keep up: busy, stuck, or stopped. A longer backlog "
                        + $"is a setting of the program first; {limit} matters where it is smaller than that, and both "
                        + "count from the program's next start on.",
                    "netstat -Lan",
                    $"sysctl {limit}",
                    "sockstat -l"),
            ],
        };
    }

    /// <summary>The messages of one socket: the first of them, and the connections that all say were refused.</summary>
    private readonly record struct Overflows(QueueOverflow First, long Refused, SourceLine At);
}
