using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether the latest capture lacks zones or malloc types that the one before it had. Over a history this is the surest
/// sign of a table that was cut: they go only with a module that is unloaded, and then with it alone.
/// </summary>
internal static class LostRowsGap
{
    /// <summary>
    /// What is missing of a kind of series; null where nothing is, and where a change of modules or a boot may explain
    /// it.
    /// </summary>
    /// <param name="history">The captures.</param>
    /// <param name="kind">Zones or malloc types.</param>
    /// <param name="command">The command that prints them.</param>
    public static Gap? Of(HostHistory history, SeriesKind kind, string command)
    {
        int last = history.Samples.Length - 1;
        if (last <= history.CurrentBootStart
            || history.Events.Any(e => e.Sample == last && e.Kind is "boot" or "release" or "module unloaded"))
        {
            return null;
        }

        string[] gone =
        [
            .. history.Series
                .Where(s => s.Key.Kind == kind && s[last] is null && s[last - 1] is not (null or 0))
                .Select(s => s.Key.Name),
        ];
        return gone.Length == 0
            ? null
            : new Gap(
                command,
                $"without {Display.Count(gone.Length, "row", "rows")} that the capture before it had "
                    + $"({string.Join(", ", gone.Take(3))}{(gone.Length > 3 ? ", …" : "")})");
    }
}
