using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>
/// States of pf near their limit, as pfctl(8) prints both, and packets that pf dropped because it could make no state,
/// where the table of zones does not tell.
/// </summary>
internal static class PfStateLimit
{
    private static string Zone { get; } = ZoneFacts.All.Single(fact => fact.Limit?.PfLimit == "states").Name;

    /// <summary>
    /// The finding of a rule; null where states are far from the limit, or it is not known and nothing was dropped.
    /// </summary>
    /// <param name="context">The case.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="near">Share of the limit from which it counts as near.</param>
    /// <param name="full">Share from which new connections are refused.</param>
    public static Finding? Of(DiagnosisCase context, string rule, double near, double full)
    {
        if (context.Latest.Zones?.Find(Zone) is not null || context.Latest.Table<PfStatistics>() is not { } pf)
        {
            return null;
        }

        return pf is { States: { } states, StateLimit: { Value: > 0 } most } && states.Value >= most.Value * near
            ? AtLimit(context, rule, pf, states, most, full)
            : pf.DroppedForMemory is { Value: > 0 } dropped ? Dropped(context, rule, pf, dropped)
            : null;
    }

    private static Finding AtLimit(
        DiagnosisCase context, string rule, PfStatistics pf, Reading states, Reading most, double full)
    {
        double fill = (double)states.Value / most.Value;
        ZoneLimit? known = ZoneFacts.Find(Zone)?.Limit;
        return new Finding
        {
            Rule = rule,
            Title = $"pf states {(fill >= 1 ? "at" : "near")} their limit: {Display.Count(states.Value)} of "
                + $"{Display.Count(most.Value)} ({Display.Percent(fill)})",
            Severity = fill >= full ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone(Zone),
            Confidence = 0.95,
            Evidence =
            [
                Evidence.Of($"{Display.Count(states.Value)} states (pfctl -si)", states),
                Evidence.Of($"{Display.Count(most.Value)} may be (pfctl -sm)", most),
                .. pf.DroppedForMemory is { Value: > 0 } dropped
                    ? (Evidence[])[Evidence.Of(
                        $"{Display.Count(dropped.Value)} packets were dropped for want of a state", dropped)]
                    : [],
                .. known is not null ? (Evidence[])[new Evidence(LimitText.AtFull(known.Full, fill >= 1))] : [],
            ],
            Owners = OwnerLookup.Of(context, Subject.Zone(Zone)),
            Exhaustion = new ExhaustionTime(ZoneLimit.Describe(Zone, known), null, null, null),
            Advice = LimitAdvice.For(context, Zone, most.Value, 0, known),
        };
    }

    /// <summary>
    /// pf counts a packet as dropped for memory where it could get no state, or nothing of what goes with one
    /// (<c>PFRES_MEMORY</c>, <c>sys/netpfil/pf/pf.c</c>). With the limit known and far it is past; else nobody knows.
    /// </summary>
    private static Finding Dropped(DiagnosisCase context, string rule, PfStatistics pf, Reading dropped)
    {
        bool isPast = pf is { States: not null, StateLimit.Value: > 0 };
        ZoneLimit? known = ZoneFacts.Find(Zone)?.Limit;
        return new Finding
        {
            Rule = rule,
            Title = $"pf dropped {Display.Count(dropped.Value, "packet", "packets")} for want of memory: "
                + (isPast
                    ? "its table of states was full, and is not now"
                    : "its table of states was full, and may be now"),
            Severity = isPast ? Severity.Info : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone(Zone),
            Confidence = 0.8,
            IsPast = isPast,
            Evidence =
            [
                Evidence.Of(
                    $"{Display.Count(dropped.Value)} under \"memory\" since pf was enabled or its counters cleared",
                    dropped),
                .. pf.States is { } states
                    ? (Evidence[])[Evidence.Of($"{Display.Count(states.Value)} states (pfctl -si)", states)]
                    : [],
                pf.StateLimit is { } most
                    ? Evidence.Of($"{Display.Count(most.Value)} may be (pfctl -sm)", most)
                    : new Evidence("how many states there may be is not in the capture (pfctl -sm)"),
                .. known is not null ? (Evidence[])[new Evidence(LimitText.AtFull(known.Full, isMet: false))] : [],
            ],
            Owners = OwnerLookup.Of(context, Subject.Zone(Zone)),
            Advice =
            [
                Advice.Look(
                    "See how many states there may be, and whether the number of packets dropped still rises.",
                    "pfctl -sm; pfctl -si | grep -E 'current entries|memory'"),
            ],
        };
    }
}
