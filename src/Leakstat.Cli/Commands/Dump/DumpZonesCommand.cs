using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>
/// <c>leakstat dump VMCORE zones</c>: what <c>vmstat -z -M</c> would print, checked against the slabs.
/// </summary>
internal static class DumpZonesCommand
{
    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        var command = new Command(
            "zones",
            "UMA zones as vmstat -z prints them, and where the kernel's counters disagree with what its slabs hold");
        command.SetAction(parsed =>
        {
            using KernelDump? dump = options.Open(parsed);
            if (dump is null)
            {
                return ExitCode.Done;
            }

            if (dump.Heap.Zones.Count == 0)
            {
                throw new CommandException(
                    ExitCode.NoInput, $"{dump.File.Path}: no zones can be read: {dump.Problems.Last}");
            }

            DumpZonesView view = DumpViews.Zones(dump);
            ReportOutput.Print(parsed, options.Common, terminal, stream => DumpJson.Write(view, stream), view.Write);
            return ExitCode.Done;
        });
        return command;
    }
}
