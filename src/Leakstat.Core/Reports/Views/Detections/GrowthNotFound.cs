using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Detections;

/// <summary>Where no growth is a finding: what rose all the same, and what would have been one.</summary>
internal static class GrowthNotFound
{
    /// <summary>Writes it; nothing where growth is a finding, or the captures are too few for a trend.</summary>
    public static void Write(TerminalCanvas canvas, DiagnosisReport report, bool isVerbose)
    {
        if (report.Trends is not { CanProve: true }
            || report.Findings.Any(f => f is { Growth: not null, Verdict: Verdict.Leak or Verdict.Suspect }))
        {
            return;
        }

        RisingBlock.Write(canvas, RisingBlock.Of(report), isVerbose);
        canvas.Blank();
        SensitivityLine.Write(canvas, report);
    }
}
