using System.Globalization;
using System.Text;

namespace Leakstat.Fuzz.Mutilations;

/// <summary>Mutilates a text in one of the ways of <see cref="MutilationKind"/>: the same random numbers, the same text.</summary>
internal static class Mutilation
{
    private static readonly string[] s_marks = ["| ", "+", "| ", "│ ", "* "];

    private static readonly string[] s_files = ["vmstat.txt:", "/var/log/messages:", "./host/out.log:"];

    private static readonly string[] s_prose =
    [
        "Any help is welcome, I have no idea what to look at next.",
        "Here is what it looks like after a week:",
        "(sorry for the long post)",
        "Thanks, and best regards from the server room.",
    ];

    /// <summary>The text, mutilated; <paramref name="other"/> is that of another host.</summary>
    public static string Apply(MutilationKind kind, string text, string other, SeededRandom random) => kind switch
    {
        MutilationKind.Prefix => Prefix(text, random),
        MutilationKind.Indent => Each(text, random.Percent(30) ? "\t" : new string(' ', 1 + random.Below(8))),
        MutilationKind.Quote => Each(text, string.Concat(Enumerable.Repeat(random.Percent(50) ? "> " : ">", 1 + random.Below(3)))),
        MutilationKind.Encoding => Encoded(text, random),
        MutilationKind.Wrap => Wrap(text, 62 + random.Below(60)),
        MutilationKind.Cut => text[..random.Below(text.Length)],
        MutilationKind.Prose => Prose(text, random),
        _ => text + "\n" + other,
    };

    private static string Each(string text, string prefix) =>
        string.Join('\n', text.TrimEnd('\n').Split('\n').Select(line => line.Length == 0 ? line : prefix + line)) + "\n";

    private static string Prefix(string text, SeededRandom random)
    {
        string[] lines = text.TrimEnd('\n').Split('\n');
        int first = 1 + random.Below(40);
        Func<string, int, string> form = random.Below(4) switch
        {
            0 => (line, i) => string.Create(CultureInfo.InvariantCulture, $"{first + i,6}\t{line}"),
            1 => (line, i) => string.Create(CultureInfo.InvariantCulture, $"{first + i}:{line}"),
            2 => Mark(s_marks[random.Below(s_marks.Length)]),
            _ => Mark(s_files[random.Below(s_files.Length)]),
        };
        return string.Join('\n', lines.Select(form)) + "\n";
    }

    private static Func<string, int, string> Mark(string mark) => (line, _) => mark + line;

    private static string Encoded(string text, SeededRandom random) => random.Below(4) switch
    {
        0 => QuotedPrintable(text),
        1 => "<pre>" + text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal) + "</pre>\n",
        2 => "[code]\n" + text + "[/code]\n",
        _ => text.Replace("\n", "\r\n", StringComparison.Ordinal),
    };

    private static string QuotedPrintable(string text)
    {
        var built = new StringBuilder();
        int column = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            string written = c == '=' || c > 126 || (c < 32 && c is not ('\n' or '\t'))
                ? string.Concat(Encoding.UTF8.GetBytes(c.ToString()).Select(b => $"={b:X2}"))
                : c is ' ' or '\t' && (i + 1 == text.Length || text[i + 1] == '\n') ? $"={(int)c:X2}" : c.ToString();
            if (c != '\n' && column + written.Length > 75)
            {
                built.Append("=\n");
                column = 0;
            }

            built.Append(written);
            column = c == '\n' ? 0 : column + written.Length;
        }

        return built.ToString();
    }

    /// <summary>Breaks lines as mail programs do: at the last blank that fits, the rest of the line on the next.</summary>
    private static string Wrap(string text, int width)
    {
        var built = new StringBuilder();
        foreach (string whole in text.TrimEnd('\n').Split('\n'))
        {
            string line = whole;
            while (line.Length > width)
            {
                int indent = line.Length - line.TrimStart().Length;
                int at = line.LastIndexOf(' ', width);
                if (at <= indent)
                {
                    break;
                }

                built.Append(line.AsSpan(0, at).TrimEnd()).Append('\n');
                line = line[(at + 1)..].TrimStart();
            }

            built.Append(line).Append('\n');
        }

        return built.ToString();
    }

    private static string Prose(string text, SeededRandom random)
    {
        List<string> lines = [.. text.TrimEnd('\n').Split('\n')];
        for (int i = 1 + random.Below(3); i > 0; i--)
        {
            lines.InsertRange(random.Below(lines.Count + 1), ["", s_prose[random.Below(s_prose.Length)], ""]);
        }

        return string.Join('\n', lines) + "\n";
    }
}
