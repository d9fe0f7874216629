using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Reads a text as one command's output at once, as most files of captures are: its rows are taken apart once, to be
/// read, and not before that to see whether they are rows. What turns out to be something else is left to
/// <see cref="Transcript"/>.
/// </summary>
internal static class WholeReading
{
    /// <summary>
    /// Reads the text into the capture; null, and nothing read, where it is not of one format without any doubt.
    /// </summary>
    public static (IFormat Format, FormatResult Result)? TryRead(TextSection section, CaptureBuilder capture)
    {
        ReadOnlySpan<byte> text = section.Bytes.Span;
        if (section.IsCut || text.IsEmpty || text[0] >= 0x80 || LinePrefixes.BeginsWithFile(text)
            || Transcript.Candidate(section.File, text) is not { ReportsEveryLine: true, IsUsed: true } format)
        {
            return null;
        }

        CaptureBuilder trial = capture.Trial();
        FormatResult result = format.Read(section with { Guard = s_guard }, trial);
        return result is { Rows: > 0, SkippedLines: 0, Headers: <= 1 } && capture.Absorb(trial)
            ? (format, result)
            : null;
    }

    private static readonly LineGuard s_guard = static (before, line, format) => ForeignLine.Is(
        before, line, (IFormat)format);
}
