using System.CommandLine;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports;

namespace Leakstat.Cli.Commands;

/// <summary><c>leakstat tune SOURCE</c>: tunables for that host and release, as ready lines.</summary>
internal static class TuneCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new CommonOptions();
        var command = new Command("tune", "print tunables for that host and release, as ready lines for loader.conf and sysctl.conf")
        {
            options.Sources, options.Json, options.Owners, options.Signatures,
        };
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, CommonOptions options, Terminal terminal)
    {
        SourceSet set = SourceReading.Open(parsed.GetValue(options.Sources)!, terminal);
        DiagnosisReport report = SourceReading.Diagnose(set, SourceReading.Knowledge(parsed, options, terminal), terminal);
        ReportOutput.Print(parsed, options, terminal, ReportRegistry.Tuning, report);
        return ExitCode.Done;
    }
}
