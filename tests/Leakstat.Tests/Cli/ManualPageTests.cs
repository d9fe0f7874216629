using System.Text.RegularExpressions;
using Leakstat.Cli;
using Leakstat.Cli.Completion;
using Leakstat.Cli.Hosting;

namespace Leakstat.Tests.Cli;

/// <summary>
/// The part of <c>man/leakstat.1</c> with every option of every command is what the command tree says. With
/// <c>LEAKSTAT_ACCEPT=1</c> it is written anew.
/// </summary>
public sealed partial class ManualPageTests
{
    private const string Begin = ".\\\" Options by command: written from the command tree by ManualPageTests.\n";
    private const string End = ".\\\" End of options by command.\n";

    [Fact]
    public void The_manual_has_all_options_of_all_commands()
    {
        string path = Path.Combine(Given.Root, "man", "leakstat.1");
        string page = File.ReadAllText(path);
        int start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(start >= Begin.Length && end >= start, "man/leakstat.1 has no place for the options");
        string expected = Options();
        if (Environment.GetEnvironmentVariable("LEAKSTAT_ACCEPT") == "1")
        {
            File.WriteAllText(path, page[..start] + expected + page[end..]);
            return;
        }

        Assert.Equal(expected, page[start..end]);
    }

    private static string Options()
    {
        var terminal = new Terminal { Output = Stream.Null, Error = TextWriter.Null, Input = () => Stream.Null };
        var lines = new List<string>();
        foreach (CompletedCommand command in CommandTree.Of(CommandLine.Build(terminal)).Where(c => c.Path.Length > 0))
        {
            CompletedOption[] options = [.. command.Options.Where(o => !o.Names.Contains("--help"))];
            lines.Add($".Ss leakstat{command.Path}");
            lines.AddRange(Sentence(command.Description));
            if (options.Length == 0)
            {
                continue;
            }

            lines.Add(".Bl -tag -width Ds");
            foreach (CompletedOption option in options)
            {
                string names = string.Join(" , ", option.Names.OrderBy(n => n.Length).Select(n => $"Fl {Escaped(n[1..])}"));
                lines.Add($".It {names}{Value(option)}");
                lines.AddRange(Sentence(option.Description));
            }

            lines.Add(".El");
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Value(CompletedOption option) => option.Value.Kind switch
    {
        ValueKind.None => "",
        ValueKind.Words => " Cm " + string.Join(" | ", option.Value.Words),
        _ => " Ar " + Escaped(option.ValueName),
    };

    /// <summary>Words as a sentence of mdoc, a line for each 75 characters.</summary>
    private static IEnumerable<string> Sentence(string text)
    {
        string sentence = char.ToUpperInvariant(text[0]) + text[1..].TrimEnd('.') + ".";
        string line = "";
        foreach (string word in Escaped(sentence).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.StartsWith("FreeBSD", StringComparison.Ordinal))
            {
                if (line.Length > 0)
                {
                    yield return line;
                }

                line = "";
                string rest = word["FreeBSD".Length..];
                yield return rest.Length == 0 ? ".Fx" : char.IsPunctuation(rest[0]) && rest.Length == 1 ? $".Fx {rest}" : $".Fx Ns {rest}";
                continue;
            }

            if (line.Length + word.Length > 75)
            {
                yield return line;
                line = "";
            }

            // A sentence that goes on in a line of its own, and no line that begins as a request does.
            line += line.Length == 0 ? (word[0] is '.' or '\'' ? @"\&" : "") + word : " " + word;
            if (EndOfSentence().IsMatch(line))
            {
                yield return line;
                line = "";
            }
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }

    private static string Escaped(string text) => text.Replace(@"\", @"\e", StringComparison.Ordinal);

    [GeneratedRegex(@"[a-z)]{2}[.?!]$", RegexOptions.None, 1000)]
    private static partial Regex EndOfSentence();
}
