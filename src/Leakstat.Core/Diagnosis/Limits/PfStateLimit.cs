using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>States of pf near their limit, as pfctl(8) prints both, where the table of zones does not tell.</summary>
internal static class PfStateLimit
{
    private static string Zone { get; } = ZoneFacts.All.Single(fact => fact.Limit?.PfLimit == "states").Name;

    /// <summary>The finding of a rule; null where states are far from the limit, or either is not known.</summary>
    /// <param name="context">The case.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="near">Share of the limit from which it counts as near.</param>
    /// <param name="full">Share from which new connections are refused.</param>
    public static Finding? Of(DiagnosisCase context, string rule, double near, double full)
    {
        if (context.Latest.Zones?.Find(Zone) is not null
            || context.Latest.Table<PfStatistics>() is not { States: { } states, StateLimit: { Value: > 0 } most } pf
            || states.Value < most.Value * near)
        {
            return null;
        }

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
                .. known is not null ? (Evidence[])[new Evidence(known.Full)] : [],
            ],
            Owners = OwnerLookup.Of(context, Subject.Zone(Zone)),
            Exhaustion = new ExhaustionTime(ZoneLimit.Describe(Zone, known), null, null, null),
            Advice = LimitAdvice.For(context, Zone, most.Value, 0, known),
        };
    }
}
