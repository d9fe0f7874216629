using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>A command or setting that guides hand on.</summary>
/// <param name="Name">As guides write it.</param>
/// <param name="Settings">Sysctls and loader variables by which a paste shows it; empty where none does.</param>
/// <param name="Shows">What it shows, or does, and on which release.</param>
/// <param name="Wrong">What is wrong with it.</param>
/// <param name="Instead">What to run in its place.</param>
/// <param name="Source">Where that is from.</param>
public sealed record CommandAdvice(
    string Name, ImmutableArray<string> Settings, string Shows, string Wrong, string Instead, string Source)
{
    /// <summary>Whether it is a line of a configuration file, not a command that asks for a value.</summary>
    public bool IsOfFile => Name.EndsWith(" in loader.conf", StringComparison.Ordinal);
}

/// <summary>
/// Commands in circulation (<c>Knowledge/Data/commands.tsv</c>): what <c>leakstat explain command</c> and
/// <c>docs/commands.md</c> say of them.
/// </summary>
public static class CommandTable
{
    private const int Columns = 6;

    private static readonly Lazy<ImmutableArray<CommandAdvice>> s_table = new(Read);

    /// <summary>All of them, in the order of the table.</summary>
    public static ImmutableArray<CommandAdvice> All => s_table.Value;

    /// <summary>Those that a person means: by name, by a word of it, or by a sysctl in it.</summary>
    public static ImmutableArray<CommandAdvice> Find(string text)
    {
        string wanted = Plain(text);
        ImmutableArray<CommandAdvice> exact = [.. All.Where(c => Plain(c.Name) == wanted
            || c.Settings.Contains(wanted))];
        return !exact.IsEmpty || wanted.Length == 0
            ? exact
            : [.. All.Where(c => Plain(c.Name).Contains(wanted, StringComparison.Ordinal) || c.Settings.Any(s =>
                wanted.Contains(s, StringComparison.Ordinal)))];
    }

    /// <summary>The command that asks for a sysctl, or the setting of it; null where none is known.</summary>
    public static CommandAdvice? BySetting(string name) => All.FirstOrDefault(c => c.Settings.Contains(name));

    /// <summary>Without case and with single blanks.</summary>
    private static string Plain(string text) =>
        string.Join(' ', text.Split(' ',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToLowerInvariant();

    private static ImmutableArray<CommandAdvice> Read() =>
    [
        .. BuiltInKnowledge.Text("commands.tsv").Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t') is { Length: Columns } cells
                ? new CommandAdvice(
                    cells[0], [.. cells[1].Split(';', StringSplitOptions.RemoveEmptyEntries)], cells[2], cells[3],
                        cells[4], cells[5])
                : throw new InvalidDataException($"commands.tsv: {line} has not {Columns} columns")),
    ];
}
