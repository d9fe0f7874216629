using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Limits;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Network;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Kernel messages about other limits (<see cref="ExhaustionMessage.All"/>).</summary>
public sealed class LS0213OtherLimitMessages : IRule
{
    /// <summary>Share of a limit below which it is said to be past.</summary>
    private const double Far = 0.5;

    /// <inheritdoc/>
    public string Id => "LS0213";

    /// <inheritdoc/>
    public string Name => "Other limits in kernel messages";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        var bySubject = new Dictionary<Subject, (ExhaustionMessage Meaning, List<Evidence> Evidence)>();
        var order = new List<Subject>();
        foreach ((_, MessageGroup group) in MessageGroup.By(context, Match))
        {
            ExhaustionMessage meaning = ExhaustionMessage.All.First(m => m.Fits(group.First));
            if (!bySubject.TryGetValue(meaning.Subject, out (ExhaustionMessage Meaning, List<Evidence> Evidence) entry))
            {
                entry = (meaning, []);
                bySubject.Add(meaning.Subject, entry);
                order.Add(meaning.Subject);
            }

            entry.Evidence.AddRange(group.Evidence());
        }

        foreach (Subject subject in order)
        {
            (ExhaustionMessage meaning, List<Evidence> evidence) = bySubject[subject];
            (Evidence? now, bool isFar, bool isNear) = UseNow(context, meaning);
            yield return new Finding
            {
                Rule = Id,
                Title = meaning.Title,
                Severity = meaning.Severity,
                Verdict = Verdict.Exhaustion,
                Subject = subject,
                Confidence = 0.9,
                MayBePast = !isFar && !isNear && (!meaning.IsOfMbufs || MbufPools.ClusterFill(context.Latest) is null),
                IsPast = isFar || (meaning.IsOfMbufs && MbufPools.IsClusterPoolFree(context.Latest)),
                Evidence =
                [
                    .. evidence, new Evidence(meaning.Meaning), .. now is null ? Current(context, meaning) : [now],
                    .. meaning.Beside?.Invoke(context) ?? [],
                ],
                Advice = Advise(context, meaning),
            };
        }
    }

    private static string? Match(string text) =>
        ExhaustionMessage.All.FirstOrDefault(m => m.Fits(text))?.Text;

    /// <summary>
    /// How much of the limit is in use at the capture, and whether that is far from it, or near: between the two the
    /// next burst may meet it, and nothing tells.
    /// </summary>
    private static (Evidence? Evidence, bool IsFar, bool IsNear) UseNow(
        DiagnosisCase context, ExhaustionMessage meaning)
    {
        if (meaning.Zone is { } zone && context.Latest.Zones is { } table && table.Find(zone) is { } row)
        {
            return Of(row.Used, row.Limit, $"items of zone {zone}", table.At(row));
        }

        foreach (ZoneFact fact in ZoneFacts.All)
        {
            if (fact.CountedLimit is { } limit && limit.Sysctl == meaning.Tunable
                && (BoundReading.Count(context, fact.Name, limit) ?? Items(fact.Name, limit)) is { } count
                && context.Sysctl(limit.Sysctl) is { Value: > 0 } most)
            {
                return Of(count.Value, most.Value, limit.Objects, count.At);
            }
        }

        return meaning is { Counter: { } counter, Tunable: { } bound } && context.Sysctl(counter) is { } counted
            && context.Sysctl(bound) is { } all
                ? Of(counted.Value, all.Value, $"by {counter}", counted.At)
                : default;

        // Each is an item of the zone, which keeps hardly any that are none.
        Reading? Items(string name, CountedLimit limit) =>
            !limit.IsBytes && context.Latest.Zones is { } zones && zones.Find(name) is { } items
                ? new Reading(items.Used, zones.At(items))
                : null;

        static (Evidence?, bool, bool) Of(long used, long most, string what, SourceLine at)
        {
            if (most <= 0)
            {
                return default;
            }

            double share = (double)used / most;
            bool isFar = share < Far;
            return (
                new Evidence(
                    $"{Display.Count(used)} of {Display.Count(most)} {what} at the capture "
                        + $"({Display.Percent(share)})"
                        + (isFar ? ": far from the limit now" : ""),
                    used, Unit.Items, at),
                isFar,
                share >= LS0202ZoneNearLimit.Near);
        }
    }

    private static ImmutableArray<Evidence> Current(DiagnosisCase context, ExhaustionMessage meaning) =>
        meaning.Tunable is { } name && context.Sysctl(name) is { } value
            ? [Evidence.Of($"{name} is {Display.Count(value.Value)}", value)]
            : [];

    private static ImmutableArray<Advice> Advise(DiagnosisCase context, ExhaustionMessage meaning)
    {
        Advice look = Advice.Look(meaning.Look, meaning.Commands.AsSpan());
        if (meaning.IsOfMbufs)
        {
            return [look, .. MbufAdvice.RaiseOfOld(context)];
        }

        if (meaning.Subject == Subject.Zone(KnownNames.PageMapping))
        {
            return [look, PvEntryAdvice.Raise(context)];
        }

        return meaning.Tunable is { } name && context.Sysctl(name) is { Value: > 0 and < 1L << 40 } current
            ?
            [
                look,
                .. TunableAdvice.Set(
                    context, name,
                    current.Value * 2,
                    "When the use is legitimate, double the limit.",
                    "More kernel memory may be used; if the use grows without end this only delays the next message."),
            ]
            : [look];
    }
}
