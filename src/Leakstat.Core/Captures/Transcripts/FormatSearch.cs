using Leakstat.Captures.Registry;

namespace Leakstat.Captures.Transcripts;

/// <summary>Which command's output a line begins.</summary>
/// <param name="isCrashSummary">Whether crashinfo(8) wrote the text: outputs begin at titles only.</param>
internal readonly struct FormatSearch(bool isCrashSummary)
{
    /// <summary>The format that a line begins outside of any output; null where it begins none.</summary>
    /// <param name="line">The line.</param>
    /// <param name="command">The command line or title above it; null where there is none.</param>
    /// <param name="best">How the line fits.</param>
    public IFormat? Start(ReadOnlySpan<byte> line, string? command, out LineFit best)
    {
        IFormat? found = null;
        best = LineFit.None;
        foreach (IFormat format in CommandRegistry.Formats)
        {
            LineFit fit = format.Fit(line);
            bool isOfCommand = command is not null && command.Contains(format.Command, StringComparison.Ordinal);
            if (fit == LineFit.None || (isCrashSummary && !isOfCommand && !IsHead(format, command)))
            {
                continue;
            }

            // The command line says which of two formats a row is of that both could have.
            if (isOfCommand)
            {
                best = fit;
                return format;
            }

            if (fit >= LineFit.Row && fit > best)
            {
                (found, best) = (format, fit);
            }
        }

        return found;
    }

    /// <summary>Whether a line is a row of some command's output, or its header.</summary>
    /// <param name="line">The line.</param>
    /// <param name="but">A command whose rows do not count; null for none.</param>
    public static bool IsRow(ReadOnlySpan<byte> line, string? but = null)
    {
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (format.Command != but && format.Fit(line) >= LineFit.Row)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether the line begins the output of another command: a header does; a row does behind a blank line, or where
    /// the output has ended already. In the midst of a value over several lines there may be anything.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="fit">How it fits the output that is open.</param>
    /// <param name="open">The output that is open.</param>
    /// <param name="best">How the line fits the other.</param>
    public IFormat? Other(ReadOnlySpan<byte> line, LineFit fit, OpenOutput open, out LineFit best)
    {
        IFormat? found = null;
        best = LineFit.None;
        if (isCrashSummary)
        {
            return null;
        }

        IFormat current = open.Format;
        bool isBehind = fit == LineFit.None && open.IsBehindBlankOrProse;

        // A row of its own ends an output at once; a kernel message does not where a value may hold messages.
        bool isForeign = fit == LineFit.None || (fit == LineFit.Continues && current.TakesAnyLine);
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (format == current || (format.Command == current.Command && format.IsUsed))
            {
                continue;
            }

            LineFit other = format.Fit(line);
            bool rowIsEnough = isBehind
                || (format.IsUsed && (format.TakesAnyLine ? !open.HoldsMessages : isForeign));
            if (other > best && (other == LineFit.Header || (other == LineFit.Row && rowIsEnough)))
            {
                (found, best) = (format, other);
            }
        }

        return found;
    }

    // In front of the first rule of a crash summary stands uname's line.
    private static bool IsHead(IFormat format, string? command) =>
        command is null && format.Command.StartsWith("uname", StringComparison.Ordinal);
}
