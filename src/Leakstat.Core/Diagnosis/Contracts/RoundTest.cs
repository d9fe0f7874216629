namespace Leakstat.Diagnosis.Contracts;

/// <summary>What a series does over rounds of the same exercise.</summary>
public enum RoundOutcome
{
    /// <summary>It does not rise.</summary>
    Flat,

    /// <summary>Too few rounds to tell.</summary>
    TooFew,

    /// <summary>It rose and levelled off, as what is filled once does.</summary>
    WarmUp,

    /// <summary>It rises as much without the exercise.</summary>
    Idle,

    /// <summary>It rose, but not steadily enough to tell it from what else happens on the host.</summary>
    Unsteady,

    /// <summary>It rises with every round.</summary>
    Rises,
}

/// <summary>What a test of one series over the rounds of an exercise gave.</summary>
/// <param name="Outcome">Outcome.</param>
/// <param name="PerRound">Items per round: the median of the slopes between all pairs of captures (Theil and Sen).</param>
/// <param name="Least">Least step between captures behind one another.</param>
/// <param name="Greatest">Greatest step.</param>
public readonly record struct RoundTest(RoundOutcome Outcome, double PerRound, long Least, long Greatest)
{
    /// <summary>Rounds below which nothing is said of what other code uses too.</summary>
    public const int LeastRounds = 8;

    /// <summary>Rounds below which nothing is said of what belongs to the module.</summary>
    public const int LeastRoundsOfOwn = 3;
}
