using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The same growth in boot after boot, each of which ended in a reboot.</summary>
public sealed class LS0112GrowthUntilReboot : IRule
{
    private const double Tenth = 1.2816;

    /// <inheritdoc/>
    public string Id => "LS0112";

    /// <inheritdoc/>
    public string Name => "Growth that ends in a reboot, boot after boot";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.History];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        // One finding: what takes most is the cause, and what grows beside it is named in its evidence.
        if (context.Trends?.Cycles is [var (key, cycle), ..] cycles
            && context.Trends.SeriesOf(context.History, key) is { } series)
        {
            yield return Found(context, key, series, cycle, cycles[1..]);
        }
    }

    private Finding Found(
        DiagnosisCase context, SeriesKey key, Series series, GrowthCycle cycle, ImmutableArray<(
            SeriesKey Key, GrowthCycle Cycle)> others)
    {
        double unit = Math.Max(series.ItemSize, 1);
        long gained = (long)(cycle.Boots.Average(b => b.Gain) * unit);
        ExhaustionTime? due = Due(context.History, cycle);
        bool isType = key.Kind == SeriesKind.MallocBytes, isZone = key.Kind == SeriesKind.ZoneUsed;
        string what = isType ? $"malloc type {key.Name}" : isZone
            ? $"zone {key.Name}" : "wired memory that nobody owns";
        bool proven = context.Trends!.IsLeak(key);
        return new Finding
        {
            Rule = Id,
            Title = $"{what} grows by {Display.Bytes(gained)} until the host reboots: "
                + $"{Display.Count(cycle.Boots.Length)} boots ended so"
                + (Life(cycle) is { } life ? $", {life} from boot to reboot" : ""),
            Severity = Severity.Critical,
            Verdict = proven ? Verdict.Leak : Verdict.Suspect,
            Subject = isType ? Subject.Malloc(key.Name) : isZone ? Subject.Zone(key.Name) : Subject.Unaccounted,
            Confidence = proven
                ? context.Trends.Of(key)!.Confidence : Math.Max(
                    context.Trends.Of(key)?.Suspicion?.Probability ?? 0, 0.9),
            Evidence =
            [
                .. cycle.Boots.TakeLast(5).Select(b => new Evidence(
                    $"{Display.Change((long)(b.Gain * unit))} at {Display.Rate(b.PerHour * unit)} before the reboot "
                        + $"after {context.History.Samples[b.Last].Source}",
                    b.PerHour * unit,
                    Unit.BytesPerHour)),
                .. cycle.Current is { } now
                    ? [new Evidence(
                        $"since the last boot: {Display.Change((long)(now.Gain * unit))} at "
                            + $"{Display.Rate(now.PerHour * unit)}",
                        now.PerHour * unit,
                        Unit.BytesPerHour)]
                    : Array.Empty<Evidence>(),
                .. others.Take(4).Select(o => new Evidence($"{o.Key.Name} grows with it, boot after boot")),
            ],
            Growth = new ObservedGrowth(
                Middle(cycle.Boots.Select(b => b.PerHour)) * unit, cycle.Boots.Min(
                    b => b.PerHour) * unit, cycle.Boots.Max(b => b.PerHour) * unit,
                context.History.Samples[context.History.CurrentBootStart].TakenAt)
            { Bytes = gained },
            Exhaustion = due,
            Owners = isType || isZone ? OwnerLookup.Of(context, isZone, key.Name) : [],
            Advice = GrowthAdvice.For(context, isType ? SubjectKind.Malloc : isZone
                ? SubjectKind.Zone : SubjectKind.Wired, key.Name, context.History.Samples.Length),
            Explains = [],
            BytesAtStake = gained,
        };
    }

    private static string? Life(GrowthCycle cycle) => cycle.Lives switch
    {
        [] => null,
        [var one] => $"{one:0.0} hours",
        var lives => $"{lives.Average():0.0} hours ({lives.Min():0.0} to {lives.Max():0.0})",
    };

    /// <summary>
    /// When the next reboot is due: the last boot and the mean time to a reboot, and the spread of those seen.
    /// </summary>
    private static ExhaustionTime? Due(HostHistory history, GrowthCycle cycle)
    {
        if (cycle.Lives.IsEmpty || history.Samples[history.CurrentBootStart].TakenAt is not { } boot)
        {
            return null;
        }

        double mean = cycle.Lives.Average(), spread = cycle.Lives.Length > 1
            ? Tenth * Math.Sqrt(cycle.Lives.Sum(
                l => (l - mean) * (l - mean)) / (cycle.Lives.Length - 1) * (1 + (1.0 / cycle.Lives.Length)))
            : mean / 4;
        return new ExhaustionTime("time until the next reboot", At(
            mean), At(mean - Math.Max(spread, mean / 20)), At(mean + Math.Max(spread, mean / 20)));

        DateTimeOffset At(double hours) => boot.AddSeconds(Math.Round(hours * 3600));
    }

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
