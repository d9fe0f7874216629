using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// A zone or malloc type keeps items with every round of an exercise that should give everything back.
/// </summary>
public sealed class LS0120KeptPerRound : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0120";

    /// <inheritdoc/>
    public string Name => "Items kept with every round";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Rounds];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context) =>
        context.Rounds?.Subjects.Where(s => s.IsLeak).Select(s => Found(context, context.Rounds.Plan, s)) ?? [];

    private Finding Found(DiagnosisCase context, RoundPlan plan, RoundSubject kept)
    {
        string kind = kept.Subject.Kind == SubjectKind.Malloc ? "malloc type" : "zone";
        long gained = Arithmetic.Subtract(kept.Counts[^1], kept.Counts[0]);
        string perRound = kept.Test.PerRound.ToString("0.#", CultureInfo.InvariantCulture);
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(new Evidence(
            $"live items before the first and behind each of {Display.Count(plan.Rounds, "round", "rounds")}: "
                + $"{string.Join(", ", Shown(kept.Counts))}",
            gained, Unit.Items, kept.LastAt));
        evidence.Add(new Evidence(
            $"steps between {Display.Count(kept.Test.Least)} and {Display.Count(kept.Test.Greatest)}, the second "
                + "half rises as the first does, and no counter explains it"));
        if (kept.IsOwn)
        {
            evidence.Add(
                new Evidence(
                    plan.Module is { } module
                        ? $"it belongs to {module}: nothing else uses it"
                        : "it came with the module"));
        }

        if (kept.BytesPerRound is { } bytes)
        {
            evidence.Add(new Evidence($"{Display.Bytes(bytes)} per round", bytes, Unit.Bytes));
        }

        return new Finding
        {
            Rule = Id,
            Title = $"{kind} {kept.Subject.Name} keeps {perRound} {(perRound == "1" ? "item" : "items")} with every "
                + $"round, {Display.Count(gained)} in {Display.Count(plan.Rounds)}",
            Severity = Severity.Critical,
            Verdict = Verdict.Leak,
            Subject = kept.Subject,
            Confidence = kept.IsOwn ? 0.99 : 0.95,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, kept.Subject),
            Advice =
            [
                Advice.Look(
                    "See which call of the exercise allocates what is not released: follow it for a few rounds.",
                    $"leakstat trace --print --suspect {ShellWord.Quote(Suspect(kept.Subject))} > leak.d"),
            ],
            BytesAtStake = kept.BytesPerRound is { } each ? Arithmetic.Multiply(each, plan.Rounds) : 0,
        };
    }

    private static string Suspect(Subject subject) =>
        (subject.Kind == SubjectKind.Malloc ? "malloc:" : "zone:") + subject.Name;

    /// <summary>The counts; of many the first and the last ones.</summary>
    private static IEnumerable<string> Shown(ImmutableArray<long> counts) => counts.Length <= 24
        ? counts.Select(c => Display.Count(c))
        : [.. counts.Take(12).Select(c => Display.Count(c)), "...", .. counts.TakeLast(11).Select(
            c => Display.Count(c))];
}
