using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Rounds;

/// <summary>
/// Whether a series rises with the rounds of an exercise. In a designed experiment little is needed for that: the count
/// of live items between rounds, when everything that a round took should be given back.
/// </summary>
/// <remarks>
/// Three things have to hold. The thirds of the rounds are ordered without overlap: of 21 counts that only vary, one
/// arrangement in 10⁸ is. The mean step is five of its standard errors: a random walk of 20 steps gets that far once in
/// 25,000 times. And the second half gains at least two fifths of what the first does: what fills a cache slows down.
/// For what belongs to the module that is tried less is asked, because nothing else moves it: the last third above the
/// first, and two and a half standard errors.
/// </remarks>
internal static class RoundStatistics
{
    private const double LeastPerRound = 0.5;
    private const double SecondHalf = 0.4;
    private const double StandardErrors = 5;
    private const double StandardErrorsOfOwn = 2.5;
    private const int MostPairs = 500;

    /// <summary>Judges counts of live items.</summary>
    /// <param name="counts">Counts before the first round and behind each.</param>
    /// <param name="idle">Counts before anything was done; three or more show what the host does by itself.</param>
    /// <param name="isOwn">Whether it belongs to the module that is tried.</param>
    public static RoundTest Of(ReadOnlySpan<long> counts, ReadOnlySpan<long> idle, bool isOwn)
    {
        int rounds = counts.Length - 1;
        if (rounds < 1)
        {
            return new RoundTest(RoundOutcome.TooFew, 0, 0, 0);
        }

        (long least, long greatest, double mean, double deviation) = Steps(counts);
        double perRound = Slope(counts);
        double error = deviation / Math.Sqrt(rounds);
        bool isSteady = mean >= (isOwn ? StandardErrorsOfOwn : StandardErrors) * error
            && (isOwn
            ? EndsAbove(counts, Math.Max((rounds + 1) / 3, 1))
            : PartsAreOrdered(counts, Math.Max((rounds + 1) / 3, 1)));
        return new RoundTest(OutcomeOf(counts, idle, perRound, isOwn, isSteady), perRound, least, greatest);
    }

    private static RoundOutcome OutcomeOf(
        ReadOnlySpan<long> counts, ReadOnlySpan<long> idle, double perRound, bool isOwn, bool isSteady)
    {
        int rounds = counts.Length - 1;
        if (counts[^1] <= counts[0] || perRound < LeastPerRound)
        {
            return RoundOutcome.Flat;
        }

        if (rounds < (isOwn ? RoundTest.LeastRoundsOfOwn : RoundTest.LeastRounds))
        {
            return RoundOutcome.TooFew;
        }

        int middle = rounds / 2;
        double first = ((double)counts[middle] - counts[0]) / middle;
        double second = ((double)counts[^1] - counts[middle]) / (rounds - middle);
        if (second < SecondHalf * first)
        {
            return RoundOutcome.WarmUp;
        }

        if (idle.Length >= 3 && ((double)idle[^1] - idle[0]) / (idle.Length - 1) >= perRound / 2)
        {
            return RoundOutcome.Idle;
        }

        return isSteady ? RoundOutcome.Rises : RoundOutcome.Unsteady;
    }

    /// <summary>Whether everything in the last part of that length lies above everything in the first.</summary>
    private static bool EndsAbove(ReadOnlySpan<long> counts, int length)
    {
        long greatest = long.MinValue;
        long least = long.MaxValue;
        for (int i = 0; i < length; i++)
        {
            greatest = Math.Max(greatest, counts[i]);
            least = Math.Min(least, counts[^(i + 1)]);
        }

        return least > greatest;
    }

    /// <summary>
    /// Whether each part of that length lies above all of the part before it; the last may be longer.
    /// </summary>
    private static bool PartsAreOrdered(ReadOnlySpan<long> counts, int length)
    {
        long above = long.MinValue;
        for (int start = 0; start + length <= counts.Length; start += length)
        {
            int end = start + (2 * length) > counts.Length ? counts.Length : start + length;
            long least = long.MaxValue;
            long greatest = long.MinValue;
            foreach (long count in counts[start..end])
            {
                least = Math.Min(least, count);
                greatest = Math.Max(greatest, count);
            }

            if (least <= above)
            {
                return false;
            }

            above = greatest;
        }

        return true;
    }

    private static (long Least, long Greatest, double Mean, double Deviation) Steps(ReadOnlySpan<long> counts)
    {
        int rounds = counts.Length - 1;
        long least = long.MaxValue;
        long greatest = long.MinValue;
        double mean = ((double)counts[^1] - counts[0]) / rounds;
        double squares = 0;
        for (int i = 0; i < rounds; i++)
        {
            long step = Model.Arithmetic.Subtract(counts[i + 1], counts[i]);
            least = Math.Min(least, step);
            greatest = Math.Max(greatest, step);
            squares += (step - mean) * (step - mean);
        }

        return (least, greatest, mean, rounds > 1 ? Math.Sqrt(squares / (rounds - 1)) : 0);
    }

    /// <summary>The median slope; over very many rounds, of pairs that lie half of them apart.</summary>
    private static double Slope(ReadOnlySpan<long> counts)
    {
        List<double> slopes = [];
        if (counts.Length > MostPairs)
        {
            int apart = counts.Length / 2;
            for (int i = 0; i + apart < counts.Length; i++)
            {
                slopes.Add(((double)counts[i + apart] - counts[i]) / apart);
            }
        }
        else
        {
            for (int i = 0; i < counts.Length; i++)
            {
                for (int j = i + 1; j < counts.Length; j++)
                {
                    slopes.Add(((double)counts[j] - counts[i]) / (j - i));
                }
            }
        }

        slopes.Sort();
        int middle = slopes.Count / 2;
        return slopes.Count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2;
    }
}
