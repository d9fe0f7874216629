using System.Text;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>
/// One word of a command that a person pastes into a root shell. What names come to is hostile until quoted: the word
/// means the same text to sh(1) and to csh(1), root's shell before FreeBSD 14, which looks for <c>!</c> within single
/// quotes too. Control characters are left out.
/// </summary>
public readonly record struct ShellWord
{
    private readonly string? _written;

    private ShellWord(string written) => _written = written;

    /// <summary>The text in single quotes, whatever it is.</summary>
    public static ShellWord Quote(string text)
    {
        var word = new StringBuilder(text.Length + 2).Append('\'');
        foreach (char c in text)
        {
            // No quoting is safe for a control character: a terminal acts on it while the command is pasted.
            _ = c switch
            {
                '\'' => word.Append("'\\''"),
                '!' => word.Append("'\\!'"),
                _ when char.IsControl(c) => word,
                _ => word.Append(c),
            };
        }

        return new ShellWord(word.Append('\'').ToString());
    }

    /// <summary>
    /// The text as an operand in quotes, with <c>--</c> in front where it would be taken for an option.
    /// </summary>
    public static ShellWord Operand(string text) =>
        text.StartsWith('-') ? new ShellWord("-- " + Quote(text)._written) : Quote(text);

    /// <summary>A path in quotes, made one of the current folder where it would be taken for an option.</summary>
    public static ShellWord Path(string path) => Quote(path.StartsWith('-') ? "./" + path : path);

    /// <summary>The text as it stands where no shell sees anything in it, in quotes otherwise.</summary>
    public static ShellWord Plain(string text) => IsPlain(text) ? new ShellWord(text) : Quote(text);

    /// <summary>The word as it is written.</summary>
    public override string ToString() => _written ?? "''";

    private static bool IsPlain(string text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '/' or ':' or ',' or '+' or '%'))
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
