using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0108: a keg's pages grow while its items do not, or most of its pages lie in slabs that are hardly used.
/// </summary>
public sealed class LS0108ScatteredSlabs : IRule
{
    /// <summary>Least growth or waste, bytes.</summary>
    private const long Least = 64L << 20;

    /// <summary>… and as a share of physical memory.</summary>
    private const double LeastOfMemory = 0.02;

    /// <summary>Growth of pages that counts.</summary>
    private const double Grown = 1.25;

    /// <summary>Growth of items up to which they count as unchanged.</summary>
    private const double Unchanged = 1.05;

    /// <summary>Share of a keg's room that is free in slabs partly used.</summary>
    private const double Waste = 0.5;

    /// <inheritdoc/>
    public string Id => "LS0108";

    /// <inheritdoc/>
    public string Name => "Keg grows while its items do not";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ZoneTree];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        long least = Math.Max(Least, (long)((context.Latest.Host.PhysicalMemory?.Value ?? 0) * LeastOfMemory));
        foreach (UmaZone zone in context.Latest.Uma?.Zones ?? [])
        {
            if (zone.IsCacheZone || zone.IsSecondary || zone.Pages is not > 0 || ZoneKinds.IsInternal(
                zone.KegName ?? zone.Node))
            {
                continue;
            }

            if ((Growth(context, zone, least) ?? Scattered(context, zone, least)) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private Finding? Growth(DiagnosisCase context, UmaZone zone, long least)
    {
        if (CounterRise.Of(context.History, SeriesKind.KegPages, zone.Node) is not { } pages
            || CounterRise.Of(context.History, SeriesKind.KegItems, zone.Node) is not { } items)
        {
            return null;
        }

        long gained = Arithmetic.Multiply(pages.By, context.PageSize);
        if (gained < least || pages.First + pages.By < pages.First * Grown
            || items.First + items.By > items.First * Unchanged)
        {
            return null;
        }

        return Make(
            context, zone, gained,
            $"zone {NameOf(zone)} took {Display.Bytes(gained)} more memory while its items in use did not grow",
            [
                new Evidence(
                    $"its keg grew from {Display.Count(pages.First)} to {Display.Count(pages.First + pages.By)} "
                        + $"pages, {pages.Text}",
                    gained, Unit.Bytes, PagesAt(zone)),
                new Evidence(
                    $"its items in use went from {Display.Count(items.First)} to "
                        + $"{Display.Count(items.First + items.By)}",
                    items.By, Unit.Items, zone.Live?.At),
            ]);
    }

    private Finding? Scattered(DiagnosisCase context, UmaZone zone, long least)
    {
        if (zone is not
            {
                PagesPerSlab.Value: > 0 and { } perSlab, ItemsPerSlab.Value: > 1 and { } items,
                KegItemSize.Value: > 0 and { } size
            })
        {
            return null;
        }

        long room = Arithmetic.Multiply(zone.Pages!.Value / perSlab, items);
        long free = zone.Domains.Aggregate(0L, (sum, d) => Arithmetic.Add(sum, d.FreeItems?.Value ?? 0));

        // Slabs that are free as a whole are given back when memory gets short; only the others are scattered.
        long wholly = Arithmetic.Multiply(zone.Domains.Aggregate(0L, (sum, d) => Arithmetic.Add(
            sum,
            context.Sysctl(FormattableString.Invariant($"vm.uma.{zone.Node}.keg.domain.{d.Domain}.free_slabs"))?.Value
                ?? 0)), items);
        long scattered = Math.Max(Arithmetic.Subtract(free, wholly), 0);
        long bytes = Arithmetic.Multiply(scattered, size);
        if (room <= 0 || scattered > room || bytes < least || scattered < room * Waste)
        {
            return null;
        }

        return Make(
            context, zone, bytes,
            $"zone {NameOf(zone)} has {Display.Bytes(bytes)} free in slabs that are partly in use and cannot be "
                + "given back",
            [
                new Evidence(
                    $"{Display.Count(zone.Pages.Value)} pages have room for {Display.Count(room)} items; "
                        + $"{Display.Count(scattered)} are free in slabs partly in use",
                    bytes, Unit.Bytes, PagesAt(zone)),
            ]);
    }

    private Finding Make(
        DiagnosisCase context, UmaZone zone, long bytes, string title, ImmutableArray<Evidence> evidence)
    {
        Subject subject = Subject.Zone(NameOf(zone));
        return new Finding
        {
            Rule = Id,
            Title = title,
            Severity = Severity.Info,
            Verdict = Verdict.Suspect,
            Subject = subject,
            Confidence = 0.5,
            Evidence = evidence,
            Owners = OwnerLookup.Of(context, subject),
            Advice =
            [
                Advice.Look(
                    "A burst that is over leaves such slabs behind: a few long-lived items keep each of them. It is "
                        + "cache or "
                    + "fragmentation rather than a leak; only when pages keep growing burst after burst is more wrong.",
                    $"sysctl vm.uma.{zone.Node}"),
            ],
            BytesAtStake = bytes,
        };
    }

    /// <summary>The keg has the zone's own name, with blanks and points; the node has not.</summary>
    private static string NameOf(UmaZone zone) => zone.KegName ?? zone.Node;

    private static SourceLine? PagesAt(UmaZone zone) => zone.Domains.FirstOrDefault(d => d.Pages is not null).Pages?.At;
}
