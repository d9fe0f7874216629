using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Network;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// A program got ENOBUFS. Where it asked for a socket buffer, the bound of those is too small and no mbuf is short;
/// where it sent, mbufs or the queue of an interface may be, and <c>netstat -m</c> tells which.
/// </summary>
public sealed class LS0220NoBufferSpace : IRule
{
    private const string Limit = "kern.ipc.maxsockbuf";

    /// <summary>The value advised is a multiple of this.</summary>
    private const long Step = 64 << 10;

    /// <inheritdoc/>
    public string Id => "LS0220";

    /// <inheritdoc/>
    public string Name => "No buffer space available";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (BufferSpaceMessages.Of(context) is not { } seen)
        {
            yield break;
        }

        if (seen.Sizes is { } sizes)
        {
            yield return OfSize(context, sizes, seen.Asked);
        }

        if (seen.Others is { } others)
        {
            yield return OfSending(context, others, seen.SaysCall);
        }
    }

    /// <summary>
    /// Bytes that a socket buffer may have under a limit: mbufs and clusters together must stay below it
    /// (<c>sb_max_adj</c>, <c>sys/kern/uipc_sockbuf.c</c>: MCLBYTES of MSIZE + MCLBYTES, 2048 of 2304).
    /// </summary>
    internal static long Usable(long limit) => Arithmetic.Multiply(limit / 2304, 2048) + (limit % 2304 * 2048 / 2304);

    private Finding OfSize(DiagnosisCase context, MessageGroup group, long? asked)
    {
        Reading? limit = context.Sysctl(Limit) is { Value: > 0 } read ? read : null;
        string sizes = (asked, limit) switch
        {
            ({ } size, { } most) =>
                $": {Display.Count(size)} bytes asked, {Display.Count(Usable(most.Value))} may be had",
            ({ } size, null) => $": {Display.Count(size)} bytes asked",
            _ => "",
        };
        return new Finding
        {
            Rule = Id,
            Title = $"a program asked for a larger socket buffer than {Limit} allows{sizes}; no mbufs are short by it",
            Severity = Severity.Warning,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Tunable(Limit),
            Confidence = 0.9,
            Evidence =
            [
                .. group.EvidenceOfProgram(),
                new Evidence("setsockopt(2) answers ENOBUFS where the size passes 8/9 of the limit; nothing is "
                    + "allocated at that moment"),
                .. limit is { } value
                    ? [Evidence.Of(
                        $"{Limit} is {Display.Count(value.Value)}: {Display.Count(Usable(value.Value))} bytes of it "
                            + "are for data",
                        value, Unit.Bytes)]
                    : ImmutableArray<Evidence>.Empty,
            ],
            Advice =
            [
                Advice.Look(
                    "The program goes on with the buffer it has, or ends; a smaller buffer is a setting of the program "
                        + "(so-sndbuf, --bufsize and the like).",
                    $"sysctl {Limit}"),
                .. asked is { } wanted ? Raise(context, wanted) : [],
            ],
        };
    }

    private static ImmutableArray<Advice> Raise(DiagnosisCase context, long asked)
    {
        long whole = Arithmetic.Add(asked, asked / 8 + 1);
        long value = Arithmetic.Multiply((whole / Step) + (whole % Step > 0 ? 1 : 0), Step);
        return TunableAdvice.Set(
            context,
            Limit,
            value,
            "Where the program needs a buffer of that size, raise the limit to nine eighths of it.",
            "Every socket may then take that much memory, when a program asks for it.");
    }

    private Finding OfSending(DiagnosisCase context, MessageGroup group, bool saysCall)
    {
        string orSize = saysCall ? "" : $", or a socket buffer was asked for that {Limit} does not allow";
        bool isCounted = context.Latest.Mbufs is not null || context.Latest.Zones is not null;
        ImmutableArray<MbufPoolUse> full =
        [
            .. MbufPools.Of(context.Latest)
                .Where(p => p.Fill >= LS0401MbufsNearLimit.Near || p.Denied is { Value: > 0 }),
        ];
        string cause = !isCounted
            ? $"mbufs were short, or the queue of an interface was full{orSize}: netstat -m tells which"
            : full.IsEmpty
            ? "no request for mbufs was denied, so that the queue of an interface, or a limit of sockets, was full"
                + orSize
            : $"{full[0].Items} were short";
        return new Finding
        {
            Rule = Id,
            Title = $"programs were refused buffer space: {cause}",
            Severity = isCounted ? Severity.Info : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Host("memory"),
            Confidence = isCounted ? 0.7 : 0.6,
            Evidence =
            [
                .. group.EvidenceOfProgram(),
                new Evidence("the kernel answers ENOBUFS when it has no mbuf, when the send queue of an interface is "
                    + "full (no carrier, a tunnel that is down, too high a rate), and when there are no more sockets"),
            ],
            Advice =
            [
                Advice.Look(
                    "See whether requests for mbufs were denied; if not, which interface drops what it should send, "
                        + "and how many sockets there are.",
                    "netstat -m",
                    "netstat -idn",
                    "sysctl kern.ipc.numopensockets kern.ipc.maxsockets"),
                .. saysCall
                    ? ImmutableArray<Advice>.Empty
                    : [Advice.Look(
                        "The message does not say what was tried. Where the program ends as it starts, it asked for a "
                            + "larger socket buffer than it may have.",
                        $"sysctl {Limit}")],
            ],
        };
    }
}
