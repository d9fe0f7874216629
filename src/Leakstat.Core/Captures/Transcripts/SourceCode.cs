using Leakstat.Captures.Commands.Dmesg;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Tells which lines of a text are remarks or strings in source code: C, or a script. The kernel's own sources, tests
/// and the scripts of administrators hold its messages word for word, and no host printed them there.
/// </summary>
/// <param name="text">The text as it came.</param>
/// <param name="lines">Its lines.</param>
internal sealed class SourceCode(ReadOnlyMemory<byte> text, IReadOnlyList<Range> lines)
{
    /// <summary>One line in so many of a text that is code is a statement, remarks left out.</summary>
    private const int StatementsInCode = 3;

    private const int FewestStatements = 3;

    /// <summary>Lines that are looked at to decide; code that is longer is code at its start.</summary>
    private const int MostLines = 2000;

    private static readonly byte[][] s_starts =
    [
        [.. "#!/"u8], [.. "#include "u8], [.. "#define "u8], [.. "#if"u8], [.. "#endif"u8], [.. "if ("u8],
        [.. "if ["u8], [.. "for "u8], [.. "while "u8], [.. "echo "u8], [.. "exit "u8], [.. "return"u8],
        [.. "printf("u8], [.. "case "u8],
    ];

    private static readonly byte[][] s_words =
        [[.. "fi"u8], [.. "done"u8], [.. "then"u8], [.. "else"u8], [.. "esac"u8]];

    private readonly Lazy<bool> _isCode = new(() => IsCode(text.Span, lines));
    private readonly Lazy<bool[]> _inBlock = new(() => BlockComments(text.Span, lines));

    /// <summary>Whether a line is a remark, or a message on it a string, and the text is code.</summary>
    /// <param name="number">Number of the line, from 1.</param>
    public bool Holds(int number)
    {
        if (number < 1 || number > lines.Count)
        {
            return false;
        }

        ReadOnlySpan<byte> line = text.Span[lines[number - 1]];
        return EndsAsLiteral(line)
            || (_isCode.Value && (_inBlock.Value[number - 1] || IsRemark(Scan.Trim(line)) || IsString(line)));
    }

    private static bool IsString(ReadOnlySpan<byte> line)
    {
        (int start, int length) = QuotedMessage.In(line).GetOffsetAndLength(line.Length);
        return length > 0 && line[..start].Contains((byte)'"') && line[(start + length)..].Contains((byte)'"');
    }

    /// <summary>Whether a line has a string with its own line end in it: <c>'…: failed\n',</c>.</summary>
    private static bool EndsAsLiteral(ReadOnlySpan<byte> line) =>
        line.IndexOf("\\n'"u8) > 0 || line.IndexOf("\\n\""u8) > 0;

    private static bool IsRemark(ReadOnlySpan<byte> line) => line.StartsWith("//"u8) || line is [(byte)'#'] or
        [(byte)'#', (byte)' ' or (byte)'\t', ..] or [(byte)'*', (byte)' ', ..];

    private static bool IsCode(ReadOnlySpan<byte> text, IReadOnlyList<Range> lines)
    {
        int statements = 0, others = 0;
        for (int i = 0; i < Math.Min(lines.Count, MostLines); i++)
        {
            ReadOnlySpan<byte> line = Scan.Trim(text[lines[i]].TrimEnd("\r"u8));
            if (i == 0 && line.StartsWith("#!/"u8))
            {
                return true;
            }

            if (line.IsEmpty || IsRemark(line))
            {
                continue;
            }

            bool isStatement = IsStatement(line) && !FormatSearch.IsRow(line);
            statements += isStatement ? 1 : 0;
            others += isStatement ? 0 : 1;
        }

        return statements >= FewestStatements && statements * StatementsInCode >= statements + others;
    }

    private static bool IsStatement(ReadOnlySpan<byte> line)
    {
        if (line[^1] is (byte)';' or (byte)'{' or (byte)'}' || line.StartsWith("/*"u8) || line.EndsWith("*/"u8)
            || (line.StartsWith("[ "u8) && line.IndexOf(" ]"u8) > 0))
        {
            return true;
        }

        foreach (byte[] start in s_starts)
        {
            if (line.StartsWith(start))
            {
                return true;
            }
        }

        foreach (byte[] word in s_words)
        {
            if (line.SequenceEqual(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lines that begin or stand within what <c>/*</c> opens.</summary>
    private static bool[] BlockComments(ReadOnlySpan<byte> text, IReadOnlyList<Range> lines)
    {
        bool[] inside = new bool[lines.Count];
        bool isOpen = false;
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<byte> line = text[lines[i]];
            int opened = line.LastIndexOf("/*"u8);
            inside[i] = isOpen || opened >= 0;
            isOpen = inside[i] && line.LastIndexOf("*/"u8) <= opened;
        }

        return inside;
    }
}
