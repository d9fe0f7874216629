using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Wired memory that nobody owns, more than a release normally leaves, in one capture.</summary>
public sealed class LS0106UnaccountedWired : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0106";

    /// <inheritdoc/>
    public string Name => "Wired memory that no owner explains";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Wired, RuleNeed.Zones];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        Ledger ledger = context.Ledger;
        if (ledger is not { Unaccounted: { } rest, IsComplete: true, WiredTotal: { } wired, Physical: { } physical }
            || ImpossiblePages.Find(context.Latest) is not null)
        {
            yield break;
        }

        if (rest < -ledger.Tolerance - (physical.Value / 50))
        {
            yield return Negative(context, rest, wired);
            yield break;
        }

        // Drivers take DMA memory at attach and keep it: tens of megabytes with a few network cards, more with a GPU.
        long notable = Math.Max(ledger.Tolerance * 2, Math.Max(16 << 20, physical.Value / 64));
        if (rest < notable)
        {
            yield break;
        }

        yield return Positive(context, rest, wired, physical.Value);
    }

    private Finding Positive(DiagnosisCase context, long rest, Account wired, long memory)
    {
        double ofMemory = (double)rest / memory;
        return new Finding
        {
            Rule = Id,
            Title = $"{Display.Bytes(rest)} of wired memory belongs to no zone, malloc type or counter",
            Severity = ofMemory switch { >= 0.4 => Severity.Critical, >= 0.06 => Severity.Warning, _ => Severity.Info },
            Verdict = Verdict.Suspect,
            Subject = Subject.Unaccounted,
            Confidence = ofMemory >= 0.2 ? 0.7 : 0.4,
            Evidence =
            [
                new Evidence($"wired memory: {Display.Bytes(wired.Bytes)}", wired.Bytes, Unit.Bytes, wired.At),
                .. context.Ledger.Wired.Take(6).Select(a =>
                    new Evidence($"of it {a.Name}: {Display.Bytes(a.Bytes)}", a.Bytes, Unit.Bytes, a.At)),
                new Evidence(
                    $"what is left: {Display.Bytes(rest)}, "
                        + $"{Display.Percent((double)rest / Math.Max(wired.Bytes, 1))} of wired",
                    rest, Unit.Bytes),
            ],
            Advice =
            [
                .. GrowthAdvice.For(
                    context, SubjectKind.Wired, AccountName.Unaccounted, context.History.Samples.Length),
                Advice.Look(
                    "A constant remainder is memory that drivers took at attach and is normal; compare it an hour "
                        + "later. "
                    + "One that grows is not."),
            ],
            BytesAtStake = rest,
        };
    }

    private Finding Negative(DiagnosisCase context, long rest, Account wired) => new()
    {
        Rule = Id,
        Title = $"the owners of wired memory add up to {Display.Bytes(-rest)} more than is wired",
        Severity = Severity.Info,
        Verdict = Verdict.Suspect,
        Subject = Subject.Unaccounted,
        Confidence = 0.5,
        Evidence =
        [
            new Evidence($"wired memory: {Display.Bytes(wired.Bytes)}", wired.Bytes, Unit.Bytes, wired.At),
            .. context.Ledger.Wired.Take(8).Select(a =>
                new Evidence($"{a.Name}: {Display.Bytes(a.Bytes)}", a.Bytes, Unit.Bytes, a.At)),
        ],
        Advice =
        [
            Advice.Look(
                "The outputs may come from different moments, user wiring may count pages twice, or a counter is "
                    + "wrong. Take a "
                + "capture in one go, and compare."),
        ],
    };
}
