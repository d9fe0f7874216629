using Leakstat.Detection.Weighing;

namespace Leakstat.Detection;

/// <summary>
/// Puts the weighed evidence beside the verdicts of the slope test: what is no leak by that bar and yet most probably
/// memory that is not given back is a suspect; what the evidence speaks against is no leak, however straight its line.
/// </summary>
internal static class Ladder
{
    // Beyond this the model of the weights is less sure than its sum.
    private const double MostSureOfSuspect = 0.98;

    // A leak has at least the odds of two to one from all evidence together.
    private const double LeastOfLeak = 2.0 / 3;

    // Of what a line proved and all evidence together spoke against, so much was lost for good on hosts of four sources
    // (docs/detection.md): too much to be left out, too little to be called a leak.
    private const double ProvenAgainstTheWeight = 0.8;

    // What rises as most of the host does is the host's growth.
    private const double MostCommon = 0.6;

    // So many owners that make the same moves are things per something that nobody counts, not as many leaks at once.
    private const int MostInLockstep = 6;

    // Share of the requests that were given back; less is nothing.
    private const double LeastFreed = 0.02;

    /// <summary>Sets class, confidence and evidence of each result.</summary>
    public static void Apply(HostSeries host, TrendResult[] results, Suspicion?[] suspicions, TrendOptions options)
    {
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = results[i] with { Suspicion = suspicions[i] };
            if (suspicions[i] is not { } weighed)
            {
                continue;
            }

            if (results[i].IsLeak && (IsHarmless(weighed.Context, host.Series[i].Nature, options)
                || (results[i].Class == TrendClass.Stopped && GaveNothingBack(host.Series[i], results[i]))))
            {
                results[i] = results[i] with
                {
                    Class = TrendClass.Rising,
                    Confidence = weighed.Probability,
                    Exhaustion = null,
                };
            }

            if (IsSuspect(results[i], weighed, host.Series[i], options))
            {
                results[i] = results[i] with
                {
                    Class = TrendClass.Suspect,
                    Confidence = results[i].IsLeak
                        ? ProvenAgainstTheWeight
                        : Math.Min(weighed.Probability, MostSureOfSuspect),
                    GroupLeader = results[i].Key,
                };
            }
        }
    }

    /// <summary>
    /// Whether the evidence makes a suspect of a series: of a proven line where it is doubted, for a line excludes
    /// chance, not a load that nobody counts, which makes others rise as well; of any other where it is probable.
    /// </summary>
    public static bool IsSuspect(TrendResult result, Suspicion weighed, SeriesInput series, TrendOptions options) =>
        result.IsLeak
            ? weighed.Probability < LeastOfLeak || series.IsUncounted
            : weighed.Probability >= options.SuspectProbability;

    /// <summary>
    /// What was taken for a leak and moves with something harmless is none; where all its own evidence, counters among
    /// it, says that it is more probably lost than not, it is a suspect still.
    /// </summary>
    public static void Reconsider(TrendResult[] results, TrendOptions options)
    {
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i] is { Class: TrendClass.BoundedFill or TrendClass.Explained or TrendClass.Elastic }
                && results[i].Suspicion is { } weighed && weighed.Probability >= options.SuspectProbability)
            {
                results[i] = results[i] with
                {
                    Class = TrendClass.Suspect,
                    Confidence = Math.Min(weighed.Probability, MostSureOfSuspect),
                    GroupLeader = results[i].Key,
                };
            }
        }
    }

    // What rose and stopped and freed nothing all the while may as well be a cache that filled: no capture tells the
    // two apart. Where others of the owner were freed meanwhile, those that stayed were lost.
    private static bool GaveNothingBack(SeriesInput series, TrendResult result)
    {
        if (series.Allocations.IsDefaultOrEmpty || series.Frees.IsDefaultOrEmpty || result.Start < 0)
        {
            return false;
        }

        double asked = series.Allocations[result.End] - series.Allocations[result.Start];
        double freed = series.Frees[result.End] - series.Frees[result.Start];
        return asked > 0 && freed <= LeastFreed * asked;
    }

    private static bool IsHarmless(RiseContext context, OwnerNature nature, TrendOptions options) =>
        (!options.Without.HasFlag(EvidenceKinds.Saturation) && context.AtCeiling)
        || (!options.Without.HasFlag(EvidenceKinds.Owner) && nature == OwnerNature.Cache)
        || (!options.Without.HasFlag(EvidenceKinds.Company)
            && (context.Lockstep >= MostInLockstep || context.Common > MostCommon));
}
