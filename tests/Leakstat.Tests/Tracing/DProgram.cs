using System.Text.RegularExpressions;

namespace Leakstat.Tests.Tracing;

/// <summary>
/// Reads a D program as far as its grammar goes (Solaris Dynamic Tracing Guide, chapters 2 to 4) and says what is wrong with
/// it. It knows nothing of how the programs are written.
/// </summary>
internal sealed partial class DProgram
{
    private static readonly string[] s_words =
    [
        "int", "int64_t", "uint64_t", "string", "self", "this", "struct", "malloc_type", "uma_zone", "stringof", "substr", "printf", "printa", "sum",
        "stack", "exit", "arg0", "arg1", "arg2", "arg3", "timestamp", "stackdepth", "caller", "requests", "returned", "ks_shortdesc", "uz_name", "uz_size",
    ];

    private static readonly string[] s_options = ["quiet", "bufsize", "switchrate", "dynvarsize", "strsize", "zdefs"];

    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);

    /// <summary>Probe descriptions, in order.</summary>
    public List<string> Probes { get; } = [];

    /// <summary>What is wrong; empty for a good program.</summary>
    public List<string> Wrong { get; } = [];

    public static DProgram Read(string text)
    {
        var program = new DProgram();
        program.Parse(text);
        return program;
    }

    private void Parse(string text)
    {
        string body = Comment().Replace(text, "");
        if (!body.StartsWith("#!/usr/sbin/dtrace -s\n", StringComparison.Ordinal))
        {
            Wrong.Add("no interpreter line");
        }

        body = body[(body.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        foreach (Match pragma in Pragma().Matches(body))
        {
            if (!s_options.Contains(pragma.Groups["name"].Value))
            {
                Wrong.Add($"unknown option {pragma.Value}");
            }
        }

        body = Pragma().Replace(body, "");
        foreach (Match declaration in Declaration().Matches(body))
        {
            _declared.Add(declaration.Groups["name"].Value);
        }

        body = Declaration().Replace(body, "").Trim();
        while (body.Length > 0)
        {
            Match clause = Clause().Match(body);
            if (!clause.Success)
            {
                Wrong.Add($"no clause at: {body[..Math.Min(60, body.Length)]}");
                return;
            }

            Check(clause);
            body = body[clause.Length..].TrimStart();
        }
    }

    private void Check(Match clause)
    {
        foreach (string probe in clause.Groups["probes"].Value.Split(',', StringSplitOptions.TrimEntries))
        {
            Probes.Add(probe);
            if (!Description().IsMatch(probe))
            {
                Wrong.Add($"not a probe description: {probe}");
            }
        }

        Expression(clause.Groups["predicate"].Value);
        foreach (string statement in clause.Groups["body"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!statement.EndsWith(';'))
            {
                Wrong.Add($"no semicolon: {statement}");
            }

            Expression(statement);
        }
    }

    private void Expression(string text)
    {
        string bare = Literal().Replace(text, "\"\"");
        if (Literal().Replace(text, "").Contains('"', StringComparison.Ordinal))
        {
            Wrong.Add($"open string: {text}");
        }

        int depth = 0;
        foreach (char c in bare)
        {
            depth += c is '(' or '[' ? 1 : c is ')' or ']' ? -1 : 0;
            if (depth < 0)
            {
                break;
            }
        }

        if (depth != 0)
        {
            Wrong.Add($"unbalanced: {text}");
        }

        foreach (Match word in Word().Matches(bare))
        {
            if (!s_words.Contains(word.Value) && !_declared.Contains(word.Value))
            {
                Wrong.Add($"unknown word {word.Value} in: {text}");
            }
        }
    }

    [GeneratedRegex(@"/\*.*?\*/\n?", RegexOptions.Singleline, 5000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\#pragma D option (?<name>\w+)(=\w+)?\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Pragma();

    [GeneratedRegex(@"^(self )?(int|int64_t|string) (?<name>\w+)(\[int64_t\])?;\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^(?<probes>[^\n/{]+(,\n[^\n/{]+)*)\n(/(?<predicate>[^\n]+)/\n)?\{\n(?<body>(\t[^\n]+\n)+)\}\n?", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Clause();

    [GeneratedRegex(@"^(fbt:kernel:[a-z_]+:(entry|return)|dtmalloc::[\w.?*-]+:malloc|profile:::tick-1s|dtrace:::(BEGIN|END|ERROR))$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Description();

    [GeneratedRegex(@"""([^""\\]|\\([0-7]{3}|n))*""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?<![\w])[A-Za-z_]\w*", RegexOptions.None, 5000)]
    private static partial Regex Word();
}
