using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Leaks;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// Blocks in a crash dump that are allocated and that nothing points to: the proof that no series of counters can give.
/// </summary>
public sealed class LS0702LostInCrashDump : IRule
{
    /// <summary>The id.</summary>
    public const string RuleId = "LS0702";

    /// <inheritdoc/>
    public string Id => RuleId;

    /// <inheritdoc/>
    public string Name => "Lost blocks in a crash dump";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Dump];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Latest.Leaks is not { } table)
        {
            yield break;
        }

        ImmutableArray<LostSum> sums = LostSum.Of(context, table);
        LostSum[] told = [.. sums.Where(s => s.Weight != LossWeight.Few)];
        LostSum? first = told.Where(s => s.Weight == LossWeight.Leak && Holder(sums, s) is null).MaxBy(
            s => WithBehind(sums, s));
        var named = new HashSet<Subject>();
        foreach (LostSum sum in told)
        {
            // A type that lost blocks of several sizes names the finding on most of them; each finding has a subject of
            // its own.
            yield return Of(context, table, sums, sum, sum == first) with
            {
                Subject = named.Add(sum.Subject) ? sum.Subject : sum.Place,
            };
        }

        if (told.Length == 0)
        {
            yield return None(table, sums);
        }
    }

    /// <summary>
    /// The lost blocks that alone lead to most of these, which are indirect leaks then: the bug is where that was lost.
    /// Null where they are lost by themselves.
    /// </summary>
    private static LostSum? Holder(ImmutableArray<LostSum> sums, LostSum sum) =>
        sums.Where(s => s != sum && s.Weight == sum.Weight).MaxBy(sum.WentWith) is { } holder
            && 2 * sum.WentWith(holder) > sum.Count
            ? holder
            : null;

    /// <summary>Bytes of the blocks and of the indirect leaks that only they lead to.</summary>
    private static long WithBehind(ImmutableArray<LostSum> sums, LostSum sum) =>
        Arithmetic.Add(sum.Bytes, Arithmetic.Sum(
        sums.Where(s => s != sum).SelectMany(s => s.Groups).SelectMany(
            g => g.Holders.Where(t => t.Kind == sum.Largest.Kind && t.Name == sum.Largest.Name).Select(
                t => Arithmetic.Multiply(t.Count, g.Size)))));

    private Finding Of(DiagnosisCase context, LeakTable table, ImmutableArray<LostSum> sums, LostSum sum, bool isFirst)
    {
        LostSum? holder = Holder(sums, sum);
        bool hangs = holder is not null;
        long bytes = WithBehind(sums, sum);
        bool isLeak = sum.Weight == LossWeight.Leak;
        string blocks = $"{Display.Count(sum.Count, "block", "blocks")} ({Display.Bytes(sum.Bytes)})";
        string type = sum.Type is { } known ? $", by all evidence of malloc type {known.Type}," : "";
        return new Finding
        {
            Rule = Id,
            Title = hangs
                && isLeak ? $"{sum.What}: {blocks} lost with the lost blocks of {holder!.Largest.Name}, which alone "
                    + "led to them"
                : hangs ? $"{sum.What}: {blocks} that nothing points to but such blocks of {holder!.Largest.Name}"
                : isLeak ? $"{sum.What}: {blocks}{type} lost: allocated, and nothing in the dump points to them"
                : $"{sum.What}: {blocks} that nothing in the dump points to; no proof of a leak",
            Severity = hangs
                || (!isLeak && (sum.MayBeHeldElsewhere
                    || (!sum.IsMany && bytes < LostSum.BytesWorthALook))) ? Severity.Info
                : isLeak ? LostMemory.SeverityOf(context, bytes)
                : Severity.Warning,
            Verdict = isLeak ? Verdict.Leak : Verdict.Suspect,
            Subject = sum.Subject,
            Confidence = !isLeak ? 0.6 : sum.Type is { } named ? Math.Min(named.Confidence, 0.97) : 0.97,
            Evidence = LostEvidence.Of(context, table, sums, sum),
            Owners = LostEvidence.Owners(context, sum),
            Advice = hangs ? [] : LostAdvice.Of(context, table, sum, isFirst),
            BytesAtStake = hangs ? 0 : bytes,
            Explains = sum.Largest.Kind == LeakKind.Large
                ? []
                : [Subject.Zone(sum.Largest.Name), .. sum.Type is { } own ? [Subject.Malloc(own.Type)]
                    : ImmutableArray<Subject>.Empty],
        };
    }

    private Finding None(LeakTable table, ImmutableArray<LostSum> sums)
    {
        long count = Arithmetic.Sum(sums.Select(s => s.Count));
        string number = table.Objects is { } objects ? Display.Count(objects) + " " : "";
        string all = table.IsWhole
            ? $"the {number}allocated blocks in the dump"
            : $"{number}allocated blocks that could be read";
        string found = count == 0
            ? $"all of {all} are reached"
            : $"{Display.Count(count)} of {all} are not reached, a handful of each kind";
        ImmutableArray<Evidence> evidence = count == 0
            ? [new Evidence(
                "what is cached or kept too long is still pointed to, and does not show here",
                At: table.Whole)]
            :
            [
                .. sums.Take(8).Select(s => new Evidence(
                    $"{s.What}: {Display.Count(s.Count, "block", "blocks")} ({Display.Bytes(s.Bytes)}): so few may "
                        + "be held by a pointer in a form that is not known, or be lost once at boot",
                    s.Count, At: table.At(s.Largest))),
            ];
        var finding = new Finding
        {
            Rule = Id,
            Title = $"no leak in the dump: {found}",
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Subject = Subject.Host("memory"),
            Confidence = 0.9,
            Evidence = evidence,
            Advice = count == 0 ? [] : [LostAdvice.Look(table, null)],
        };
        return table.IsWhole ? finding : finding with
        {
            Title = table.Objects == 0
                ? "nothing is known of leaks: no allocated block could be read from the dump"
                : $"not all of the dump could be searched for leaks; {found}",
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("capture"),
            Confidence = 1,
            Evidence =
            [
                new Evidence(
                    table.MissingPages > 0
                        ? $"{Display.Count(table.MissingPages, "page", "pages")} that may hold blocks and pointers "
                            + "are not in the dump"
                        : "the lists of zones could not be followed to their end",
                    At: table.Whole),
                .. table.Objects == 0 ? [] : evidence,
            ],
            Advice = [LostAdvice.Missing(table)],
        };
    }
}
