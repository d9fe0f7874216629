using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>The suspect's numbers over time.</summary>
internal static class BugReportNumbers
{
    private const int MostRows = 40;

    public static void Write(TerminalCanvas canvas, DiagnosisReport report)
    {
        if (SuspectSeries.First(report) is not { } suspect)
        {
            return;
        }

        int[] samples = suspect.Spread(MostRows);
        BugReport.Head(canvas, "Numbers over time");
        canvas.Paragraph(0, 0, new Run(
            samples.Length < suspect.Bytes.Count
                ? $"{ReportTerms.Of(suspect.Finding.Subject)}, {samples.Length} of "
                    + $"{Display.Count(suspect.Bytes.Count, "capture", "captures")}"
                : ReportTerms.Of(suspect.Finding.Subject)));
        canvas.Verbatim(0, $"{"time (UTC)",-22}{"items",14}{"bytes",20}{"change",14}");
        long? before = null;
        foreach (int sample in samples)
        {
            Sample place = report.History.Samples[sample];
            string when = place.TakenAt is { } time ? Display.ExactTime(time) : canvas.Fit(place.Source, 20);
            string items = suspect.Items?[sample] is { } count ? Display.Count(count) : "";
            long bytes = suspect.Bytes[sample] ?? 0;
            string change = before is { } earlier ? Display.Change((double)bytes - earlier) : "";
            canvas.Verbatim(0, $"{when,-22}{items,14}{Display.Count(bytes),20}{change,14}".TrimEnd());
            before = bytes;
        }
    }
}
