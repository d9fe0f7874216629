using System.Collections.Immutable;

namespace Leakstat.Cli.Completion;

/// <summary>Completion for bash 3.2 and later: one function, over a table of the commands.</summary>
internal static class BashCompletion
{
    /// <summary>Writes the script.</summary>
    public static void Write(ImmutableArray<CompletedCommand> commands, TextWriter writer)
    {
        writer.Write(
            """
            # Completion of leakstat for bash, made by `leakstat completion bash`.

            # What may follow the commands in $1: sets commands, options and argument.
            _leakstat_command() {
                case $1 in

            """);
        foreach (CompletedCommand command in commands)
        {
            writer.WriteLine($"    {ShellText.Quoted(command.Path)})");
            writer.WriteLine($"        commands={ShellText.Quoted(string.Join(' ', command.Subcommands.Select(c => c.Name)))}");
            writer.WriteLine($"        options={ShellText.Quoted(string.Join(' ', command.Options.SelectMany(o => o.Names)))}");
            writer.WriteLine($"        argument={ShellText.Quoted(Kind(command.Argument))} ;;");
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
        foreach (string line in ShellText.OptionsWithValues(commands, Kind))
        {
            writer.WriteLine("    " + line);
        }

        writer.Write(
            """
                *) return 1 ;;
                esac
            }

            _leakstat() {
                local current=${COMP_WORDS[COMP_CWORD]} path= wanted= i word commands options argument value
                COMPREPLY=()
                _leakstat_command ''
                # The command that the words before the cursor come to. bash cuts --option=value into three.
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    if [[ $word == = ]]; then
                        continue
                    elif [[ -n $wanted ]]; then
                        wanted=
                    elif [[ $word == -* ]]; then
                        _leakstat_option "$path" "$word" && wanted=$value
                    elif [[ " $commands " == *" $word "* ]]; then
                        path="$path $word"
                        _leakstat_command "$path"
                    fi
                done
                [[ $current == = ]] && current=
                if [[ -z $wanted && $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$current"))
                    return
                fi
                case ${wanted:-$argument} in
                '<file>') COMPREPLY=($(compgen -f -- "$current")) ;;
                '<folder>') COMPREPLY=($(compgen -d -- "$current")) ;;
                '<text>' | '<none>') ;;
                *) COMPREPLY=($(compgen -W "${wanted:-$argument}" -- "$current")) ;;
                esac
                if [[ -z $wanted ]]; then
                    COMPREPLY+=($(compgen -W "$commands" -- "$current"))
                fi
            }

            complete -o filenames -F _leakstat leakstat

            """);
    }

    private static string Kind(CompletedValue value) => value.Kind switch
    {
        ValueKind.None => "<none>",
        ValueKind.Text => "<text>",
        ValueKind.File => "<file>",
        ValueKind.Folder => "<folder>",
        _ => string.Join(' ', value.Words),
    };
}
