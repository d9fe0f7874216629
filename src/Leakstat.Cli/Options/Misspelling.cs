using System.CommandLine;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Options;

/// <summary>Says which word of a command line is no command or option, and which may have been meant.</summary>
internal static class Misspelling
{
    /// <summary>The sentence; null where every word is known and the fault is another one.</summary>
    public static string? Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (UnknownOption(parsed) is { } option)
        {
            return $"no option '{option}'{Meant(option, Options(command).SelectMany(o => o.Aliases.Prepend(o.Name)))}";
        }

        string? word = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        return word is not null && command.Subcommands.Count > 0
            ? $"no command '{word}'{Meant(word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}"
            : null;
    }

    /// <summary>A word that is written like an option and is none: left over, or taken for a source.</summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(IsOption) is { } unmatched)
        {
            return unmatched;
        }

        const string Start = "unrecognized option '";
        string? message = parsed.Errors.Select(e => e.Message).FirstOrDefault(
            m => m.StartsWith(Start, StringComparison.Ordinal));
        return message?[Start.Length..].TrimEnd('\'');
    }

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    /// <summary>Options of a command and those that the commands above it hand down.</summary>
    private static IEnumerable<Option> Options(Command command) => command.Options.Concat(
        command.Parents.OfType<Command>().SelectMany(Options).Where(o => o.Recursive)).Where(o => !o.Hidden);

    private static string Meant(string word, IEnumerable<string> names)
    {
        string name = word.Split('=')[0];
        int most = Math.Max(2, name.Length / 3);
        string? near = names.Select(n => (Name: n, Distance: NameDistance.Between(name, n)))
            .Where(n => n.Distance <= most || (name.Length > 3 && n.Name.StartsWith(name, StringComparison.Ordinal)))
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal)
            .Select(n => n.Name).FirstOrDefault();
        return near is null ? "" : $"; did you mean {near}?";
    }
}
