using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// By how much a counter rose since the first capture of the boot that the latest capture belongs to.
/// </summary>
/// <param name="By">Difference; negative where it fell.</param>
/// <param name="First">Its first value in this boot.</param>
/// <param name="Hours">Hours between the two captures; null where a time is unknown.</param>
internal readonly record struct CounterRise(long By, long First, double? Hours)
{
    /// <summary>
    /// The rise of a series; null where fewer than two captures of this boot have it, so that nothing can be said about
    /// when its events happened.
    /// </summary>
    public static CounterRise? Of(HostHistory history, SeriesKind kind, string name)
    {
        if (history.Find(kind, name) is not { } series || history.Samples.Length < 2)
        {
            return null;
        }

        int last = history.Samples.Length - 1;
        int first = history.CurrentBootStart;
        while (first < last && series[first] is null)
        {
            first++;
        }

        return first < last && series[first] is { } from && series[last] is { } to
            ? new CounterRise(Arithmetic.Subtract(to, from), from, history.Hours(first, last))
            : null;
    }

    /// <summary>How it is told: <c>31 more in 2.0 h</c>.</summary>
    public string Text => Hours is { } hours
        ? FormattableString.Invariant($"{Display.Count(By)} more in {hours:F1} h")
        : $"{Display.Count(By)} more since the first capture";
}
