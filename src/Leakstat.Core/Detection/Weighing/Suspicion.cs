using System.Collections.Immutable;

namespace Leakstat.Detection.Weighing;

/// <summary>One piece of evidence as it was weighed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Weight">Logarithm of the likelihood ratio: above 0 it speaks for memory that is not given back.</param>
/// <param name="Value">The number behind it; which one is said by the kind.</param>
public readonly record struct EvidencePiece(EvidenceKinds Kind, double Weight, double Value);

/// <summary>What all evidence on one series together says.</summary>
/// <param name="Probability">Chance that its memory is not given back, 0 to 1.</param>
/// <param name="Pieces">Pieces, the weightiest for it first.</param>
public sealed record Suspicion(double Probability, ImmutableArray<EvidencePiece> Pieces)
{
    /// <summary>What was measured.</summary>
    public RiseFeatures Rise { get; init; }

    /// <summary>What was known beside it.</summary>
    public RiseContext Context { get; init; }

    /// <summary>The numbers that the weights are for; for those who fit them.</summary>
    internal ImmutableArray<double> Terms { get; init; } = [];

    /// <summary>Weighs a rise.</summary>
    internal static Suspicion Weigh(RiseFeatures rise, RiseContext context, EvidenceKinds without)
    {
        var pieces = new Dictionary<EvidenceKinds, (double Weight, double Value)>();
        double sum = EvidenceWeights.Bias;
        double[] terms = new double[EvidenceWeights.All.Length];
        for (int i = 0; i < terms.Length; i++)
        {
            EvidenceTerm term = EvidenceWeights.All[i];
            terms[i] = term.Of(rise, context);
            double weight = without.HasFlag(term.Kind) ? 0 : term.Weight * (terms[i] - term.Neutral);
            sum += weight + (term.Weight * term.Neutral);
            (double Weight, double Value) so = pieces.GetValueOrDefault(term.Kind, (0, terms[i]));
            pieces[term.Kind] = (so.Weight + weight, so.Value);
        }

        return new Suspicion(
            1 / (1 + Math.Exp(-sum)),
            [.. pieces.OrderByDescending(p => p.Value.Weight).ThenBy(p => p.Key)
                .Select(p => new EvidencePiece(p.Key, p.Value.Weight, p.Value.Value))])
        {
            Rise = rise,
            Context = context,
            Terms = [.. terms],
        };
    }
}
