using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE types</c>: what <c>vmstat -m -M</c> would print.</summary>
internal static class DumpTypesCommand
{
    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        var command = new Command(
            "types", "malloc(9) types as vmstat -m prints them, with the file that declares each with -v");
        command.SetAction(parsed =>
        {
            using KernelDump? dump = options.Open(parsed);
            if (dump is null)
            {
                return ExitCode.Done;
            }

            if (dump.MallocTypes.Count == 0)
            {
                throw new CommandException(
                    ExitCode.NoInput, $"{dump.File.Path}: no malloc types can be read: {dump.Problems.Last}");
            }

            DumpTypesView view = DumpViews.Types(dump);
            ReportOutput.Print(parsed, options.Common, terminal, stream => DumpJson.Write(view, stream), view.Write);
            return ExitCode.Done;
        });
        return command;
    }
}
