using System.Collections.Immutable;

namespace Leakstat.Detection.Weighing;

/// <summary>One number of the sum.</summary>
/// <param name="Name">Name.</param>
/// <param name="Kind">Piece of evidence that it belongs to.</param>
/// <param name="Of">The number.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Neutral">Its value where it says nothing.</param>
internal sealed record EvidenceTerm(
    string Name, EvidenceKinds Kind, Func<RiseFeatures, RiseContext, double> Of, double Weight, double Neutral);

/// <summary>Weights of the pieces of evidence.</summary>
internal static class EvidenceWeights
{
    /// <summary>Sum where nothing is known.</summary>
    public const double Bias = -8.69;

    /// <summary>All terms.</summary>
    public static ImmutableArray<EvidenceTerm> All { get; } =
    [
        new("tau", EvidenceKinds.Retention, (r, _) => r.Tau, 0.93, 0.5),
        new("troughs", EvidenceKinds.Retention, (r, _) => r.TroughTau, -0.47, 0.5),
        new("kept", EvidenceKinds.Retention, (r, _) => r.Kept, 1.03, 0.5),
        new("adjusted tau", EvidenceKinds.OneSided, (r, _) => r.AdjustedTau, -0.94, 0.5),
        new("one-sided", EvidenceKinds.OneSided, (r, _) => r.OneSided, 0.23, 0.3),
        new("signs", EvidenceKinds.OneSided, (r, _) => r.Signs, -0.88, 0.5),
        new("steps", EvidenceKinds.OneSided, (r, _) => r.Steps, 1.34, 1.5),
        new("separation", EvidenceKinds.Floor, (r, _) => r.Separation, -0.60, 0),
        new("adjusted separation", EvidenceKinds.Floor, (r, _) => r.AdjustedSeparation, 0.52, 0),
        new("fall", EvidenceKinds.Floor, (r, _) => r.Fall, -1.15, 0.5),
        new("adjusted fall", EvidenceKinds.Floor, (r, _) => r.AdjustedFall, 0.71, 0.5),
        new("late", EvidenceKinds.Saturation, (r, _) => r.Late, 0.52, 0.4),
        new("late squared", EvidenceKinds.Saturation, (r, _) => (r.Late - 0.5) * (r.Late - 0.5), 0.11, 0.05),
        new("last", EvidenceKinds.Saturation, (r, _) => r.Last, -0.96, 0.2),
        new("bending", EvidenceKinds.Saturation, (_, c) => c.IsBending ? 1 : 0, -3.00, 0),
        new("ceiling", EvidenceKinds.Saturation, (_, c) => c.AtCeiling ? 1 : 0, -9.97, 0),
        new("since boot", EvidenceKinds.Saturation, (_, c) => c.SinceBoot ? 1 : 0, -0.59, 0),
        new("ratio", EvidenceKinds.Share, (r, _) => r.Ratio, 0.85, 0.3),
        new("over noise", EvidenceKinds.Slope, (r, _) => r.OverNoise, -0.07, 1.5),
        new("slope", EvidenceKinds.Slope, (_, c) => c.Slope, 0.48, 3),
        new("memory", EvidenceKinds.Share, (r, _) => double.IsNaN(r.Memory) ? 0.3 : r.Memory, 0.60, 0.3),
        new("counted", EvidenceKinds.Counters, (_, c) => c.Counted, -1.87, 0.1),
        new("explained", EvidenceKinds.Counters, (_, c) => c.IsExplained ? 1 : 0, -2.67, 0),
        new("common", EvidenceKinds.Company, (_, c) => c.Common, -0.89, 0.2),
        new("company", EvidenceKinds.Company, (_, c) => Math.Log(1 + c.Company), -1.29, 0.7),
        new("lockstep", EvidenceKinds.Company, (_, c) => Math.Log(1 + Math.Max(c.Lockstep - 2, 0)), -3.86, 0),
        new("left tau", EvidenceKinds.OneSided, (_, c) => c.LeftTau, 4.30, 0.5),
        new("left separation", EvidenceKinds.Floor, (_, c) => c.LeftSeparation, -0.11, 0),
        new("left fall", EvidenceKinds.Floor, (_, c) => c.LeftFall, 0.01, 0.5),
        new("left signs", EvidenceKinds.OneSided, (_, c) => c.LeftSigns, 0.53, 0.5),
        new("clear", EvidenceKinds.OneSided, (_, c) => Clear(c), 1.72, 0),
        new("clearly", EvidenceKinds.OneSided, (r, c) => Math.Min(Clear(c) / 0.2, 1), -0.72, 0.1),
        new("slope low", EvidenceKinds.Slope, (_, c) => Math.Min(c.Slope, 4), -0.17, 1.5),
        new("bent", EvidenceKinds.Saturation, (r, c) => c.IsBending ? Math.Max(0.5 - r.Late, 0) : 0, -9.44, 0),
        new("saturated", EvidenceKinds.Saturation, (r, _) => Math.Max(0.15 - r.Last, 0) * 5, -0.79, 0),
        new("small ratio", EvidenceKinds.Share, (r, _) => Math.Min(r.Ratio, 0.2) * 5, 1.03, 0.5),
        new("clear growth", EvidenceKinds.Share, (r, c) => Clear(c) * Math.Min(r.Ratio, 1), -1.82, 0.05),
        new("slow to clear", EvidenceKinds.Slope, (r, c) => Clear(c) * Math.Min(c.Slope, 6), 0.64, 0.2),
        new("held", EvidenceKinds.Share, (r, c) => double.IsNaN(r.Memory)
            ? 0 : r.Memory * Math.Min(r.Ratio, 1) * (1 - Math.Min(r.AdjustedFall, 1)), 0.55, 0),
        new("boots", EvidenceKinds.Boots, (_, c) => c.BootsSeen > 1 ? Math.Log(c.Boots + 1) : 0, -1.18, 0),
        new("boots without", EvidenceKinds.Boots, (_, c) => c.BootsSeen > 1
            ? Math.Log(c.BootsSeen - c.Boots + 1) : 0, 0.88, 0),
        new("cache", EvidenceKinds.Owner, (_, c) => c.Nature == OwnerNature.Cache ? 1 : 0, -1.5, 0),
        new("per process", EvidenceKinds.Owner, (_, c) => c.Nature == OwnerNature.PerProcess ? 1 : 0, -0.5, 0),
    ];

    // How plainly what is left without the load rises: apart, in order, without a fall.
    private static double Clear(RiseContext context) =>
        Math.Max(context.LeftSeparation, 0) * Math.Max(context.LeftTau, 0) * (1 - Math.Min(context.LeftFall, 1));
}
