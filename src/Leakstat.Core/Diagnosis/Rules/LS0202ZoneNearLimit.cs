using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Limits;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0202: a zone, or a kind of object with a limit of its own, is at or near its limit.</summary>
public sealed class LS0202ZoneNearLimit : IRule
{
    /// <summary>Share of the limit from which a zone counts as near it.</summary>
    internal const double Near = 0.90;

    private const double Full = 0.98;

    /// <summary>Zones of so few items are full by chance.</summary>
    private const long FewItems = 32;

    /// <inheritdoc/>
    public string Id => "LS0202";

    /// <inheritdoc/>
    public string Name => "Zone at or near its limit";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs =>
        [new("vmstat -z, sysctl of counts and limits (kern.ipc.numopensockets, kern.openfiles, …), or pfctl -si and "
            + "-sm", c => c.Latest.Zones is not null || c.Latest.Sysctls.Count > 0
                || c.Latest.Table<PfStatistics>() is not null)];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context) => NextBoot.Judge(context, Judge);

    private IEnumerable<Finding> Judge(DiagnosisCase context)
    {
        HashSet<string> told = [];
        if (PfStateLimit.Of(context, Id, Near, Full) is { } states)
        {
            yield return states;
        }

        foreach (IGrouping<string, (ZoneRow Row, double Fill)> group in NearLimit(context).GroupBy(
            z => ZoneFacts.Find(z.Row.Name)?.Limit?.Governs ?? z.Row.Name))
        {
            // Zones under one limit are one matter: the fullest is named, the others stand in its evidence.
            (ZoneRow Row, double Fill)[] zones = [.. group.OrderByDescending(z => z.Fill).ThenByDescending(
                z => z.Row.UsedBytes).ThenBy(z => z.Row.Line)];
            told.UnionWith(zones.Select(z => z.Row.Name));
            yield return Finding(context, zones);
        }

        foreach (ZoneFact zone in ZoneFacts.All)
        {
            if (zone.CountedLimit is not { Rule: null } limit || told.Contains(zone.Name)
                || BoundReading.Count(context, zone.Name, limit) is not { } count
                || context.Sysctl(limit.Sysctl) is not { Value: > 0 } most)
            {
                continue;
            }

            double fill = (double)count.Value / most.Value;
            if (fill >= Near && most.Value >= FewItems)
            {
                yield return Finding(context, zone.Name, limit, count, most, fill);
            }
        }
    }

    /// <summary>Whether LS0202 speaks of that row.</summary>
    internal static bool IsNear(in ZoneRow row) =>
        row.Limit >= FewItems && row.Used >= row.Limit * Near && Subject.Zone(row.Name).Kind == SubjectKind.Zone
        && ZoneFacts.Find(row.Name)?.Limit?.Weight != WhenFull.Normal
        && !ZoneKinds.IsInternal(row.Name)
        && !ZoneKinds.IsCacheZone(row.Name);

    private static IEnumerable<(ZoneRow Row, double Fill)> NearLimit(DiagnosisCase context)
    {
        foreach (ZoneRow row in context.Latest.Zones?.Rows ?? [])
        {
            if (IsNear(row))
            {
                yield return (row, (double)row.Used / row.Limit);
            }
        }
    }

    private Finding Finding(DiagnosisCase context, (ZoneRow Row, double Fill)[] zones)
    {
        (ZoneRow row, double fill) = zones[0];
        ZoneTable table = context.Latest.Zones!;
        ZoneLimit? known = ZoneFacts.Find(row.Name)?.Limit;
        bool isLoad = known?.Weight == WhenFull.Load;
        bool isFailing = CounterRise.Of(context.History, SeriesKind.ZoneFailures, row.Name) is { By: > 0 };
        bool isCritical = !isLoad
            && (fill >= Full || isFailing || (fill >= 0.95 && (row.Failures > 0 || row.Sleeps > 0)));
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(new Evidence(
            $"{Display.Count(row.Used)} of {Display.Count(row.Limit)} items in use ({Display.Percent(fill)}), "
                + $"{Display.Bytes(row.UsedBytes)}",
            row.Used, Unit.Items, table.At(row)));
        if (row.Failures > 0 || row.Sleeps > 0)
        {
            evidence.Add(new Evidence(
                $"since boot {Display.Count(row.Failures ?? 0)} requests failed, {Display.Count(row.Sleeps ?? 0)} "
                    + "waited", row.Failures, Unit.Items, table.At(row)));
        }

        if (known?.Sysctl is { } governs && context.Sysctl(governs) is { } limit)
        {
            evidence.Add(LimitText.Setting(context, governs, limit));
        }

        if (known is not null)
        {
            evidence.Add(new Evidence(LimitText.AtFull(known.Full, fill >= 1, known.Weight)));
        }

        foreach ((ZoneRow other, double otherFill) in zones.Skip(1).Take(8))
        {
            evidence.Add(new Evidence(
                $"{other.Name}, under the same limit: {Display.Count(other.Used)} of {Display.Count(other.Limit)} "
                    + $"({Display.Percent(otherFill)})",
                other.Used, Unit.Items, table.At(other)));
        }

        return new Finding
        {
            Rule = Id,
            Title = $"zone {row.Name} {(fill >= 1 ? "at" : "near")} its limit: {Display.Count(row.Used)} of "
                + $"{Display.Count(row.Limit)} items in use ({Display.Percent(fill)})",
            Severity = isCritical ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone(row.Name),
            Confidence = isLoad ? 0.7 : 0.95,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, Subject.Zone(row.Name)),
            Exhaustion = new ExhaustionTime(ZoneLimit.Describe(row.Name, known), null, null, null),
            Advice = LimitAdvice.For(context, row.Name, row.Limit, row.Size, known),
            BytesAtStake = row.UsedBytes,
        };
    }

    private Finding Finding(
        DiagnosisCase context, string zone, CountedLimit limit, Reading count, Reading most, double fill)
    {
        string amount = limit.IsBytes
            ? $"{Display.Bytes(count.Value)} of {Display.Bytes(most.Value)}"
            : $"{Display.Count(count.Value)} of {Display.Count(most.Value)}";
        return new Finding
        {
            Rule = Id,
            Title = $"{limit.Objects} {(fill >= 1 ? "at" : "near")} the limit {limit.Sysctl}: {amount} "
                + $"({Display.Percent(fill)})",
            Severity = fill >= Full ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone(zone),
            Confidence = 0.95,
            Evidence =
            [
                Evidence.Of($"{amount} in use", count, limit.IsBytes ? Unit.Bytes : Unit.Items),
                Evidence.Of(
                    $"{limit.Sysctl} is {(limit.IsBytes ? Display.Bytes(most.Value) : Display.Count(most.Value))}",
                    most, limit.IsBytes ? Unit.Bytes : Unit.Items),
                new Evidence(LimitText.AtFull(limit.Reached, fill >= 1)),
            ],
            Exhaustion = new ExhaustionTime(limit.Sysctl, null, null, null),
            Advice =
            [
                Advice.Look(
                    "See whose they are; one process or one kind that has most of them is the cause.", [.. limit.Look]),
                .. TunableAdvice.Set(
                    context, limit.Sysctl, Arithmetic.Multiply(most.Value, 2),
                    "Raise the limit, if the number does not simply keep growing: raising it would only hide a leak.",
                    "More memory is taken as more of them are made."),
            ],
            BytesAtStake = limit.IsBytes ? count.Value : context.Latest.Zones?.Find(zone)?.UsedBytes ?? 0,
        };
    }
}
