using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE refs ADDR</c>: who points to a block, and how it is reached from a root.</summary>
internal static class DumpRefsCommand
{
    private const int Most = 200;

    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        Argument<string> address = DumpAddress.Argument();
        var command = new Command("refs", "who points to the block at an address, and a way to it from a root")
        {
            address,
        };
        command.SetAction(parsed =>
        {
            ulong wanted = DumpAddress.Read(parsed, address);
            using KernelDump? dump = options.Open(parsed);
            if (dump is null)
            {
                return ExitCode.Done;
            }

            DumpReferencesView view = LeakViews.References(dump, wanted, Most)
                ?? throw new CommandException(
                    ExitCode.NoInput, $"0x{wanted:x16} lies in no allocation that is known: see whatis");
            ReportOutput.Print(parsed, options.Common, terminal, stream => DumpJson.Write(view, stream), view.Write);
            return ExitCode.Done;
        });
        return command;
    }
}
