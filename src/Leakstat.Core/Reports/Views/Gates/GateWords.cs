using System.Globalization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Gate;
using Leakstat.Model;

namespace Leakstat.Reports.Views.Gates;

/// <summary>What reports of a gate say in the same words.</summary>
internal static class GateWords
{
    /// <summary>The decision in one sentence.</summary>
    public static string Headline(GateResult result)
    {
        string over =
            $"{Display.Count(result.Rounds.Plan.Rounds, "round", "rounds")}, "
                + $"{Display.Count(result.Rounds.Judged, "zone or type", "zones and types")}";
        int failures = result.Leaks.Length + result.Modules.Count(m => m.Fails);
        return !result.IsFailed && result.Unjudged is { } why
            ? $"It could not be judged: {why} ({over})."
            : result.IsClean
            ? $"Clean: nothing leaks ({over})."
            : $"Failed: {Display.Count(failures, "leak or fault", "leaks and faults")} ({over}).";
    }

    /// <summary>Kind and name of a subject.</summary>
    public static string Of(Subject subject) =>
        $"{(subject.Kind == SubjectKind.Malloc ? "malloc type" : "zone")} {subject.Name}";

    /// <summary>Items per round.</summary>
    public static string PerRound(RoundTest test) =>
        test.PerRound.ToString("0.#", CultureInfo.InvariantCulture) + " per round";

    /// <summary>Why what rose does not fail the gate.</summary>
    public static string Why(RoundSubject kept) => kept.Test.Outcome switch
    {
        RoundOutcome.TooFew => "too few rounds to tell",
        RoundOutcome.WarmUp => "it levelled off",
        RoundOutcome.Idle => "it rises as much without the exercise",
        RoundOutcome.Unsteady => "not steady enough to tell from what else happens",
        _ => kept.Explanation ?? "",
    };

    /// <summary>The word for an outcome in JSON.</summary>
    public static string Word(RoundSubject kept) => kept.Test.Outcome switch
    {
        RoundOutcome.TooFew => "too few rounds",
        RoundOutcome.WarmUp => "warm-up",
        RoundOutcome.Idle => "idle",
        RoundOutcome.Unsteady => "unsteady",
        RoundOutcome.Rises => kept.IsLeak ? "leak" : "explained",
        _ => "flat",
    };

    /// <summary>Notes on the baseline.</summary>
    public static IEnumerable<string> BaselineNotes(GateResult result)
    {
        foreach (BaselineEntry entry in result.Expired)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.At}: the entry for {entry.Kind} {entry.Name} ended on {entry.Until:yyyy-MM-dd} and does not "
                    + $"count");
        }

        foreach (BaselineEntry entry in result.Unused)
        {
            yield return $"{entry.At}: the entry for {entry.Kind} {entry.Name} is not needed any more";
        }
    }
}
