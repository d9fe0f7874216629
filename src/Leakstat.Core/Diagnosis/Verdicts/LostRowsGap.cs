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
    /// <summary>So many owners at once do not go and come back: those of a module are few.</summary>
    public const int RowsOfCut = 10;

    /// <summary>
    /// What is missing of a kind of series; null where nothing is, and where a change of modules or a boot may explain
    /// it.
    /// </summary>
    /// <param name="history">The captures.</param>
    /// <param name="kind">Zones or malloc types.</param>
    /// <param name="command">The command that prints them.</param>
    public static Gap? Of(HostHistory history, SeriesKind kind, string command)
    {
        return OfLatest(history, kind, command) ?? OfOthers(history, kind, command);
    }

    /// <summary>How many rows each capture lacks that captures on both sides of it have.</summary>
    /// <param name="history">The captures.</param>
    /// <param name="kind">Zones or malloc types.</param>
    /// <param name="from">The first capture that is looked at.</param>
    public static int[] Lacking(HostHistory history, SeriesKind kind, int from = 0)
    {
        int count = history.Samples.Length;
        int[] lacking = new int[count];
        long?[] values = new long?[count];
        (int First, int End)[] unloaded = [.. WithoutModule(history)];
        foreach (Series series in history.Series.Where(s => s.Key.Kind == kind && s.HasGaps))
        {
            series.CopyTo(0, values);
            int first = from, last = count - 1;
            while (first < count && values[first] is null)
            {
                first++;
            }

            while (last > first && values[last] is null)
            {
                last--;
            }

            // What was there at no time while the module was not, went with it. Such times of two modules may overlap.
            foreach ((int gone, int end) in Array.FindAll(
                unloaded, w => values.AsSpan(w.First, w.End - w.First).IndexOfAnyExcept((long?)null) < 0))
            {
                values.AsSpan(gone, end - gone).Fill(0);
            }

            for (int i = first + 1; i < last; i++)
            {
                lacking[i] += values[i] is null ? 1 : 0;
            }
        }

        return lacking;
    }

    /// <summary>Captures before the latest that lack rows which captures on both sides of them have.</summary>
    private static Gap? OfOthers(HostHistory history, SeriesKind kind, string command)
    {
        int count = history.Samples.Length;
        int[] lacking = Lacking(history, kind);
        int shorter = lacking.Count(rows => rows >= RowsOfCut);
        int example = Array.FindIndex(lacking, rows => rows >= RowsOfCut);
        return DamagedShare.IsTooLarge(shorter, count)
            ? new Gap(
                command,
                $"{Display.Count(shorter)} of {Display.Count(count, "capture", "captures")} lack rows that those "
                    + $"before and after have ({Display.Count(lacking[example], "row", "rows")} in "
                    + $"{history.Samples[example].Source})")
            : null;
    }

    /// <summary>Samples from one by which a module was unloaded to the one by which it is loaded again.</summary>
    private static IEnumerable<(int First, int End)> WithoutModule(HostHistory history) =>
        history.Events.Where(e => e.Kind == "module unloaded").Select(gone => (
            gone.Sample,
            history.Events.FirstOrDefault(
                e => e.Kind == "module loaded" && e.Text == gone.Text && e.Sample > gone.Sample)?.Sample
                ?? history.Samples.Length));

    private static Gap? OfLatest(HostHistory history, SeriesKind kind, string command)
    {
        int last = history.Samples.Length - 1;
        if (last <= history.CurrentBootStart
            || history.Events.Any(e => e.Sample == last && e.Kind is "boot" or "release" or "module unloaded"))
        {
            return null;
        }

        // A capture without the table lacks no rows of it: that is a gap of its own.
        if (!history.Series.Any(s => s.Key.Kind == kind && s[last] is not null))
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
                    + $"({Display.Some(gone, 3)})");
    }
}
