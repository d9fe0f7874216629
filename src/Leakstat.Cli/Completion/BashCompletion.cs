using System.Collections.Immutable;

namespace Leakstat.Cli.Completion;

/// <summary>Completion for bash 3.2 and later: one function, over a table of the commands.</summary>
internal static class BashCompletion
{
    /// <summary>Writes the script.</summary>
    public static void Write(ImmutableArray<CompletedCommand> commands, TextWriter writer)
    {
        writer.WriteLine("# Completion of leakstat for bash, made by `leakstat completion bash`.");
        writer.WriteLine();
        ShellText.WriteTables(
            commands,
            "What may follow the commands in $1: sets commands, options and argument; words have | between them.",
            command =>
            [
                $"commands={ShellText.Quoted(string.Join('|', command.Subcommands.Select(c => c.Name)))}",
                $"options={ShellText.Quoted(string.Join('|', command.Options.SelectMany(o => o.Names)))}",
            ],
            writer);
        writer.Write(
            """

            _leakstat() {
                local current=${COMP_WORDS[COMP_CWORD]} path= wanted= i word commands options argument value
                local IFS=$'\n'
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
                    elif [[ "|$commands|" == *"|$word|"* ]]; then
                        path="$path $word"
                        _leakstat_command "$path"
                    fi
                done
                [[ $current == = ]] && current=
                if [[ -z $wanted && $current == -* ]]; then
                    COMPREPLY=($(compgen -W "${options//|/$IFS}" -- "$current"))
                    return
                fi
                case ${wanted:-$argument} in
                '<file>') COMPREPLY=($(compgen -f -- "$current")) ;;
                '<folder>') COMPREPLY=($(compgen -d -- "$current")) ;;
                '<text>' | '<none>') ;;
                *)
                    value=${wanted:-$argument}
                    COMPREPLY=($(compgen -W "${value//|/$IFS}" -- "$current"))
                    ;;
                esac
                if [[ -z $wanted ]]; then
                    COMPREPLY+=($(compgen -W "${commands//|/$IFS}" -- "$current"))
                fi
            }

            complete -o filenames -F _leakstat leakstat

            """);
    }
}
