using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>
/// <c>leakstat dump VMCORE messages</c>: what <c>dmesg -M</c> would print; evidence of a diagnosis names its lines.
/// </summary>
internal static class DumpMessagesCommand
{
    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        var command = new Command("messages", "the kernel's message buffer as dmesg prints it");
        command.SetAction(parsed =>
        {
            using KernelDump? dump = options.Open(parsed);
            if (dump is null)
            {
                return ExitCode.Done;
            }

            if (dump.Messages is not { Length: > 0 })
            {
                throw new CommandException(
                    ExitCode.NoInput, $"{dump.File.Path}: the message buffer is not in the dump");
            }

            DumpMessagesView view = DumpViews.Messages(dump);
            ReportOutput.Print(parsed, options.Common, terminal, stream => DumpJson.Write(view, stream), view.Write);
            return ExitCode.Done;
        });
        return command;
    }
}
