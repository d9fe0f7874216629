namespace Leakstat.Diagnosis.Verdicts;

/// <summary>How much of a history may be damaged before nothing judged over it is to be trusted.</summary>
internal static class DamagedShare
{
    /// <summary>One capture in so many.</summary>
    private const int Most = 20;

    /// <summary>Whether so many are too many.</summary>
    /// <param name="damaged">Damaged captures, or files.</param>
    /// <param name="captures">All captures.</param>
    public static bool IsTooLarge(int damaged, int captures) => damaged > captures / Most;
}
