using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Limits;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0203: allocations from a zone failed or waited, although the zone is not full now.</summary>
public sealed class LS0203ZoneFailures : IRule
{
    private const long Few = 100;

    // So many of all requests are no moments any more: what asks is refused again and again.
    private const long Many = 1_000;
    private const double ManyOfRequests = 0.01;

    /// <inheritdoc/>
    public string Id => "LS0203";

    /// <inheritdoc/>
    public string Name => "Allocations from a zone failed or waited";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Zones];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        bool isShort = IsMemoryShort(context);
        foreach (ZoneRow row in context.Latest.Zones?.Rows ?? [])
        {
            if (ZoneKinds.IsInternal(row.Name) || ZoneKinds.IsCacheZone(row.Name) || LS0202ZoneNearLimit.IsNear(row)
                || Subject.Zone(row.Name).Kind == SubjectKind.Mbuf
                    || ZoneFacts.Find(row.Name)?.Limit?.Weight == WhenFull.Normal)
            {
                continue;
            }

            long failed = Math.Max(row.Failures ?? 0, 0);
            long slept = row.Limit > 0 ? Math.Max(row.Sleeps ?? 0, 0) : 0;
            CounterRise? rise = CounterRise.Of(context.History, SeriesKind.ZoneFailures, row.Name);

            // Without a limit a failure is a moment without free memory, and the caller of M_NOWAIT expects such.
            bool isTold = row.Limit > 0
                ? failed + slept > 0
                : rise is { By: >= Few } || (failed >= Few && isShort) || IsMany(failed, row);
            if (isTold)
            {
                yield return Finding(context, row, failed, slept, rise, isShort);
            }
        }
    }

    private static bool IsMany(long failed, in ZoneRow row) =>
        failed >= Many && failed >= row.Requests * ManyOfRequests;

    private static bool IsMemoryShort(DiagnosisCase context) =>
        context.Sysctl("vm.stats.vm.v_free_count") is { } free
        && context.Sysctl("vm.v_free_min", "vm.stats.vm.v_free_min") is { } least
        && free.Value < least.Value;

    private Finding Finding(
        DiagnosisCase context, ZoneRow row, long failed, long slept, CounterRise? rise, bool isShort)
    {
        bool isRising = rise is { By: > 0 };

        // One capture does not say whether they are over.
        bool isMany = IsMany(rise?.By ?? failed, row);
        string count = failed > 0
            ? $"{Display.Count(failed)} allocations from zone {row.Name} failed"
            : $"{Display.Count(slept)} allocations from zone {row.Name} waited at its limit";
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(new Evidence(
            $"since boot {Display.Count(failed)} requests failed and {Display.Count(slept)} waited, of "
                + $"{Display.Count(row.Requests)} served"
            + (isRising ? $"; {rise!.Value.Text}" : ""),
            failed, Unit.Items, context.Latest.Zones!.At(row)));
        evidence.Add(new Evidence(
            row.Limit > 0
                ? $"now {Display.Count(row.Used)} of {Display.Count(row.Limit)} items are in use"
                : "the zone has no limit: memory was short at those moments",
            row.Used, Unit.Items, context.Latest.Zones.At(row)));
        if (isShort && context.Sysctl("vm.stats.vm.v_free_count") is { } free)
        {
            evidence.Add(
                Evidence.Of(
                    $"memory is short now: {Display.Bytes(Arithmetic.Multiply(free.Value, context.PageSize))} free",
                    free, Unit.Pages));
        }

        if (row.Limit > 0 && ZoneFacts.Find(row.Name)?.Limit is { } known)
        {
            evidence.Add(new Evidence(LimitText.AtFull(known.Full, row.Used >= row.Limit, known.Weight)));
        }

        return new Finding
        {
            Rule = Id,
            Title = $"{count}{(isRising ? $", {rise!.Value.Text}" : " since boot")}; "
                + $"{(row.Limit > 0 ? "it is not full now" : "memory was short")}",
            Severity = (isRising && row.Limit > 0) || isMany ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone(row.Name),
            Confidence = isRising ? 0.85 : 0.5,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, Subject.Zone(row.Name)),
            Advice =
            [
                Advice.Look(
                    "The counters run since boot. See whether they still rise, and what the load is when they do.",
                    "vmstat -z", "vmstat -s | egrep 'pages free|wakeups|shortfalls'"),
            ],
        };
    }
}
