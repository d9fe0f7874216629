using System.Collections.Immutable;
using Leakstat.Diagnosis.Comparison;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>A zone or malloc type that grew between captures and that no counter explains.</summary>
public sealed class LS0101GrowthOfOwner : IRule
{
    /// <summary>Findings of one report; what follows is smaller.</summary>
    private const int Most = 6;

    /// <inheritdoc/>
    public string Id => "LS0101";

    /// <inheritdoc/>
    public string Name => "Zone or malloc type grew and no counter explains it";

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase host) =>
        GrowthAnalysis.Of(host)?.Unexplained.Take(Most).Select(seen => Finding(host, seen)) ?? [];

    private Finding Finding(DiagnosisCase host, GrowthObservation seen)
    {
        bool isType = seen.Series.Key.Kind == SeriesKind.MallocBytes;
        string name = seen.Series.Key.Name;
        Growth growth = GrowthRate.Of(host.History, seen);
        return new Finding
        {
            Rule = Id,
            Title = $"{(isType ? "malloc type" : "zone")} {name} grew by {Display.Bytes(seen.Bytes)} over {seen.Samples} "
                + "captures, and nothing that is counted explains it",
            Severity = SeverityOf(host, seen),
            Verdict = Verdict.Suspect,
            Subject = isType ? Subject.Malloc(name) : Subject.Zone(name),
            Confidence = seen.Samples switch { 2 => 0.3, < 6 => 0.4, _ => 0.6 },
            Evidence = EvidenceOf(host, seen, isType),
            Growth = growth,
            Exhaustion = GrowthRate.UntilMemoryIsGone(host, growth),
            Owners = OwnerLookup.Of(host, !isType, name),
            Advice = GrowthAdvice.For(host, isType ? SubjectKind.Malloc : SubjectKind.Zone, name, seen.Samples),
            BytesAtStake = seen.Bytes,
        };
    }

    /// <summary>
    /// A few captures cannot tell a leak from load: information, unless the amount itself is worth a warning.
    /// </summary>
    private static Severity SeverityOf(DiagnosisCase host, GrowthObservation seen)
    {
        long memory = host.Ledger.Physical?.Value ?? long.MaxValue;
        bool large = seen.Bytes >= Math.Max(64 << 20, memory / 50);
        bool sustained = seen is { Samples: >= 6, Falls: <= 0.2, Rises: >= 0.6, Bytes: >= 256 << 10 };
        return large || sustained ? Severity.Warning : Severity.Info;
    }

    private static ImmutableArray<Evidence> EvidenceOf(DiagnosisCase host, GrowthObservation seen, bool isType)
    {
        string what = isType ? "memory" : "items";
        Unit unit = isType ? Unit.Bytes : Unit.Items;
        string Value(long value) => isType ? Display.Bytes(value) : Display.Count(value);
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(new Evidence(
            $"{what} in use at the first capture: {Value(seen.Before)}", seen.Before, unit, seen.Series.FirstAt));
        evidence.Add(new Evidence(
            $"{what} in use at the latest capture: {Value(seen.After)}", seen.After, unit, seen.Series.LastAt));
        if (seen.Samples > 2)
        {
            evidence.Add(new Evidence(
                $"it rose in {Display.Percent(seen.Rises)} of the steps between captures and fell in "
                + Display.Percent(seen.Falls),
                seen.Rises,
                Unit.Fraction));
        }

        foreach (GrowthObservation other in seen.Lockstep.Take(4))
        {
            evidence.Add(new Evidence(
                $"{other.Series.Key.Name} moves with it: +{Display.Bytes(other.Bytes)}",
                other.Bytes,
                Unit.Bytes,
                other.Series.LastAt));
        }

        evidence.AddRange(GrowthEvents.During(host.History));
        return evidence.ToImmutable();
    }
}
