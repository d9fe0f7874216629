using System.Text;

namespace Leakstat.Tests.Hostile;

/// <summary>
/// What a shell makes of a line: its words and operators, after the rules of POSIX (XCU 2.2, 2.3). Written for tests; it knows
/// nothing of how commands are quoted.
/// </summary>
internal static class ShellText
{
    private const string Special = "`$*?[~#(){}!";

    /// <summary>
    /// Words and operators, operators as they are written; null where the line is no plain sequence of commands: an unclosed
    /// quote, an expansion, a character that means something and is not quoted.
    /// </summary>
    public static List<string>? Words(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            switch (c)
            {
                case '\'':
                    int end = line.IndexOf('\'', i + 1);
                    if (end < 0)
                    {
                        return null;
                    }

                    (word ??= new StringBuilder()).Append(line, i + 1, end - i - 1);
                    i = end;
                    break;
                case '\\' when i + 1 < line.Length:
                    (word ??= new StringBuilder()).Append(line[++i]);
                    break;
                case ' ':
                    Flush();
                    break;
                case '|' or ';' or '&' or '<' or '>':
                    // A number in front of a redirection belongs to it; one behind & too.
                    Flush();
                    words.Add("operator " + c);
                    break;
                default:
                    if (char.IsControl(c) || c is '"' or '\\' || Special.Contains(c, StringComparison.Ordinal))
                    {
                        return null;
                    }

                    (word ??= new StringBuilder()).Append(c);
                    break;
            }
        }

        Flush();
        return words;

        void Flush()
        {
            if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }
    }
}
