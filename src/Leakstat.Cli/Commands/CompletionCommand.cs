using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Cli.Completion;
using Leakstat.Cli.Hosting;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat completion SHELL</c>: a script that completes commands, options and values in a shell.
/// </summary>
internal static class CompletionCommand
{
    /// <summary>The command; it goes into the tree like every other, and completes itself too.</summary>
    /// <param name="root">The root of the tree, read when the command runs.</param>
    /// <param name="terminal">Where the script goes.</param>
    public static Command Create(RootCommand root, Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "print a completion script: source <(leakstat completion bash)")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            ImmutableArray<CompletedCommand> commands = CommandTree.Of(root);
            using TextWriter writer = terminal.Writer();
            switch (parsed.GetRequiredValue(shell))
            {
                case "bash":
                    BashCompletion.Write(commands, writer);
                    break;
                case "zsh":
                    ZshCompletion.Write(commands, writer);
                    break;
                default:
                    FishCompletion.Write(commands, writer);
                    break;
            }

            return ExitCode.Done;
        });
        return command;
    }
}
