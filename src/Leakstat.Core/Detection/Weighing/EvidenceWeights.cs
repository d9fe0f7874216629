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
    public const double Bias = -9.80;

    /// <summary>All terms.</summary>
    public static ImmutableArray<EvidenceTerm> All { get; } =
    [
        new("tau", EvidenceKinds.Retention, (r, _) => r.Tau, 1.51, 0.5),
        new("steps", EvidenceKinds.OneSided, (r, _) => r.Steps, 0.61, 1.5),
        new("adjusted separation", EvidenceKinds.Floor, (r, _) => r.AdjustedSeparation, 0.15, 0),
        new("fall", EvidenceKinds.Floor, (r, _) => r.Fall, -0.31, 0.5),
        new("late", EvidenceKinds.Saturation, (r, _) => r.Late, 0.25, 0.4),
        new("late squared", EvidenceKinds.Saturation, (r, _) => (r.Late - 0.5) * (r.Late - 0.5), -3.08, 0.05),
        new("last", EvidenceKinds.Saturation, (r, _) => r.Last, 0.24, 0.2),
        new("bending", EvidenceKinds.Saturation, (_, c) => c.IsBending ? 1 : 0, -0.91, 0),
        new("ceiling", EvidenceKinds.Saturation, (_, c) => c.AtCeiling ? 1 : 0, -11.71, 0),
        new("since boot", EvidenceKinds.Saturation, (_, c) => c.SinceBoot ? 1 : 0, -1.53, 0),
        new("ratio", EvidenceKinds.Share, (r, _) => r.Ratio, 1.30, 0.3),
        new("slope", EvidenceKinds.Slope, (_, c) => c.Slope, 0.29, 3),
        new("memory", EvidenceKinds.Share, (r, _) => double.IsNaN(r.Memory) ? 0.3 : r.Memory, 0.97, 0.3),
        new("counted", EvidenceKinds.Counters, (_, c) => c.Counted, -3.54, 0.1),
        new("explained", EvidenceKinds.Counters, (_, c) => c.IsExplained ? 1 : 0, -3.18, 0),
        new("troughs only", EvidenceKinds.Retention, (r, _) => r.TroughsOnly ? 1 : 0, -0.45, 0),
        new("common", EvidenceKinds.Company, (_, c) => c.Common, -0.61, 0.2),
        new("company", EvidenceKinds.Company, (_, c) => Math.Log(1 + c.Company), -1.18, 0.7),
        new("lockstep", EvidenceKinds.Company, (_, c) => Math.Log(1 + Math.Max(c.Lockstep - 2, 0)), -1.01, 0),
        new("left tau", EvidenceKinds.OneSided, (_, c) => c.LeftTau, 0.58, 0.5),
        new("left signs", EvidenceKinds.OneSided, (_, c) => c.LeftSigns, 0.21, 0.5),
        new("clear", EvidenceKinds.OneSided, (_, c) => Clear(c), 0.21, 0),
        new("slope low", EvidenceKinds.Slope, (_, c) => Math.Min(c.Slope, 4), 0.99, 1.5),
        new("bent", EvidenceKinds.Saturation, (r, c) => c.IsBending ? Math.Max(0.5 - r.Late, 0) : 0, -19.53, 0),
        new("saturated", EvidenceKinds.Saturation, (r, _) => Math.Max(0.15 - r.Last, 0) * 5, -1.53, 0),
        new("small ratio", EvidenceKinds.Share, (r, _) => Math.Min(r.Ratio, 0.2) * 5, 1.22, 0.5),
        new("clear growth", EvidenceKinds.Share, (r, c) => Clear(c) * Math.Min(r.Ratio, 1), 1.47, 0.05),
        new("held", EvidenceKinds.Share, (r, c) => double.IsNaN(r.Memory)
            ? 0 : r.Memory * Math.Min(r.Ratio, 1) * (1 - Math.Min(r.AdjustedFall, 1)), 0.34, 0),
        new("boots", EvidenceKinds.Boots, (_, c) => c.BootsSeen > 1 ? Math.Log(c.Boots + 1) : 0, 0.27, 0),
        new("boots without", EvidenceKinds.Boots, (_, c) => c.BootsSeen > 1
            ? Math.Log(c.BootsSeen - c.Boots + 1) : 0, -0.84, 0),
        new("cache", EvidenceKinds.Owner, (_, c) => c.Nature == OwnerNature.Cache ? 1 : 0, -2.14, 0),
        new("per process", EvidenceKinds.Owner, (_, c) => c.Nature == OwnerNature.PerProcess ? 1 : 0, -0.21, 0),
    ];

    // How plainly what is left without the load rises: apart, in order, without a fall.
    private static double Clear(RiseContext context) =>
        Math.Max(context.LeftSeparation, 0) * Math.Max(context.LeftTau, 0) * (1 - Math.Min(context.LeftFall, 1));
}
