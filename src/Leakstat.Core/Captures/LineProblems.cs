using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>Counts and reports the lines of one section that its format did not understand.</summary>
internal struct LineProblems(TextSection section, CaptureBuilder capture, string expected)
{
    /// <summary>Lines skipped.</summary>
    public int Skipped { get; private set; }

    /// <summary>Skips the line last read; one without an end at the end of the text is called cut.</summary>
    public void Skip(LineReader lines)
    {
        Skipped++;
        if (lines.IsTerminated)
        {
            capture.Report(DiagnosticId.BadLine, $"not {expected}; skipped", section.At(lines.Number));
        }
        else
        {
            capture.Report(DiagnosticId.CutFile, "the last line is cut; it was skipped", section.At(lines.Number));
        }
    }

    /// <summary>
    /// Whether the line last read is a fragment: the text is known to be cut and this line is its unfinished end. It is
    /// reported and counted; its numbers may lack digits.
    /// </summary>
    public bool IsFragment(LineReader lines)
    {
        if (lines.IsTerminated || !section.IsCut)
        {
            return false;
        }

        Skip(lines);
        return true;
    }

    /// <summary>Reports that there are more rows than <see cref="ReadLimits.Rows"/>.</summary>
    public readonly void TooMany(LineReader lines) => capture.Report(
        DiagnosticId.TooMany, $"more than {capture.Limits.Rows} rows; the rest was not read", section.At(lines.Number));
}
