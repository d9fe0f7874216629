using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// Most of memory is wired, and the capture lacks what would say by whom. No accusation: a ZFS cache that was not
/// printed
/// looks the same. It is what such a paste asks about.
/// </summary>
public sealed class LS0115WiredWithoutOwner : IRule
{
    private const double Most = 0.5;

    /// <inheritdoc/>
    public string Id => "LS0115";

    /// <inheritdoc/>
    public string Name => "Most of memory wired, owner not in the capture";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Wired, RuleNeed.Memory];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        Ledger ledger = context.Ledger;
        if (context.Latest.Zones is not null
            || ledger.WiredTotal is not { } wired
            || ledger.Total is not (> 0 and { } total)
            || ImpossiblePages.Find(context.Latest) is not null)
        {
            yield break;
        }

        long owned = Arithmetic.Sum(ledger.Wired.Select(a => Math.Max(0, a.Bytes)));
        long rest = Arithmetic.Subtract(wired.Bytes, owned);
        if (rest <= total * Most)
        {
            yield break;
        }

        yield return new Finding
        {
            Rule = Id,
            Title = $"{Display.Bytes(wired.Bytes)} of {Display.Bytes(total)} memory are wired, and the capture does "
                + "not say by whom",
            Severity = Severity.Info,
            Verdict = Verdict.Suspect,
            Subject = Subject.Unaccounted,
            Confidence = 0.5,
            BytesAtStake = rest,
            Evidence =
            [
                new Evidence($"Wired: {Display.Bytes(wired.Bytes)}, {Display.Percent(wired.Bytes / (double)total)} "
                    + "of memory", wired.Bytes, Unit.Bytes, wired.At),
                .. ledger.Wired.Take(2).Select(a => new Evidence($"{a.Name} of it: {Display.Bytes(a.Bytes)}",
                    a.Bytes, Unit.Bytes, a.At)),
                new Evidence(
                    context.Latest.Top is { Arc.Count: 0 }
                        ? "top printed no line of the ARC: on a host without ZFS this is kernel memory, and much of it"
                        : "the ZFS cache, zones, malloc and drivers may hold it: each has a command that tells"),
            ],
            Advice =
            [
                Advice.Look(
                    "See who holds it: zones, malloc types, and the ARC where there is ZFS.",
                    "vmstat -z",
                    "vmstat -m",
                    "sysctl kstat.zfs.misc.arcstats.size vm.kmem_map_size"),
            ],
        };
    }
}
