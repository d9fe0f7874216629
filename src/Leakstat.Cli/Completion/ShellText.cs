using System.Collections.Immutable;

namespace Leakstat.Cli.Completion;

/// <summary>What scripts of more than one shell are made of.</summary>
internal static class ShellText
{
    /// <summary>A word in single quotes, for sh and those like it.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>What a value is, in one word: words with <c>|</c> between them, for some have blanks in them.</summary>
    public static string Kind(CompletedValue value) => value.Kind switch
    {
        ValueKind.None => "<none>",
        ValueKind.Text => "<text>",
        ValueKind.File => "<file>",
        ValueKind.Folder => "<folder>",
        _ => string.Join('|', value.Words),
    };

    /// <summary>Lines of a <c>case</c> over a command's path and an option; each sets <c>value</c>.</summary>
    public static IEnumerable<string> OptionsWithValues(ImmutableArray<CompletedCommand> commands) =>
        from command in commands
        from option in command.Options
        where option.Value.Kind != ValueKind.None
        let patterns = option.Names.Select(n => Quoted($"{command.Path} {n}"))
        select $"{string.Join(" | ", patterns)}) value={Quoted(Kind(option.Value))} ;;";
}
