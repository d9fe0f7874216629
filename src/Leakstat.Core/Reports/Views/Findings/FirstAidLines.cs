using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Findings;

/// <summary>
/// Now, don't and next: the lines right below the verdict, each with its command and where it is run.
/// </summary>
internal static class FirstAidLines
{
    private const int LabelWidth = 6;

    public static void Write(TerminalCanvas canvas, DiagnosisReport report)
    {
        if (FirstAidPlan.Of(report) is not { } aid)
        {
            return;
        }

        canvas.Blank();
        Line("Now", aid.Now);
        Line("Don't", aid.Dont);
        Line("Next", aid.Next);

        void Line(string label, FirstAidStep step)
        {
            canvas.Field(
                0,
                LabelWidth,
                label,
                new Run(step.Command is null ? $"{step.Text}." : $"{step.Text}; {PlaceText(step.On)}:"));
            if (step.Command is { } command)
            {
                canvas.Command(LabelWidth + 2, command);
            }

            if (step.Otherwise is { } otherwise)
            {
                Line("", otherwise);
            }
        }
    }

    /// <summary>The command that would tell, where the verdict is open.</summary>
    public static void WriteWhatWouldTell(TerminalCanvas canvas, DiagnosisReport report)
    {
        if (report.Verdict.Command is { } command)
        {
            canvas.Paragraph(0, 0, new Run("What would tell, on the machine that leakstat runs on:", Style.Dim));
            canvas.Command(2, command);
        }
    }

    private static string PlaceText(Place place) =>
        place == Place.Host ? "on the host" : "on the machine that leakstat runs on";
}
