using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Network;
using Leakstat.Diagnosis.Owners;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The kernel said that a zone reached its limit (<c>[zone: X] … limit reached</c>).</summary>
public sealed class LS0204ZoneLimitMessage : IRule
{
    /// <summary>Share of the limit at which the zone is still considered full.</summary>
    private const double StillFull = 0.95;

    /// <inheritdoc/>
    public string Id => "LS0204";

    /// <inheritdoc/>
    public string Name => "Zone limit reached";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        foreach ((string zone, MessageGroup group) in MessageGroup.By(context, ZoneOf))
        {
            yield return Of(context, zone, group);
        }
    }

    /// <summary><c>sys/vm/uma_core.c</c> prints it at most once per 300 s and zone.</summary>
    private static string? ZoneOf(string text) =>
        !text.Contains("reached", StringComparison.Ordinal) ? null
        : MessageText.TryBetween(text, "[zone: ", "] ", out string? zone) && zone.Length > 0 ? zone
        : ZoneOfLimit(text);

    /// <summary>People leave the zone out and keep the limit, which belongs to one zone.</summary>
    private static string? ZoneOfLimit(string text)
    {
        foreach (ZoneFact fact in ZoneFacts.All)
        {
            int at = fact.Warns is { } limit ? text.IndexOf(limit, StringComparison.Ordinal) : -1;
            if (at >= 0 && text.AsSpan(at + fact.Warns!.Length) is [' ', ..] and var rest
                && rest.TrimStart().StartsWith("limit ", StringComparison.Ordinal))
            {
                return fact.Name;
            }
        }

        return null;
    }

    private Finding Of(DiagnosisCase context, string zone, MessageGroup group)
    {
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.AddRange(group.Evidence());
        LimitMetAgain? again = LimitMetAgain.Of(context, group.Counted);
        evidence.AddRange(again?.Evidence() ?? []);
        Severity severity = Severity.Warning;
        long bytes = 0;
        bool isPast = false, isKnown = false;
        if (context.Latest.Zones is { } table && table.Find(zone) is { } row)
        {
            bytes = Arithmetic.Multiply(Math.Max(row.Used, 0), row.Size);
            double share = row.Limit > 0 ? (double)row.Used / row.Limit : 0;
            string now = row.Limit > 0
                ? $"{Display.Count(row.Used)} of {Display.Count(row.Limit)} in use at the capture "
                    + $"({Display.Percent(share)})"
                : $"{Display.Count(row.Used)} in use at the capture, no limit";
            severity = share >= StillFull ? Severity.Critical : Severity.Warning;
            isKnown = row.Limit > 0;
            isPast = isKnown && severity == Severity.Warning;
            evidence.Add(new Evidence(
                severity == Severity.Critical || again is not null
                    ? now
                    : $"{now}: the limit was reached earlier, not now",
                row.Used, Unit.Items, table.At(row)));
        }

        Subject subject = Subject.Zone(zone);
        return new Finding
        {
            Rule = Id,
            Title = severity == Severity.Critical
                ? $"zone {zone} is at its limit, the kernel says: {Limit(group.First)}"
                : $"zone {zone} reached its limit since boot{(again is null ? "" : ", again and again")}: "
                    + Limit(group.First),
            Severity = severity,
            Verdict = Verdict.Exhaustion,
            Subject = subject,
            Confidence = 0.95,
            IsPast = isPast && again is null,
            MayBePast = !isKnown && again is null,
            IsMetAgain = again is not null && severity != Severity.Critical,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, subject),
            Advice = Advise(context, zone, group.First),
            BytesAtStake = bytes,
        };
    }

    /// <summary>What the kernel says behind the zone; of a message in a sentence the words up to its end.</summary>
    private static string Limit(string message)
    {
        int zone = message.IndexOf("] ", StringComparison.Ordinal);
        if (zone >= 0)
        {
            return message[(zone + 2)..];
        }

        int start = Math.Max(0, message.IndexOf("kern.ipc.", StringComparison.Ordinal));
        int end = message.IndexOf("reached", start, StringComparison.Ordinal);
        return end < 0 ? message[start..] : message[start..(end + "reached".Length)];
    }

    private static ImmutableArray<Advice> Advise(DiagnosisCase context, string zone, string message)
    {
        var advice = ImmutableArray.CreateBuilder<Advice>();
        advice.Add(Advice.Look(
            "See whether the zone's use falls when the load does; when it does not, something holds on to the items, "
                + "and a "
                + "higher limit only delays the next message. The message names the limit, not the culprit: many may "
                + "share it.",
            $"vmstat -z | grep -F {ShellWord.Operand(zone + ":")}",
            "netstat -m"));
        if (TunableIn(message) is { } limit
            && MbufPools.Of(context.Latest).FirstOrDefault(p => p.LimitName == limit) is { Limit: not null } pool)
        {
            // One value for one setting: that of LS0401, which knows what the kernel keeps for mbufs.
            advice.AddRange(MbufAdvice.Raise(context, pool, holderSuspected: false));
            advice.AddRange(MbufAdvice.MoreMemory(context, pool));
        }
        else if (TunableIn(message) is { } tunable && context.Sysctl(tunable) is { Value: > 0 and < 1L << 40 } current)
        {
            advice.AddRange(TunableAdvice.Set(
                context, tunable,
                current.Value * 2,
                $"When the use follows the load, double the limit (now {Display.Count(current.Value)}).",
                "More kernel memory may be used, as far as the load asks for it; if the growth is a leak this hides "
                    + "it for a while."));
        }
        else if (message.Contains("PF ", StringComparison.Ordinal))
        {
            advice.Add(PfAdvice(message));
        }

        return advice.ToImmutable();
    }

    /// <summary>The tunable that the kernel's text names; null where it names none that is known.</summary>
    private static string? TunableIn(string message) =>
        Limit(message).Split(' ') is [var name, ..]
            && name.Contains('.', StringComparison.Ordinal)
            && TunableTable.BuiltIn.Knows(name)
            ? name
            : null;

    private static Advice PfAdvice(string message)
    {
        (string what, string line) = message switch
        {
            _ when message.Contains("source nodes", StringComparison.Ordinal) => (
                "source nodes", "set limit src-nodes 20000"),
            _ when message.Contains("frag", StringComparison.Ordinal) => ("fragments", "set limit frags 10000"),
            _ => ("states", "set limit states 200000"),
        };
        return new Advice
        {
            Kind = "config",
            Text = $"pf's limit of {what} is a line of its rule set. See the limits and the counts first; when the "
                + "count follows the traffic, set the limit to twice the peak (the line shows twice the default).",
            Commands = ["pfctl -sm", "pfctl -si"],
            Persist = new PersistentLine("/etc/pf.conf", line),
            Risk = "Takes effect when the rules are loaded (service pf reload); more kernel memory may be used.",
            Revert = "Put the old line back and load the rules again.",
        };
    }
}
