namespace Leakstat.Reports.Forms.Terminal;

/// <summary>Breaks a shell's command over lines, so that it still runs when all of them are pasted.</summary>
internal static class CommandLines
{
    /// <summary>How much further right the lines after the first stand.</summary>
    public const int Hang = 2;

    private const string GoesOn = " \\";

    /// <summary>The lines, each but the last with a backslash at its end.</summary>
    /// <param name="command">One command line.</param>
    /// <param name="width">Columns of the first line; of the others there are <see cref="Hang"/> less.</param>
    public static IEnumerable<string> Split(string command, int width)
    {
        string rest = command;
        int hang = Math.Min(Hang, Math.Max(width - 1, 0));
        int room = width;
        while (TerminalCanvas.ColumnsOf(rest) > room && BreakOf(rest, room - GoesOn.Length) is { } end)
        {
            yield return rest[..end] + GoesOn;
            rest = rest[end..].TrimStart(' ');
            room = width - hang;
        }

        yield return rest;
    }

    /// <summary>
    /// The last blank between words that leaves no more than a width in front of it, else the first behind it; null
    /// where there is none.
    /// </summary>
    private static int? BreakOf(string text, int width)
    {
        char quote = '\0';
        int? found = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (c == '\\')
            {
                i++;
            }
            else if (c == ' ' && i > 0 && i + 1 < text.Length)
            {
                if (TerminalCanvas.ColumnsOf(text[..i]) > width)
                {
                    return found ?? i;
                }

                found = i;
            }
        }

        return found;
    }
}
