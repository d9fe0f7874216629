using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Detections;

/// <summary>
/// What rose and is no finding, folded: nothing that a reader of the numbers would call growing is kept silent.
/// </summary>
internal static class RisingBlock
{
    private const int MostFolded = 3;
    private const int MostListed = 60;

    /// <summary>Rising series of a report.</summary>
    public static ImmutableArray<RisingSeries> Of(DiagnosisReport report) =>
        report.Trends is { CanProve: true } trends ? RisingSeries.Of(report.History, trends) : [];

    /// <summary>Writes one line, or all of them where the report is verbose.</summary>
    public static void Write(TerminalCanvas canvas, ImmutableArray<RisingSeries> rising, bool isVerbose)
    {
        if (rising.IsEmpty)
        {
            return;
        }

        canvas.Blank();
        if (!isVerbose)
        {
            string names = Display.Some([.. rising.Select(r => Name(r.Key))], MostFolded, ", ...");
            canvas.Paragraph(0, 0, new Run(
                $"Rising, no finding: {Display.Count(rising.Length)} series ({names}); -v lists them, --why "
                    + "NAME explains one.", Style.Dim));
            return;
        }

        canvas.Paragraph(0, 0, new Run("Rising, no finding", Style.Strong));
        foreach (RisingSeries series in rising.Take(MostListed))
        {
            canvas.Paragraph(2, 4, new Run("-"), new Run(Line(series)));
        }

        if (rising.Length > MostListed)
        {
            canvas.Paragraph(2, 4, new Run($"and {Display.Count(rising.Length - MostListed)} more", Style.Dim));
        }
    }

    /// <summary>One series in a line: whose it is, how much, why it is no finding.</summary>
    public static string Line(RisingSeries series) =>
        $"{Name(series.Key)}: {Display.Change(series.Bytes)}; {series.Why}"
        + (series.Probability is { } chance ? $" (chance that it is not given back: {Display.Percent(chance)})" : "");

    /// <summary>What a series is called in a report.</summary>
    public static string Name(SeriesKey key) => key.Kind switch
    {
        SeriesKind.ZoneUsed => $"zone {key.Name}",
        SeriesKind.MallocBytes => $"malloc type {key.Name}",
        _ => $"wired {key.Name}",
    };
}
