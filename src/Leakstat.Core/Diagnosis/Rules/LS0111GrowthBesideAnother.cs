using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// Growth that another host, or the same host before a change, does not have at the same time since boot.
/// </summary>
public sealed class LS0111GrowthBesideAnother : IRule
{
    private const int MostChanges = 4;

    /// <inheritdoc/>
    public string Id => "LS0111";

    /// <inheritdoc/>
    public string Name => "Growth that the host compared with does not have";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Comparison];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context) => context.Differential is { } differential
        ? differential.Series.Where(s => s.IsRegression).Select(s => Found(context, differential, s))
        : [];

    private Finding Found(DiagnosisCase context, HostDifferential compared, ComparedSeries series)
    {
        bool proven = series.Class is TrendClass.Leak or TrendClass.Stopped;
        bool leak = proven && context.Trends?.IsLeak(series.Key) == true;
        long gained = series.GainInB ?? 0;
        ComparedRate rate = series.RateInB!.Value;
        var growth = new ObservedGrowth(rate.PerHour, rate.Low, rate.High, StartOf(context, series)) { Bytes = gained };
        ExhaustionTime? exhaustion = leak
            ? NearestBound.Of(context, series.Key, TrendGrowth.AtEightyPercent(growth))
            : null;
        return new Finding
        {
            Rule = Id,
            Title = Title(compared, series, rate),
            Severity = leak
                ? TrendGrowth.SeverityOf(context, gained, exhaustion, series.Class == TrendClass.Stopped)
                : proven ? Severity.Warning : Severity.Info,
            Verdict = leak ? Verdict.Leak : Verdict.Suspect,
            Subject = series.Subject,
            Confidence = leak ? context.Trends!.Of(series.Key)!.Confidence : proven ? 0.8 : 0.5,
            Evidence = Evidence(compared, series),
            Growth = growth,
            Exhaustion = exhaustion,
            Owners = series.Owners,
            Advice = GrowthAdvice.For(
                context, series.Subject.Kind, series.Subject.Name, compared.Overlap!.Points.Length),
            BytesAtStake = gained,
        };
    }

    private static DateTimeOffset? StartOf(DiagnosisCase context, ComparedSeries series) =>
        series.Start >= 0 ? context.History.Samples[series.Start].TakenAt : null;

    private static string Title(HostDifferential compared, ComparedSeries series, ComparedRate rate)
    {
        string what = $"{Kind(series.Subject)} {series.Subject.Name}";
        string grows = $"{what} grows by {Display.Rate(rate.PerHour)} on {compared.NameOfB}";
        return series switch
        {
            { Presence: Presence.OnlyInB } => $"{grows}; {compared.NameOfA} does not have it",
            { Change: GrowthChange.Faster, RateInA: { } other } =>
                $"{grows}, on {compared.NameOfA} by {Display.Rate(other.PerHour)} at the same uptime",
            _ => $"{grows} and not on {compared.NameOfA} at the same uptime",
        };
    }

    private static string Kind(Subject subject) => subject.Kind switch
    {
        SubjectKind.Malloc => "malloc type",
        SubjectKind.Wired => "wired memory",
        _ => "zone",
    };

    private static ImmutableArray<Evidence> Evidence(HostDifferential compared, ComparedSeries series)
    {
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        if (series.RateInA is { } rateOfA)
        {
            evidence.Add(
                new Evidence($"{compared.NameOfA}: {Rate(rateOfA)}", rateOfA.PerHour, Unit.BytesPerHour, series.AtInA));
        }

        evidence.Add(new Evidence(
            $"{compared.NameOfB}: {Rate(series.RateInB!.Value)}",
            series.RateInB.Value.PerHour, Unit.BytesPerHour, series.AtInB));
        UptimeOverlap overlap = compared.Overlap!;
        evidence.Add(new Evidence(
            $"compared at {overlap.Points.Length} points from {Display.Hours(overlap.From)} to "
                + $"{Display.Hours(overlap.To)} after "
                + "boot"));
        if (series.Chance < 1)
        {
            string chance = series.Chance < 1e-12
                ? "below 1e-12"
                : FormattableString.Invariant($"{series.Chance:0.0e+0}");
            evidence.Add(new Evidence(
                $"without a reason the chance of such a difference is {chance}, corrected for autocorrelation and the "
                    + "number of series",
                series.Chance, Unit.Fraction));
        }

        if (series.Scale > 1.005)
        {
            evidence.Add(new Evidence(string.Create(
                CultureInfo.InvariantCulture,
                $"growth of {compared.NameOfA} counted {series.Scale:0.00} times, "
                    + $"as {compared.NameOfB} has so much more {series.Reason}")));
        }

        if (!series.NamesInA.IsEmpty)
        {
            evidence.Add(new Evidence($"{compared.NameOfA} has it as {string.Join(" + ", series.NamesInA)}"));
        }

        evidence.AddRange(Changes(compared, series).Select(c => new Evidence($"changed: {c.Kind} {c.Text}", At: c.At)));
        return evidence.ToImmutable();
    }

    /// <summary>
    /// Changes that may have to do with it: the release first, modules that own it, other modules, settings.
    /// </summary>
    private static IEnumerable<HistoryEvent> Changes(HostDifferential compared, ComparedSeries series) =>
        compared.Changes
        .OrderByDescending(c => series.Owners.Any(o => o.Module == c.Text))
        .ThenByDescending(c => c.Kind == "release")
        .ThenByDescending(c => c.Kind.StartsWith("module", StringComparison.Ordinal))
        .Take(MostChanges);

    private static string Rate(ComparedRate rate) => rate is { Low: { } low, High: { } high }
        ? $"{Display.Rate(rate.PerHour)} ({Display.Rate(low)} to {Display.Rate(high)})"
        : Display.Rate(rate.PerHour);
}
