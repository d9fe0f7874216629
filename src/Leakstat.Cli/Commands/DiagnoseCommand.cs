using System.CommandLine;
using Leakstat.Diagnosis;
using Leakstat.Knowledge;
using Leakstat.Reports;

namespace Leakstat.Cli.Commands;

/// <summary><c>leakstat diagnose SOURCE… | --db FILE</c>: reads captures, prints ranked findings with evidence and advice.</summary>
internal static class DiagnoseCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new CommonOptions();
        var command = new Command("diagnose", "read captures, print ranked findings with evidence and advice")
        {
            options.Json, options.Html, options.Sarif, options.BugReport, options.FailOn, options.NoColor,
            options.Quiet, options.Verbose, options.Owners, options.Signatures, options.Kernel,
        };
        options.AddSourcesOrStore(command);
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, CommonOptions options, Terminal terminal)
    {
        KnowledgeBase knowledge = SourceReading.Knowledge(parsed, options, terminal);
        WarmUp.Start(knowledge);
        DiagnosisReport report = StoreReading.Diagnose(parsed, options, knowledge, terminal);
        ReportOutput.Print(
            parsed,
            options,
            terminal,
            stream => JsonReport.Write(report, stream),
            (writer, layout) => TerminalReport.Write(report, writer, layout));
        ReportOutput.WriteFiles(parsed, options, report);
        return options.FailOnSeverity(parsed) is { } least && report.Findings.Any(f => f.Severity >= least)
            ? ExitCode.Found
            : ExitCode.Done;
    }
}
