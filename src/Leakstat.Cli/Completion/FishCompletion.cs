using System.Collections.Immutable;

namespace Leakstat.Cli.Completion;

/// <summary>Completion for fish: a file <c>leakstat.fish</c>.</summary>
internal static class FishCompletion
{
    /// <summary>Writes the script.</summary>
    public static void Write(ImmutableArray<CompletedCommand> commands, TextWriter writer)
    {
        writer.Write(
            """
            # Completion of leakstat for fish, made by `leakstat completion fish`.

            # Whether the words before the cursor come to the commands in $argv, each with a blank before it.
            function __leakstat_at
                set -l path ''
                set -l wanted 0
                for word in (commandline -opc)[2..]
                    if test $wanted = 1
                        set wanted 0
                    else if string match -q -- '-*' $word
                        contains -- "$path $word" $__leakstat_valued; and set wanted 1
                    else if contains -- "$path $word" $__leakstat_paths
                        set path "$path $word"
                    end
                end
                test "$path" = "$argv[1]"
            end


            """);
        writer.WriteLine(
            $"set -g __leakstat_paths "
                + $"{string.Join(' ', commands.Where(c => c.Path.Length > 0).Select(c => Quoted(c.Path)))}");
        IEnumerable<string> valued = from command in commands
                                     from option in command.Options
                                     where option.Value.Kind != ValueKind.None
                                     from name in option.Names
                                     select Quoted($"{command.Path} {name}");
        writer.WriteLine($"set -g __leakstat_valued {string.Join(' ', valued)}");
        writer.WriteLine("complete -c leakstat -e");
        writer.WriteLine("complete -c leakstat -f");
        foreach (CompletedCommand command in commands)
        {
            string at = $"complete -c leakstat -n {Quoted($"__leakstat_at {Quoted(command.Path)}")}";
            foreach ((string name, string description) in command.Subcommands)
            {
                writer.WriteLine($"{at} -a {Quoted(name)} -d {Quoted(description)}");
            }

            if (Value(command.Argument) is { Length: > 0 } argument)
            {
                writer.WriteLine($"{at}{argument}");
            }

            foreach (CompletedOption option in command.Options)
            {
                string names = string.Concat(option.Names.Select(n => n.StartsWith("--", StringComparison.Ordinal)
                    ? $" -l {n[2..]}" : n.Length == 2 ? $" -s {n[1..]}" : $" -o {n[1..]}"));
                string takes = option.Value.Kind == ValueKind.None ? "" : " -x" + Value(option.Value);
                writer.WriteLine($"{at}{names}{takes} -d {Quoted(option.Description)}");
            }
        }
    }

    private static string Value(CompletedValue value) => value.Kind switch
    {
        ValueKind.None or ValueKind.Text => "",
        ValueKind.File => " -a '(__fish_complete_path (commandline -ct))'",
        ValueKind.Folder => " -a '(__fish_complete_directories (commandline -ct))'",
        _ =>
            $" -a {Quoted(string.Join(' ', value.Words.Select(w => w.Replace(" ", @"\ ", StringComparison.Ordinal))))}",
    };

    /// <summary>A word in single quotes, in which fish knows two escapes.</summary>
    private static string Quoted(string text) =>
        $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";
}
