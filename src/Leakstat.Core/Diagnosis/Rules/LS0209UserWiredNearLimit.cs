using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0209: memory wired by programs (mlock(2), bhyve -S) is near its limit. From 13 on the limit counts what programs
/// wired; up to 12 it counted all wired memory, the ARC among it.
/// </summary>
public sealed class LS0209UserWiredNearLimit : IRule
{
    private const double Near = 0.90;

    /// <inheritdoc/>
    public string Id => "LS0209";

    /// <inheritdoc/>
    public string Name => "User-wired memory near its limit";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Sysctl("vm.stats.vm.v_user_wire_count")];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Sysctl("vm.max_user_wired") is not { Value: > 0 } limit
            || context.Sysctl("vm.stats.vm.v_user_wire_count") is not { Value: > 0 } used
            || used.Value < limit.Value * Near)
        {
            yield break;
        }

        long usedBytes = Arithmetic.Multiply(used.Value, context.PageSize);
        long limitBytes = Arithmetic.Multiply(limit.Value, context.PageSize);
        long? memory = context.Latest.Host.PhysicalMemory?.Value;

        // Twice what is wired would starve the rest: a quarter more, and never beyond four fifths of memory.
        long raised = used.Value / 4 * 5;
        bool fits = memory is { } all && Arithmetic.Multiply(raised, context.PageSize) < all / 5 * 4;
        yield return new Finding
        {
            Rule = Id,
            Title = $"Programs wired {Display.Bytes(usedBytes)}, {Display.Percent(used.Value / (double)limit.Value)} "
                + "of what they may",
            Severity = Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = new Subject(SubjectKind.Tunable, "vm.max_user_wired"),
            Confidence = 0.9,
            BytesAtStake = usedBytes,
            Evidence =
            [
                new Evidence(
                    $"Wired by programs: {Display.Bytes(usedBytes)} ({Display.Count(used.Value)} pages; a page wired "
                        + "twice counts twice)",
                    used.Value, Unit.Pages, used.At),
                new Evidence(
                    $"Limit: {Display.Bytes(limitBytes)} (vm.max_user_wired, {Display.Count(limit.Value)} pages)",
                    limit.Value, Unit.Pages, limit.At),
            ],
            Advice =
            [
                Advice.Look(
                    "Find who wired it: bhyve with -S, databases and locked key stores. An entry wired by its user "
                        + "has the flag W.",
                    "ps -axo pid,rss,command -m | head -20", "procstat -v PID"),
                .. fits
                    ? TunableAdvice.Set(
                        context, "vm.max_user_wired", raised,
                        "If the programs are meant to wire that much, let them have "
                            + $"{Display.Bytes(Arithmetic.Multiply(raised, context.PageSize))}: a quarter more than "
                            + "now.",
                        "Wired memory cannot be paged out: what is left for everything else becomes less.")
                    : [],
            ],
        };
    }
}
