using System.CommandLine;
using Leakstat.Accounting;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Model;
using Leakstat.Reports;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Cli.Commands;

/// <summary><c>leakstat ledger SOURCE</c>: where the memory went, by the latest capture.</summary>
internal static class LedgerCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new CommonOptions();
        var command = new Command("ledger", "where the memory went: a ledger that adds up, and what nobody owns")
        {
            options.Sources, options.Json, options.NoColor, options.Color, options.Quiet, options.Verbose,
                options.Kernel,
        };
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, CommonOptions options, Terminal terminal)
    {
        SourceSet set = SourceReading.Open(
            parsed.GetValue(options.Sources)!, terminal, parsed.GetValue(options.Kernel));
        Capture latest = set.Hosts[0].Captures().LastOrDefault()
            ?? throw new CommandException(ExitCode.NoInput, "the captures are gone");
        ReportOutput.Print(
            parsed, options, terminal, ReportRegistry.Ledger, new LedgerReport(latest, LedgerBuilder.From(latest)));
        return ExitCode.Done;
    }
}
