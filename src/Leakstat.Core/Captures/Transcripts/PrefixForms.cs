using System.Collections.Immutable;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>Finds the block of lines from a line on that have one kind of prefix.</summary>
/// <param name="text">The text.</param>
/// <param name="lines">Its lines.</param>
/// <param name="first">The line to begin with.</param>
internal delegate PrefixRun PrefixForm(ReadOnlySpan<byte> text, List<Range> lines, int first);

/// <summary>Lines that have the same kind of prefix.</summary>
/// <param name="Lines">How many; 0 for none.</param>
/// <param name="LengthOf">Length of the prefix of one of them; 0 for a line that is blank behind it.</param>
internal readonly record struct PrefixRun(int Lines, PrefixLength LengthOf)
{
    /// <summary>Whether it is the name of a file, which a row may take for its own.</summary>
    public bool IsName { get; init; }
}

/// <summary>Length of a line's prefix.</summary>
internal delegate int PrefixLength(ReadOnlySpan<byte> line);

/// <summary>The kinds of prefix that texts come with.</summary>
internal static class PrefixForms
{
    private const int LongestFileName = 160;

    private static readonly string[] s_fileEndings =
        [".txt", ".log", ".out", ".text", ".dmesg", ".md", ".json", ".0", ".1"];

    /// <summary>All of them, the more particular first.</summary>
    public static ImmutableArray<PrefixForm> All { get; } = [Files, Numbers, Marks, Blanks];

    /// <summary>
    /// Length of <c>file:</c>, <c>file:12:</c> or <c>12:</c> in front of a line, as grep(1) prints them: nothing blank
    /// in it or behind it, and a name that a file has. 0 where there is none.
    /// </summary>
    public static int File(ReadOnlySpan<byte> line)
    {
        int colon = line[..Math.Min(line.Length, LongestFileName)].IndexOf((byte)':');
        if (colon <= 0 || colon + 1 >= line.Length || Scan.IsBlank(line[colon + 1]))
        {
            return 0;
        }

        ReadOnlySpan<byte> name = line[..colon];
        bool isNumber = Scan.TryInteger(name, out _);
        if (name.IndexOfAny(" \t="u8) >= 0 || !(isNumber || IsFileName(name)))
        {
            return 0;
        }

        int length = colon + 1;
        int second = isNumber ? -1 : line[length..].IndexOf((byte)':');
        return second > 0 && Scan.TryInteger(line.Slice(length, second), out _) ? length + second + 1 : length;
    }

    private static bool IsFileName(ReadOnlySpan<byte> name)
    {
        if (name.Contains((byte)'/'))
        {
            return true;
        }

        foreach (string ending in s_fileEndings)
        {
            if (name.Length > ending.Length && System.Text.Ascii.Equals(name[^ending.Length..], ending))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether two lines are numbered one after the other, with a mark behind the number.</summary>
    public static bool AreNumbered(ReadOnlySpan<byte> line, ReadOnlySpan<byte> next)
    {
        int end = NumberEnd(line, out long number);
        int nextEnd = NumberEnd(next, out long nextNumber);
        return end > 0 && nextEnd > 0 && nextNumber == number + 1 && end < line.Length && nextEnd < next.Length
            && line[end] == next[nextEnd] && line[end] is (byte)'\t' or (byte)':' or (byte)'|' or (byte)')';
    }

    private static PrefixRun Files(ReadOnlySpan<byte> text, List<Range> lines, int first)
    {
        ReadOnlySpan<byte> line = text[lines[first]];
        if (File(line) == 0 || Scan.IsDigit(line[0]))
        {
            return default;
        }

        // Behind the name of the same file a line may begin with a blank.
        byte[] name = line[..(line.IndexOf((byte)':') + 1)].ToArray();
        int count = 0;
        while (first + count < lines.Count && FileLength(text[lines[first + count]], name) > 0)
        {
            count++;
        }

        return new PrefixRun(count, l => FileLength(l, name)) { IsName = true };
    }

    private static int FileLength(ReadOnlySpan<byte> line, byte[] name)
    {
        if (!line.StartsWith(name))
        {
            return Scan.IsDigit(line.IsEmpty ? (byte)0 : line[0]) ? 0 : File(line);
        }

        int second = line[name.Length..].IndexOf((byte)':');
        return second > 0 && Scan.TryInteger(line.Slice(name.Length, second), out _)
            ? name.Length + second + 1
            : name.Length;
    }

    /// <summary>Numbers that count on, as <c>cat -n</c>, editors and web pages put them in front of lines.</summary>
    private static PrefixRun Numbers(ReadOnlySpan<byte> text, List<Range> lines, int first)
    {
        long last = -1;
        int count = 0;
        byte mark = 0;
        bool blankFollows = true;
        for (int i = first; i < lines.Count; i++)
        {
            int digits = NumberEnd(text[lines[i]], out long number);
            ReadOnlySpan<byte> behind = text[lines[i]][digits..].TrimEnd("\r"u8);
            if (digits == 0 || (count > 0 && number != last + 1))
            {
                break;
            }

            if (!behind.IsEmpty)
            {
                blankFollows &= behind.Length == 1 || behind[1] == ' ';
                mark = mark == 0 ? behind[0] : mark;
                if (behind[0] != mark
                    || mark is not ((byte)' ' or (byte)'\t' or (byte)':' or (byte)'|' or (byte)')' or (byte)'.'))
                {
                    break;
                }
            }

            last = number;
            count++;
        }

        // Rows of tables begin with numbers that count on too: only a text all of which is numbered has no mark behind
        // them.
        bool isNumbered = count >= 2 && (mark != ' ' || (first == 0 && count == lines.Count));
        bool withBlank = blankFollows && mark is (byte)'|' or (byte)')' or (byte)'.' or (byte)':';
        return new PrefixRun(isNumbered ? count : 0, line => NumberLength(line, withBlank)) { IsName = mark == ':' };
    }

    /// <summary>The number, what parts it from the text, and where all lines have one the blank behind it.</summary>
    private static int NumberLength(ReadOnlySpan<byte> line, bool withBlank) =>
        Math.Min(NumberEnd(line, out _) + (withBlank ? 2 : 1), line.Length);

    private static int NumberEnd(ReadOnlySpan<byte> line, out long number)
    {
        int start = line.IndexOfAnyExcept(" \t"u8);
        int end = start < 0 ? -1 : line[start..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        end = start < 0 ? 0 : end < 0 ? line.Length : start + end;
        number = 0;
        return start >= 0 && end - start is > 0 and < 8 && Scan.TryInteger(line[start..end], out number) ? end : 0;
    }

    /// <summary>The same mark in front of every line of a block: of tables, lists, comments, differences.</summary>
    private static PrefixRun Marks(ReadOnlySpan<byte> text, List<Range> lines, int first)
    {
        int length = MarkLength(text[lines[first]]);
        if (length == 0)
        {
            return default;
        }

        ReadOnlySpan<byte> mark = text[lines[first]][..length];
        int count = 0;
        bool blankFollows = true;
        bool hasSetting = false;
        while (first + count < lines.Count && text[lines[first + count]].StartsWith(mark))
        {
            ReadOnlySpan<byte> behind = text[lines[first + count]][length..];
            blankFollows &= behind.IsEmpty || behind[0] is (byte)' ' or (byte)'\r';
            hasSetting |= behind.Contains((byte)'=');
            count++;
        }

        // A line behind # is a command, or a setting that is commented out; a text all of which is, is quoted.
        bool isComment = mark.Contains((byte)'#');
        if (isComment && (count < 2 || !blankFollows || hasSetting || first > 0 || count < lines.Count))
        {
            return default;
        }

        int taken = length + (blankFollows ? 1 : 0);
        return new PrefixRun(count, line => Math.Min(taken, line.Length));
    }

    /// <summary>Length of the mark, or else of the blanks, that a line begins with.</summary>
    public static int MarkOrBlanks(ReadOnlySpan<byte> line) => MarkLength(line) is > 0 and var mark
        ? mark
        : Math.Max(line.IndexOfAnyExcept(" \t"u8), 0);

    private static int MarkLength(ReadOnlySpan<byte> line)
    {
        int blanks = Math.Max(line.IndexOfAnyExcept(" \t"u8), 0);
        ReadOnlySpan<byte> text = line[blanks..];
        return text.StartsWith("//"u8) ? blanks + 2
            : text is [(byte)'-'] or [(byte)'-', (byte)' ', ..] ? blanks + 1
            : text.StartsWith("\u2502"u8) || text.StartsWith("\u2503"u8) ? blanks + 3
            : !text.IsEmpty
            && text[0] is (byte)'|' or (byte)'+' or (byte)'*' or (byte)';' or (byte)'#' or (byte)':' ? blanks + 1
            : 0;
    }

    /// <summary>Blanks and tabs that every line of a block begins with; blank lines do not end it.</summary>
    private static PrefixRun Blanks(ReadOnlySpan<byte> text, List<Range> lines, int first)
    {
        int common = Math.Max(text[lines[first]].IndexOfAnyExcept(" \t"u8), 0);
        if (common == 0)
        {
            return default;
        }

        int count = 0;
        int last = 0;
        ReadOnlySpan<byte> blanks = text[lines[first]][..common];
        while (first + count < lines.Count)
        {
            ReadOnlySpan<byte> line = text[lines[first + count]].TrimEnd("\r"u8);
            if (!Scan.IsEmpty(line))
            {
                int same = line.CommonPrefixLength(blanks);
                if (same == 0)
                {
                    break;
                }

                blanks = blanks[..same];
                last = count + 1;
            }

            count++;
        }

        int length = blanks.Length;
        return new PrefixRun(last, line => Scan.IsEmpty(line) ? 0 : Math.Min(length, line.Length));
    }
}
