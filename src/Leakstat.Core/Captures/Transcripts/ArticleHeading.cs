using System.Runtime.InteropServices;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>Tells the heading of an article, or the subject of a mail, from a line that a host printed.</summary>
internal static class ArticleHeading
{
    /// <summary>Lines below a heading that show what it is the heading of: a question may have a few.</summary>
    private const int LinesOfArticle = 6;

    /// <summary>Blank lines may stand in front of a heading; so many do not.</summary>
    private const int LastLine = 20;

    /// <summary>
    /// Whether a line is the first of a text, with lines of others below that neither a command printed nor somebody
    /// says of a machine of his own.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="number">Number of the line, from 1.</param>
    public static bool Is(ReadOnlySpan<byte> text, IReadOnlyList<Range> lines, int number)
    {
        if (number > LastLine)
        {
            return false;
        }

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

            // A mail has a date below its subject.
            if (PromptLine.TryRead(line, out _) || PromptLine.IsTitle(line, out _)
                || FormatSearch.IsRow(line, but: "date"))
            {
                return false;
            }

            count++;
            below.AddRange(line);
            below.Add((byte)' ');
        }

        return count == LinesOfArticle && !Sentence.IsOfWriter(CollectionsMarshal.AsSpan(below));
    }
}
