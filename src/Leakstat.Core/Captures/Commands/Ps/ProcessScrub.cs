using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Commands.Ps;

/// <summary>
/// Rows of ps(1) and top(1): users are renamed, of a command only the program's name stays. Kernel threads stay whole.
/// </summary>
internal sealed partial class ProcessScrub(Pseudonyms names, LineScrubber lines, bool isTop) : OutputScrub(names, lines)
{
    private static readonly string[] s_userHeadings = ["USER", "RUSER", "RUSERNAME", "USERNAME", "LOGIN", "OWNER"];
    private static readonly string[] s_jailHeadings = ["JAIL", "JNAME"];

    private PsColumns? _columns;
    private (int Index, int Start, SecretKind Kind)[] _named = [];
    private int _topWords = -1;

    /// <inheritdoc/>
    public override bool IsAligned => true;

    /// <inheritdoc/>
    public override void Reset()
    {
        _columns = null;
        _named = [];
        _topWords = -1;
    }

    /// <summary>Makes the users and jails of a row known.</summary>
    public override void Learn(string line)
    {
        if (Header(line))
        {
            return;
        }

        foreach ((int start, int length, SecretKind kind) in Named(line))
        {
            string name = line.Substring(start, length);
            if (kind == SecretKind.Jail ? name != "-" : !ProtectedWords.IsSystemAccount(name))
            {
                Names.Learn(kind, name);
            }
        }

        foreach (Match match in SessionOf().Matches(line))
        {
            string user = match.Groups["user"].Value;
            if (!ProtectedWords.IsSystemAccount(user))
            {
                Names.Learn(SecretKind.User, user);
            }
        }
    }

    /// <inheritdoc/>
    public override string Line(string line, LineFit fit, bool isTranscript) => isTop ? TopLine(line) : PsRow(line);

    private string PsRow(string line)
    {
        if (Header(line) || _columns is null)
        {
            return Lines.Strict(line);
        }

        byte[] bytes = Encoding.Latin1.GetBytes(line);
        bool byPlace = _columns.StandsInPlace(bytes);
        ReadOnlySpan<byte> row = bytes;
        if (!byPlace && !_columns.HasEnoughWords(row))
        {
            return Lines.Strict(line);
        }

        ReadOnlySpan<byte> cell = _columns.Cell(row, _columns.Command, byPlace);
        if (cell.IsEmpty || !row.Overlaps(cell, out int start))
        {
            return Left(line);
        }

        int end = start + cell.Length;
        string rest = line[end..];
        string command = Command(line[start..end]);
        return Left(line[..start]) + (rest.Length > 0 ? command.PadRight(cell.Length) + Lines.Strict(rest) : command);
    }

    /// <summary>Of top the header is numbers, the table rows of processes.</summary>
    private string TopLine(string line)
    {
        if (Header(line) || _topWords < 0 || !StartsWithNumber(line))
        {
            return Lines.Strict(line);
        }

        int at = 0;
        for (int i = 0; i < _topWords && at < line.Length; i++)
        {
            at = NextWord(line, at, out _);
        }

        while (at < line.Length && line[at] == ' ')
        {
            at++;
        }

        return Left(line[..at]) + Command(line[at..]);
    }

    /// <summary>The program's name alone, or a kernel thread as it is.</summary>
    private string Command(string command)
    {
        if (command.StartsWith('[') || KernelProcess().IsMatch(command))
        {
            return Lines.Strict(command);
        }

        int end = command.IndexOfAny([' ', '\t']);
        string program = (end < 0 ? command : command[..end]).TrimEnd(':');
        program = program[(program.LastIndexOf('/') + 1)..];
        string name = Program().Match(program).Value;
        string shown = name.Length > 0 ? Lines.Program(name) : Names.TakeOut();
        return end < 0 && program.Length == command.Length ? shown : shown + " ...";
    }

    private string Left(string text)
    {
        var built = new StringBuilder();
        int copied = 0;
        foreach ((int start, int length, SecretKind kind) in Named(text))
        {
            string name = text.Substring(start, length);
            built.Append(Lines.Strict(text[copied..start]))
                .Append(kind == SecretKind.User ? Lines.User(name) : name == "-" ? name : Names.Mark(kind, name));
            copied = start + length;
        }

        return built.Append(Lines.Strict(text[copied..])).ToString();
    }

    /// <summary>Takes the headings of a table; false for any other line.</summary>
    private bool Header(string line)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        bool isHeader = isTop
            ? line.TrimStart().StartsWith("PID", StringComparison.Ordinal)
            && line.Contains("COMMAND", StringComparison.Ordinal)
            : PsColumns.IsHeader(bytes);
        if (!isHeader)
        {
            return false;
        }

        _columns = isTop ? null : PsColumns.Read(bytes);
        var named = new List<(int, int, SecretKind)>();
        int index = 0;
        for (int at = 0; at < line.Length; index++)
        {
            int next = NextWord(line, at, out string word);
            if (word.Length == 0)
            {
                break;
            }

            if (s_userHeadings.Contains(word))
            {
                named.Add((index, next - word.Length, SecretKind.User));
            }
            else if (s_jailHeadings.Contains(word))
            {
                named.Add((index, next - word.Length, SecretKind.Jail));
            }
            else if (word == "COMMAND" && isTop)
            {
                _topWords = index;
            }

            at = next;
        }

        _named = [.. named];
        return true;
    }

    private IEnumerable<(int Start, int Length, SecretKind Kind)> Named(string line)
    {
        foreach ((int index, int _, SecretKind kind) in _named)
        {
            int at = 0;
            string word = "";
            for (int i = 0; i <= index && at < line.Length; i++)
            {
                at = NextWord(line, at, out word);
            }

            if (word.Length > 0)
            {
                yield return (at - word.Length, word.Length, kind);
            }
        }
    }

    private static int NextWord(string line, int at, out string word)
    {
        while (at < line.Length && line[at] is ' ' or '\t')
        {
            at++;
        }

        int start = at;
        while (at < line.Length && line[at] is not (' ' or '\t'))
        {
            at++;
        }

        word = line[start..at];
        return at;
    }

    private static bool StartsWithNumber(string line)
    {
        string text = line.TrimStart();
        return text.Length > 0 && char.IsAsciiDigit(text[0]);
    }

    [GeneratedRegex(
        @"^(kernel|idle|intr|geom|zfskern|pagedaemon|vmdaemon|bufdaemon|syncer|vnlru|usb|cam|rand_harvestq"
        + @"|sctp_iterator|crypto|soaiod|nfsd|g_\w+)(\{|\[|/|$)",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex KernelProcess();

    [GeneratedRegex(@"^-?[A-Za-z0-9_][A-Za-z0-9_.+-]{0,30}", RegexOptions.None, 1000)]
    private static partial Regex Program();

    /// <summary>Who is logged in, as sshd and su say in their titles.</summary>
    [GeneratedRegex(
        @"sshd: (?<user>[A-Za-z0-9._-]+)(@| \[)|(?:/usr)?/home/(?<user>[^/\s:]+)",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex SessionOf();
}
