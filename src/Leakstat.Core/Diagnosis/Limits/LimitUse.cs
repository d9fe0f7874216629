using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>
/// How much of a limit is in use at the capture, beside messages that it was met: far from it they tell of the past,
/// near it of now; between the two the next burst may meet it, and nothing tells.
/// </summary>
/// <param name="Evidence">The numbers; null where the capture has none.</param>
/// <param name="IsFar">Whether it is far from the limit.</param>
/// <param name="IsNear">Whether it is near it.</param>
internal readonly record struct LimitUse(Evidence? Evidence, bool IsFar, bool IsNear)
{
    /// <summary>Share of a limit below which it is said to be past.</summary>
    private const double Far = 0.5;

    /// <summary>Share from which it counts as near; the same as for counts without a message (LS0202).</summary>
    private const double Near = 0.90;

    /// <summary>The use of a limit; nothing is known where the limit is none.</summary>
    /// <param name="used">In use.</param>
    /// <param name="most">The limit.</param>
    /// <param name="what">What is counted, for a person.</param>
    public static LimitUse Of(Reading used, long most, string what)
    {
        if (most <= 0)
        {
            return default;
        }

        double share = (double)used.Value / most;
        bool isFar = share < Far;
        return new LimitUse(
            Contracts.Evidence.Of(
                $"{Display.Count(used.Value)} of {Display.Count(most)} {what} at the capture "
                    + $"({Display.Percent(share)})" + (isFar ? ": far from the limit now" : ""),
                used),
            isFar,
            share >= Near);
    }
}
