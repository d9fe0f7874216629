using System.Collections.Immutable;

namespace Leakstat.Cli.Completion;

/// <summary>Completion for zsh: a file <c>_leakstat</c> for a folder of <c>fpath</c>.</summary>
internal static class ZshCompletion
{
    /// <summary>Writes the script.</summary>
    public static void Write(ImmutableArray<CompletedCommand> commands, TextWriter writer)
    {
        writer.WriteLine("#compdef leakstat");
        writer.WriteLine("# Completion of leakstat for zsh, made by `leakstat completion zsh`.");
        writer.WriteLine();
        ShellText.WriteTables(
            commands,
            "What may follow the commands in $1: sets commands, options and argument.",
            command =>
            [
                $"commands=({Described(command.Subcommands)})",
                $"options=({Described(command.Options.SelectMany(o => o.Names.Select(n => (n, o.Description))))})",
            ],
            writer);
        writer.Write(
            """

            _leakstat_value() {
                case $1 in
                '<file>') _files ;;
                '<folder>') _files -/ ;;
                '<text>' | '<none>') return 1 ;;
                *) compadd -- "${(@s:|:)1}" ;;
                esac
            }

            _leakstat() {
                local path_= wanted= word argument value found=1
                local -a commands options
                _leakstat_command ''
                # The command that the words before the cursor come to.
                for word in "${(@)words[2,CURRENT-1]}"; do
                    if [[ -n $wanted ]]; then
                        wanted=
                    elif [[ $word == -* ]]; then
                        _leakstat_option "$path_" "$word" && wanted=$value
                    elif (( ${commands[(I)${(b)word}:*]} )); then
                        path_="$path_ $word"
                        _leakstat_command "$path_"
                    fi
                done
                if [[ -n $wanted ]]; then
                    _leakstat_value "$wanted"
                elif [[ $PREFIX == --*=* ]] && _leakstat_option "$path_" "${PREFIX%%=*}"; then
                    compset -P '*='
                    _leakstat_value "$value"
                elif [[ $PREFIX == -* ]]; then
                    _describe option options
                else
                    (( $#commands )) && _describe command commands && found=0
                    _leakstat_value "$argument" && found=0
                    return found
                fi
            }

            if [[ $funcstack[1] == _leakstat ]]; then
                _leakstat "$@"
            else
                compdef _leakstat leakstat
            fi

            """);
    }

    private static string Described(IEnumerable<(string Name, string Description)> entries) => string.Join(
        ' ', entries.Select(
            e => ShellText.Quoted($"{e.Name.Replace(":", @"\:", StringComparison.Ordinal)}:{e.Description}")));
}
