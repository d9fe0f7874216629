using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;

namespace Leakstat.Cli.Completion;

/// <summary>The commands of <see cref="CommandLine.Build"/> as shells complete them.</summary>
internal static class CommandTree
{
    /// <summary>
    /// Ends of names for values (<c>HelpName</c>, names of arguments) that are files, or places where captures lie.
    /// </summary>
    private static readonly string[] s_files =
        ["FILE", "FILE.ko", "FILE[#N]", "FILE|none", "SOURCE", "VMCORE", "OUT", "TARGET", "A", "B"];

    private static readonly string[] s_folders = ["DIR", "SPOOL"];

    /// <summary>Every command that is not hidden, each before those below it.</summary>
    public static ImmutableArray<CompletedCommand> Of(RootCommand root)
    {
        var commands = ImmutableArray.CreateBuilder<CompletedCommand>();
        Add(root, "", [], commands);
        return commands.DrainToImmutable();
    }

    private static void Add(
        Command command, string path, ImmutableArray<Option> inherited,
        ImmutableArray<CompletedCommand>.Builder commands)
    {
        ImmutableArray<Option> options = [.. command.Options.Concat(inherited).Where(o => !o.Hidden)];
        Command[] below = [.. command.Subcommands.Where(c => !c.Hidden)];
        commands.Add(new CompletedCommand(
            path,
            OneLine(command.Description),
            [.. options.Select(Completed).OrderBy(o => o.Names[0], StringComparer.Ordinal)],
            [.. below.Select(c => (c.Name, OneLine(c.Description)))],
            command.Arguments.FirstOrDefault(a => !a.Hidden) is { } argument
                ? Value(argument.Name, argument.GetCompletions(CompletionContext.Empty))
                : new CompletedValue(ValueKind.None, [])));
        foreach (Command next in below)
        {
            Add(next, $"{path} {next.Name}", [.. options.Where(o => o.Recursive)], commands);
        }
    }

    private static CompletedOption Completed(Option option)
    {
        bool isSwitch = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool);
        return new CompletedOption(
            [.. option.Aliases.Prepend(option.Name).Where(n => n[0] == '-' && n != "-?").Distinct().OrderByDescending(
                n => n.Length)],
            OneLine(option.Description),
            isSwitch
                ? new CompletedValue(ValueKind.None, [])
                : Value(option.HelpName ?? "", option.GetCompletions(CompletionContext.Empty)),
            isSwitch ? "" : option.HelpName ?? "VALUE");
    }

    private static CompletedValue Value(string name, IEnumerable<CompletionItem> items)
    {
        ImmutableArray<string> words = [.. items.Select(i => i.Label)];
        return words.Length > 0 ? new CompletedValue(ValueKind.Words, words)
            : s_folders.Contains(name) ? new CompletedValue(ValueKind.Folder, [])
            : s_files.Contains(name) ? new CompletedValue(ValueKind.File, [])
            : new CompletedValue(ValueKind.Text, []);
    }

    private static string OneLine(string? text) => (text ?? "").ReplaceLineEndings(" ").Trim();
}
