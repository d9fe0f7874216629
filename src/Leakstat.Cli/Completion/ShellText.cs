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
    private static IEnumerable<string> OptionsWithValues(ImmutableArray<CompletedCommand> commands) =>
        from command in commands
        from option in command.Options
        where option.Value.Kind != ValueKind.None
        let patterns = option.Names.Select(n => Quoted($"{command.Path} {n}"))
        select $"{string.Join(" | ", patterns)}) value={Quoted(Kind(option.Value))} ;;";

    /// <summary>
    /// Writes the two tables of bash and zsh as functions: <c>_leakstat_command</c>, what may follow a command, and
    /// <c>_leakstat_option</c>, what an option takes.
    /// </summary>
    /// <param name="commands">The commands.</param>
    /// <param name="says">The comment above the first.</param>
    /// <param name="follows">Assignments of what may follow a command, but for its argument.</param>
    /// <param name="writer">Where to.</param>
    public static void WriteTables(
        ImmutableArray<CompletedCommand> commands,
        string says,
        Func<CompletedCommand, IEnumerable<string>> follows,
        TextWriter writer)
    {
        writer.WriteLine($"# {says}");
        writer.WriteLine("_leakstat_command() {");
        writer.WriteLine("    case $1 in");
        foreach (CompletedCommand command in commands)
        {
            writer.WriteLine($"    {Quoted(command.Path)})");
            foreach (string line in follows(command))
            {
                writer.WriteLine($"        {line}");
            }

            writer.WriteLine($"        argument={Quoted(Kind(command.Argument))} ;;");
        }

        writer.Write(
            """
                *) return 1 ;;
                esac
            }

            # What option $2 of the commands in $1 takes: sets value; fails where it takes none.
            _leakstat_option() {
                case "$1 $2" in

            """);
        foreach (string line in OptionsWithValues(commands))
        {
            writer.WriteLine("    " + line);
        }

        writer.Write(
            """
                *) return 1 ;;
                esac
            }

            """);
    }
}
