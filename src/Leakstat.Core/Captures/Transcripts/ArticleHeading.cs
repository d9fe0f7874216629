using System.Runtime.InteropServices;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>Tells the heading of an article, or the subject of a mail, from a line that a host printed.</summary>
internal static class ArticleHeading
{
    /// <summary>Lines below a heading that show what it is the heading of: a question may have a few.</summary>
    private const int LinesOfArticle = 6;

    /// <summary>
    /// Whether a line is the first of a text, with lines of others below that neither a command printed nor somebody
    /// says of a machine of his own.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="number">Number of the line, from 1.</param>
    public static bool Is(ReadOnlySpan<byte> text, IReadOnlyList<Range> lines, int number)
    {
        for (int i = 0; i < number - 1; i++)
        {
            if (!Scan.IsEmpty(text[lines[i]].TrimEnd("\r"u8)))
            {
                return false;
            }
        }

        List<byte> below = [];
        int count = 0;
        for (int i = number; i < lines.Count && count < LinesOfArticle; i++)
        {
            ReadOnlySpan<byte> line = text[lines[i]].TrimEnd("\r"u8);
            if (Scan.IsEmpty(line))
            {
                continue;
            }

            if (PromptLine.TryRead(line, out _) || PromptLine.IsTitle(line, out _) || IsRow(line))
            {
                return false;
            }

            count++;
            below.AddRange(line);
            below.Add((byte)' ');
        }

        return count == LinesOfArticle && !Sentence.IsOfWriter(CollectionsMarshal.AsSpan(below));
    }

    // A mail has a date below its subject.
    private static bool IsRow(ReadOnlySpan<byte> line)
    {
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (format.Command != "date" && format.Fit(line) >= LineFit.Row)
            {
                return true;
            }
        }

        return false;
    }
}
