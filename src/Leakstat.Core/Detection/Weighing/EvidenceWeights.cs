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
    public const double Bias = -3.82;

    // As RiseFeatures.Memory has it: 2 millionths and 0.6 % of memory. Below and above it makes no difference.
    private const double LeastMemory = 0.002;
    private const double MostMemory = 2;

    // The logarithm of 0.03 % of memory.
    private const double UsualAmount = -1.2;

    /// <summary>All terms.</summary>
    public static ImmutableArray<EvidenceTerm> All { get; } =
    [
        new("steps", EvidenceKinds.OneSided, (r, _) => r.Steps, 0.12, 1.5),
        new("adjusted separation", EvidenceKinds.Floor, (r, _) => r.AdjustedSeparation, 0.44, 0),
        new("late squared", EvidenceKinds.Saturation, (r, _) => (r.Late - 0.5) * (r.Late - 0.5), -1.96, 0.05),
        new("last", EvidenceKinds.Saturation, (r, _) => r.Last, -0.99, 0.2),
        new("ceiling", EvidenceKinds.Saturation, (_, c) => c.AtCeiling ? 1 : 0, -11.71, 0),
        new("ratio", EvidenceKinds.Share, (r, _) => r.Ratio, 0.39, 0.3),
        new("slope", EvidenceKinds.Slope, (_, c) => c.Slope, 0.02, 3),
        new("memory", EvidenceKinds.Share, (r, _) => Amount(r), 0.53, UsualAmount),
        new("counted", EvidenceKinds.Counters, (_, c) => c.Counted, -2.15, 0.1),
        new("explained", EvidenceKinds.Counters, (_, c) => c.IsExplained ? 1 : 0, -1.28, 0),
        new("troughs only", EvidenceKinds.Retention, (r, _) => r.TroughsOnly ? 1 : 0, -0.28, 0),
        new("company", EvidenceKinds.Company, (_, c) => Math.Log(1 + c.Company), -0.30, 0.7),
        new("peers", EvidenceKinds.Company, (_, c) => Math.Log(1 + c.Peers), -0.82, 0.3),
        new("troughs", EvidenceKinds.Retention, (r, _) => r.TroughTau, 1.33, 0.5),
        new("lockstep", EvidenceKinds.Company, (_, c) => Math.Log(1 + Math.Max(c.Lockstep - 2, 0)), -1.36, 0),
        new("left tau", EvidenceKinds.OneSided, (_, c) => c.LeftTau, 1.79, 0.5),
        new("left signs", EvidenceKinds.OneSided, (_, c) => c.LeftSigns, 0.09, 0.5),
        new("clear", EvidenceKinds.OneSided, (_, c) => Clear(c), 0.58, 0),
        new("slope low", EvidenceKinds.Slope, (_, c) => Math.Min(c.Slope, 4), 0.38, 1.5),
        new("bent", EvidenceKinds.Saturation, (r, c) => c.IsBending ? Math.Max(0.5 - r.Late, 0) : 0, -5.77, 0),
        new("saturated", EvidenceKinds.Saturation, (r, _) => Math.Max(0.15 - r.Last, 0) * 5, -1.41, 0),
        new("small ratio", EvidenceKinds.Share, (r, _) => Math.Min(r.Ratio, 0.2) * 5, 2.41, 0.5),
        new("boots without", EvidenceKinds.Boots, (_, c) => c.BootsSeen > 1
            ? Math.Log(c.BootsSeen - c.Boots + 1) : 0, -1.52, 0),
        new("lumps", EvidenceKinds.OneSided, (r, c) => c.IsInLumps ? 1 : 0, -6, 0),
        new("cache", EvidenceKinds.Owner, (_, c) => c.Nature == OwnerNature.Cache ? 1 : 0, -1.44, 0),
    ];

    // What counts is the order of magnitude: of twice as much of the memory no more than of twice as little.
    private static double Amount(RiseFeatures rise) =>
        double.IsNaN(rise.Memory) ? UsualAmount : Math.Log(Math.Clamp(rise.Memory, LeastMemory, MostMemory));

    // How plainly what is left without the load rises: apart, in order, without a fall.
    private static double Clear(RiseContext context) =>
        Math.Max(context.LeftSeparation, 0) * Math.Max(context.LeftTau, 0) * (1 - Math.Min(context.LeftFall, 1));
}
