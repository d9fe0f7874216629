using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>What the readers of tables report in the same words.</summary>
internal static class RowFaults
{
    /// <summary>There are more rows than the limit.</summary>
    public static void TooMany(this CaptureBuilder capture, string rows, SourceLine at) =>
        capture.Report(DiagnosticId.TooMany, $"more than {capture.Limits.Rows} {rows}; the rest was not read", at);

    /// <summary>A counter was below zero.</summary>
    public static void Underflow(this CaptureBuilder capture, SourceLine at) =>
        capture.Report(DiagnosticId.Underflow, "a counter has underflowed; it is read as negative", at);

    /// <summary>The last line may lack its end; a number in it cannot be trusted.</summary>
    public static void Cut(this CaptureBuilder capture, SourceLine at) =>
        capture.Report(DiagnosticId.CutFile, "the last line is cut; it was skipped", at);

    /// <summary>A line is no row of this command, or is cut.</summary>
    public static void NotUnderstood(this CaptureBuilder capture, string text, bool isTerminated, SourceLine at)
    {
        if (isTerminated)
        {
            capture.Report(DiagnosticId.BadLine, text, at);
        }
        else
        {
            capture.Cut(at);
        }
    }
}
