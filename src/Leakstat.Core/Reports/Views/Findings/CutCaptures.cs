using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Reports.Views.Findings;

/// <summary>Captures of the latest boot whose tables lack rows that those before and after have, in words.</summary>
internal static class CutCaptures
{
    /// <summary>Places that are named.</summary>
    private const int Most = 3;

    private static readonly (SeriesKind Kind, string Command, string File)[] s_tables =
        [(SeriesKind.ZoneUsed, "vmstat -z", "vmstat-z"), (SeriesKind.MallocBytes, "vmstat -m", "vmstat-m")];

    /// <summary>
    /// What to say behind the number of captures that growth was judged over; empty where all of them are whole.
    /// </summary>
    public static string Text(DiagnosisReport report)
    {
        HostHistory history = report.History;
        var cut = new List<(int Sample, string Text)>();
        foreach ((SeriesKind kind, string command, string file) in s_tables)
        {
            int[] lacking = LostRowsGap.Lacking(history, kind, history.CurrentBootStart);
            for (int i = 0; i < lacking.Length; i++)
            {
                if (lacking[i] >= LostRowsGap.RowsOfCut)
                {
                    string place = Place(report, history.Samples[i].Source, file);
                    cut.Add((i, $"{Display.Count(lacking[i])} rows of {command} in {place}"));
                }
            }
        }

        int captures = cut.Select(c => c.Sample).Distinct().Count();
        int all = history.Samples.Length - history.CurrentBootStart;
        string[] places = [.. cut.OrderBy(c => c.Sample).Select(c => c.Text)];
        return captures == 0 ? ""
            : $"; {Display.Count(captures)} of them {(captures == 1 ? "is" : "are")} not whole, and what "
                + $"{(captures == 1 ? "it lacks" : "they lack")} is judged over {Display.Count(all - captures)}: "
                + Display.Some(places, Most);
    }

    /// <summary>File and line of the damage where reading met it, else the capture.</summary>
    private static string Place(DiagnosisReport report, string source, string file) =>
        report.Diagnostics.FirstOrDefault(d => d.IsDamage
            && d.At.File.Path.StartsWith(source, StringComparison.Ordinal)
            && d.At.File.Path.AsSpan(source.Length) is ['/', ..] name
            && name.Contains(file, StringComparison.Ordinal)) is { } damage
            ? damage.At.ToString()
            : source;
}
