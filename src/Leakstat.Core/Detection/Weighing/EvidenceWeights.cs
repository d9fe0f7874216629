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
    public const double Bias = -8.91;

    /// <summary>All terms.</summary>
    public static ImmutableArray<EvidenceTerm> All { get; } =
    [
        new("tau", EvidenceKinds.Retention, (r, _) => r.Tau, 1.79, 0.5),
        new("steps", EvidenceKinds.OneSided, (r, _) => r.Steps, 0.06, 1.5),
        new("adjusted separation", EvidenceKinds.Floor, (r, _) => r.AdjustedSeparation, 0.21, 0),
        new("fall", EvidenceKinds.Floor, (r, _) => r.Fall, -0.34, 0.5),
        new("late", EvidenceKinds.Saturation, (r, _) => r.Late, 0.04, 0.4),
        new("late squared", EvidenceKinds.Saturation, (r, _) => (r.Late - 0.5) * (r.Late - 0.5), -0.93, 0.05),
        new("last", EvidenceKinds.Saturation, (r, _) => r.Last, 0.04, 0.2),
        new("ceiling", EvidenceKinds.Saturation, (_, c) => c.AtCeiling ? 1 : 0, -11.71, 0),
        new("ratio", EvidenceKinds.Share, (r, _) => r.Ratio, 0.38, 0.3),
        new("slope", EvidenceKinds.Slope, (_, c) => c.Slope, 0.10, 3),
        new("memory", EvidenceKinds.Share, (r, _) => double.IsNaN(r.Memory) ? 0.3 : r.Memory, 0.82, 0.3),
        new("counted", EvidenceKinds.Counters, (_, c) => c.Counted, -2.65, 0.1),
        new("explained", EvidenceKinds.Counters, (_, c) => c.IsExplained ? 1 : 0, -1.63, 0),
        new("troughs only", EvidenceKinds.Retention, (r, _) => r.TroughsOnly ? 1 : 0, -0.94, 0),
        new("company", EvidenceKinds.Company, (_, c) => Math.Log(1 + c.Company), -0.07, 0.7),
        new("peers", EvidenceKinds.Company, (_, c) => Math.Log(1 + c.Peers), -1.19, 0.3),
        new("troughs", EvidenceKinds.Retention, (r, _) => r.TroughTau, 1.78, 0.5),
        new("left separation", EvidenceKinds.Floor, (_, c) => c.LeftSeparation, 0.24, 0),
        new("lockstep", EvidenceKinds.Company, (_, c) => Math.Log(1 + Math.Max(c.Lockstep - 2, 0)), -0.97, 0),
        new("left tau", EvidenceKinds.OneSided, (_, c) => c.LeftTau, 1.46, 0.5),
        new("left signs", EvidenceKinds.OneSided, (_, c) => c.LeftSigns, 0.05, 0.5),
        new("clear", EvidenceKinds.OneSided, (_, c) => Clear(c), 0.44, 0),
        new("slope low", EvidenceKinds.Slope, (_, c) => Math.Min(c.Slope, 4), 0.64, 1.5),
        new("bent", EvidenceKinds.Saturation, (r, c) => c.IsBending ? Math.Max(0.5 - r.Late, 0) : 0, -4.54, 0),
        new("saturated", EvidenceKinds.Saturation, (r, _) => Math.Max(0.15 - r.Last, 0) * 5, -1.86, 0),
        new("small ratio", EvidenceKinds.Share, (r, _) => Math.Min(r.Ratio, 0.2) * 5, 2.47, 0.5),
        new("boots without", EvidenceKinds.Boots, (_, c) => c.BootsSeen > 1
            ? Math.Log(c.BootsSeen - c.Boots + 1) : 0, -1.66, 0),
        new("cache", EvidenceKinds.Owner, (_, c) => c.Nature == OwnerNature.Cache ? 1 : 0, -1.67, 0),
    ];

    // How plainly what is left without the load rises: apart, in order, without a fall.
    private static double Clear(RiseContext context) =>
        Math.Max(context.LeftSeparation, 0) * Math.Max(context.LeftTau, 0) * (1 - Math.Min(context.LeftFall, 1));
}
