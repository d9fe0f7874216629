using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Dump;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Commands.Dump;

/// <summary><c>leakstat dump VMCORE summary</c>: what the dump is, and what took its memory.</summary>
internal static class DumpSummaryCommand
{
    /// <summary>The command.</summary>
    public static Command Create(DumpCommandOptions options, Terminal terminal)
    {
        var command = new Command(
            "summary", "what the dump is, and what took its memory (what is printed where no subcommand is given)");
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    /// <summary>Runs it.</summary>
    public static int Run(ParseResult parsed, DumpCommandOptions options, Terminal terminal)
    {
        using KernelDump? dump = options.Open(parsed);
        if (dump is null)
        {
            return ExitCode.Done;
        }

        DumpSummaryView view = DumpViews.Summary(dump);
        ReportOutput.Print(parsed, options.Common, terminal, stream => DumpJson.Write(view, stream), view.Write);
        return ExitCode.Done;
    }
}
