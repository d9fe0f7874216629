using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Detections;

/// <summary>What would have been named by now: that no leak shows is said of nothing slower.</summary>
internal static class SensitivityLine
{
    /// <summary>Writes it; nothing where the captures are too few for a trend.</summary>
    public static void Write(TerminalCanvas canvas, DiagnosisReport report)
    {
        if (HistorySensitivity.Of(report)?.Text(DetectTerminalReport.Days(report)) is { } text)
        {
            canvas.Paragraph(0, 0, new Run(text));
        }
    }
}
