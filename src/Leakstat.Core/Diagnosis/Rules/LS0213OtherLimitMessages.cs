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
    /// <inheritdoc/>
    public string Id => "LS0213";

    /// <inheritdoc/>
    public string Name => "Other limits in kernel messages";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        var bySubject = new Dictionary<Subject, (ExhaustionMessage Meaning, List<MessageGroup> Groups)>();
        var order = new List<Subject>();
        foreach ((_, MessageGroup group) in MessageGroup.By(context, Match))
        {
            ExhaustionMessage meaning = ExhaustionMessage.All.First(m => m.Fits(group.First));
            if (bySubject.TryAdd(meaning.Subject, (meaning, [])))
            {
                order.Add(meaning.Subject);
            }

            bySubject[meaning.Subject].Groups.Add(group);
        }

        foreach (Subject subject in order)
        {
            yield return Of(context, bySubject[subject].Meaning, bySubject[subject].Groups);
        }
    }

    private Finding Of(DiagnosisCase context, ExhaustionMessage meaning, List<MessageGroup> groups)
    {
        (Evidence? now, bool isFar, bool isNear) = UseNow(context, meaning);
        LimitMetAgain? again = LimitMetAgain.Of(context, groups.SelectMany(g => g.Counted));
        bool isFree = isFar || (meaning.IsOfMbufs && MbufPools.IsClusterPoolFree(context.Latest));
        bool isKnown = isFar || isNear || (meaning.IsOfMbufs && MbufPools.ClusterFill(context.Latest) is not null);
        return new Finding
        {
            Rule = Id,
            Title = again is null ? meaning.Title : $"{meaning.Title}, again and again",
            Severity = meaning.Severity,
            Verdict = Verdict.Exhaustion,
            Subject = meaning.Subject,
            Confidence = 0.9,
            MayBePast = again is null && !isKnown,
            IsPast = again is null && isFree,
            IsMetAgain = again is not null,
            Evidence =
            [
                .. groups.SelectMany(g => g.Evidence()), .. again?.Evidence() ?? [], new Evidence(meaning.Meaning),
                .. now is null ? Current(context, meaning) : [now], .. meaning.Beside?.Invoke(context) ?? [],
            ],
            Advice = Advise(context, meaning),
        };
    }

    private static string? Match(string text) =>
        ExhaustionMessage.All.FirstOrDefault(m => m.Fits(text))?.Text;

    /// <summary>How much of the limit is in use at the capture.</summary>
    private static LimitUse UseNow(DiagnosisCase context, ExhaustionMessage meaning)
    {
        if (meaning.Zone is { } zone && context.Latest.Zones is { } table && table.Find(zone) is { } row)
        {
            return LimitUse.Of(new Reading(row.Used, table.At(row)), row.Limit, $"items of zone {zone}");
        }

        foreach (ZoneFact fact in ZoneFacts.All)
        {
            if (fact.CountedLimit is { } limit && limit.Sysctl == meaning.Tunable
                && (BoundReading.Count(context, fact.Name, limit) ?? Items(fact.Name, limit)) is { } count
                && context.Sysctl(limit.Sysctl) is { Value: > 0 } most)
            {
                return LimitUse.Of(count, most.Value, limit.Objects);
            }
        }

        return meaning is { Counter: { } counter, Tunable: { } bound } && context.Sysctl(counter) is { } counted
            && context.Sysctl(bound) is { } all
                ? LimitUse.Of(counted, all.Value, $"by {counter}")
                : meaning.Subject == Subject.Zone(KnownNames.PageMapping) ? PvEntryLimit.Use(context) : default;

        // Each is an item of the zone, which keeps hardly any that are none.
        Reading? Items(string name, CountedLimit limit) =>
            !limit.IsBytes && context.Latest.Zones is { } zones && zones.Find(name) is { } items
                ? new Reading(items.Used, zones.At(items))
                : null;
    }

    private static ImmutableArray<Evidence> Current(DiagnosisCase context, ExhaustionMessage meaning) =>
        meaning.Tunable is { } name && context.Sysctl(name) is { } value
            ? [LimitText.Setting(context, name, value)]
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
