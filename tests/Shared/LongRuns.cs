namespace Leakstat.Tests;

/// <summary>
/// How often tests repeat what is random: kills, damaged inputs, long runs. A few times as a rule; the full counts, which take
/// long, where <c>LEAKSTAT_LONG=1</c> is in the environment (<c>./test long</c>).
/// </summary>
internal static class LongRuns
{
    /// <summary>Whether the full counts are wanted.</summary>
    public static bool AreWanted { get; } = Environment.GetEnvironmentVariable("LEAKSTAT_LONG") == "1";

    /// <summary>Time after which a step hangs, also on a machine that is busy with every other test.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(3);

    /// <summary>One count or the other.</summary>
    public static int Times(int asARule, int inFull) => AreWanted ? inFull : asARule;
}
