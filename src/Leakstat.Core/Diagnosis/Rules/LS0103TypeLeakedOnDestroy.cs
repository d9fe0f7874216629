using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Leaks;
using Leakstat.Diagnosis.Messages;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The kernel's own proof: a malloc type was destroyed while blocks of it were still allocated.</summary>
public sealed class LS0103TypeLeakedOnDestroy : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0103";

    /// <inheritdoc/>
    public string Name => "Memory type leaked on destroy";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        LossMessage[] losses = [.. LossMessage.All(context).Where(l => !l.IsKeg)];
        long total = MissingTypes.Named(context, LossMessage.All(context));
        foreach (IGrouping<string, LossMessage> type in losses.GroupBy(l => l.Name))
        {
            yield return Of(context, type.Key, [.. type], total);
        }
    }

    private Finding Of(DiagnosisCase context, string type, ImmutableArray<LossMessage> lines, long lostByAll)
    {
        long bytes = lines.Aggregate(0L, (sum, l) => Arithmetic.Add(sum, l.Amount));
        long allocations = lines.Aggregate(0L, (sum, l) => Arithmetic.Add(sum, l.Items));
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        LostMemory.AddLines(evidence, lines, l =>
            $"the kernel says: {Display.Count(l.Items, "allocation", "allocations")}, {Display.Count(l.Amount)} "
                + $"bytes of type {type} leaked when the type was destroyed",
            Unit.Bytes);
        evidence.Add(TypeNow(context, type));
        if (context.Latest.Leaks is { } dump && dump.Groups.Any(g => g.Kind is LeakKind.Malloc or LeakKind.Large))
        {
            evidence.Add(new Evidence(
                "the blocks are among those of malloc(9) that nothing in the dump points to (LS0702): the same "
                    + "memory, not "
                    + "more of it",
                At: dump.Whole));
        }

        if (MissingTypes.Explained(context, lostByAll) is { } corroboration)
        {
            evidence.Add(corroboration);
        }

        return LostMemory.InTime(context, new Finding
        {
            Rule = Id,
            Title = $"malloc type {type} lost {Display.Bytes(bytes)} in "
                + $"{Display.Count(allocations, "allocation", "allocations")} when its module was unloaded",
            Severity = LostMemory.SeverityOf(context, bytes),
            Verdict = Verdict.Leak,
            Subject = Subject.Malloc(type),
            Confidence = 0.99,
            ExplainsRowsMissingIn = MissingTypes.Command,
            Evidence = evidence.ToImmutable(),
            Owners = LostMemory.Owners(context, Subject.Malloc(type)),
            Advice = LostMemory.AdviceOf(context, bytes, $"malloc type {type}"),
            BytesAtStake = bytes,
        });
    }

    /// <summary>
    /// What <c>vmstat -m</c> says of the type now: the loss is past either way and is no part of those numbers.
    /// </summary>
    private static Evidence TypeNow(DiagnosisCase context, string type)
    {
        if (context.Latest.MallocTypes is not { } table)
        {
            return new Evidence(
                "the loss is in the past and does not grow by itself; each further unload may add to it");
        }

        if (table.Find(type) is not { } row)
        {
            return new Evidence(
                "vmstat -m does not list the type any more: the loss is in the past and does not grow by itself",
                At: new SourceLine(table.File, 0));
        }

        Series? series = context.History.Find(SeriesKind.MallocInUse, type);
        bool grows = series is not null
            && series.Values.OfType<long>().ToArray() is { Length: > 1 } values
            && values[^1] > values[0];
        string change = grows ? "and it has grown since the first capture: see the findings on growth" : "counted anew";
        return new Evidence(
            $"the type is listed again ({Display.Count(row.InUse)} in use, {Display.Bytes(row.Memory)}), {change}; "
                + "the lost blocks are no part of it",
            row.InUse, Unit.Items, table.At(row));
    }
}
