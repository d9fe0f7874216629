using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Leaks;
using Leakstat.Diagnosis.Messages;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The kernel's own proof: a UMA keg was destroyed with items still in it.</summary>
public sealed class LS0104KegNotEmpty : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0104";

    /// <inheritdoc/>
    public string Name => "Zone destroyed while not empty";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        foreach (IGrouping<string, LossMessage> keg in LossMessage.All(context).Where(l => l.IsKeg).GroupBy(
            l => l.Name))
        {
            yield return Of(context, keg.Key, [.. keg]);
        }
    }

    private Finding Of(DiagnosisCase context, string keg, ImmutableArray<LossMessage> lines)
    {
        long pages = lines.Aggregate(0L, (sum, l) => Arithmetic.Add(sum, l.Amount));
        long bytes = Arithmetic.Multiply(pages, context.PageSize);
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        LostMemory.AddLines(evidence, lines, l =>
            $"the kernel says: keg {keg} was freed while not empty, {Display.Count(l.Amount, "page", "pages")} lost",
            Unit.Pages);
        long items = lines.Aggregate(0L, (sum, l) => Arithmetic.Add(sum, l.Items));
        evidence.Add(context.Latest.Host.IsAtLeast(14)
            ? new Evidence($"{Display.Count(items, "item was", "items were")} still allocated", items)
            : new Evidence(
                $"the {Display.Count(items, "item", "items")} in the message are free ones in the keg up to FreeBSD "
                    + "12, allocated ones in 14: only the pages are counted here"));
        return LostMemory.InTime(context, new Finding
        {
            Rule = Id,
            Title = $"zone {keg} was destroyed with items in it: {Display.Count(pages, "page", "pages")} "
                + $"({Display.Bytes(bytes)}) lost",
            Severity = LostMemory.SeverityOf(context, bytes),
            Verdict = Verdict.Leak,
            Subject = Subject.Zone(keg),
            Confidence = 0.99,
            Evidence = evidence.ToImmutable(),
            Owners = LostMemory.Owners(context, Subject.Zone(keg)),
            Advice = LostMemory.AdviceOf(context, bytes, $"zone {keg}"),
            BytesAtStake = bytes,
        });
    }
}
