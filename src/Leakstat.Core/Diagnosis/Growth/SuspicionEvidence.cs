using Leakstat.Detection;
using Leakstat.Detection.Weighing;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>What the engine weighed, in words.</summary>
internal static class SuspicionEvidence
{
    private const double LeastWeight = 0.3;

    /// <summary>
    /// Lines of evidence for a finding: the pieces that carried it, the weightiest first, and what speaks against it.
    /// </summary>
    internal static IEnumerable<Evidence> Of(TrendResult trend, int most)
    {
        if (trend.Suspicion is not { } weighed)
        {
            yield break;
        }

        foreach (EvidencePiece piece in weighed.Pieces.Where(p => p.Weight >= LeastWeight).Take(most))
        {
            yield return new Evidence($"{Words(piece.Kind, weighed)} ({Odds(piece.Weight)})", piece.Weight);
        }

        foreach (EvidencePiece piece in weighed.Pieces.Reverse().Where(p => p.Weight <= -LeastWeight).Take(2))
        {
            yield return new Evidence($"against it: {Words(piece.Kind, weighed)} ({Odds(piece.Weight)})", piece.Weight);
        }
    }

    /// <summary>A weight as the factor by which it changes the odds.</summary>
    public static string Odds(double weight) =>
        weight >= 0 ? $"odds × {Factor(weight)}" : $"odds ÷ {Factor(-weight)}";

    /// <summary>What a piece of evidence says of this series.</summary>
    public static string Words(EvidenceKinds kind, Suspicion weighed)
    {
        RiseFeatures rise = weighed.Rise;
        RiseContext context = weighed.Context;
        return kind switch
        {
            EvidenceKinds.OneSided when context.IsInLumps => "it rose in a few lumps, as what processes wire does",
            EvidenceKinds.OneSided when rise.Rises + rise.Falls > 0 =>
                $"{Display.Count(rise.Rises, "rise", "rises")} and {Display.Count(rise.Falls, "fall", "falls")} "
                    + "larger than its noise: "
                + $"by tossing a coin {Chance(rise.Signs)}",
            EvidenceKinds.OneSided => "no move larger than its noise to either side",
            EvidenceKinds.Retention when rise.TroughsOnly =>
                $"it falls back again and again, and its troughs go up (Kendall's tau {rise.Tau:0.00})",
            EvidenceKinds.Retention =>
                $"the lowest of each day or part of the time goes up (Kendall's tau {rise.TroughTau:0.00}), and "
                + $"{Display.Percent(rise.Kept)} of the gain was never given back",
            EvidenceKinds.Floor => rise.Separation > 0
                ? "the lowest of the last third lies above the highest of the first"
                : $"its deepest fall is {Display.Percent(Math.Min(rise.AdjustedFall, 2))} of the gain",
            EvidenceKinds.Boots => context.BootsSeen > 1
                ? $"it grew in {context.Boots} of {context.BootsSeen} boots" : "one boot was seen",
            EvidenceKinds.Share => (context.BootsSeen > 1
                    ? $"over {context.BootsSeen} boots its level" : "it")
                + $" rose by a factor of {Math.Exp(rise.Ratio):0.00}"
                + (double.IsNaN(rise.Memory) ? "" : $" and took {(Math.Exp(rise.Memory) - 1) / 10:0.00} % of memory"),
            EvidenceKinds.Owner => context.Nature switch
            {
                OwnerNature.Cache => "it is kept for what a cache holds, and may fill up to a bound",
                OwnerNature.PerProcess => "each process, thread or file has one",
                OwnerNature.PerRequest => "connections hold it for a while",
                OwnerNature.Rest => "pages that no owner shows, those that processes wire among them",
                _ => "what its owner is for is not known",
            },
            EvidenceKinds.Company => context.Company + context.Lockstep == 0
                ? "nothing else on the host rises so"
                : $"{Display.Count(context.Company, "other rises on its own", "others rise on their own")}, "
                    + $"{Display.Count(context.Lockstep)} in step with it",
            EvidenceKinds.Saturation =>
                context.AtCeiling ? "it came to one value and stands there, as what is full does"
                : context.IsBending ? "it slows down, as what fills up does"
                : $"{Display.Percent(rise.Late)} of what it kept came in the later half since it set in",
            EvidenceKinds.Counters => context.Counter is { } counter
                ? $"{Display.Percent(context.Counted)} of it may go with {counter}" : "no counter moves with it",
            _ => $"its slope alone by chance: {Chance(context.Slope)}, before the number of tests",
        };
    }

    private static string Factor(double weight) => Math.Exp(weight) switch
    {
        >= 1000 and var factor => Display.Count((long)Math.Min(factor, 1e9)),
        >= 10 and var factor => $"{factor:0}",
        var factor => $"{factor:0.0}",
    };

    private static string Chance(double negatedLog) =>
        negatedLog >= 12 ? "below 1e-12" : $"{Math.Pow(10, -negatedLog):0.0e+0}";
}
