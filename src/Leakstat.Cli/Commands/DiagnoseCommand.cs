using System.CommandLine;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Reports;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat diagnose SOURCE… | --store FILE</c>: reads captures, prints ranked findings with evidence and advice; of
/// several hosts one line each and the worst few whole.
/// </summary>
internal static class DiagnoseCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new CommonOptions();
        var noLeaks = new Option<bool>("--no-leaks")
        {
            Description =
                "do not search crash dumps for lost blocks, which takes seconds for each GB of kernel memory in them",
        };
        var command = new Command("diagnose", "read captures, print ranked findings with evidence and advice")
        {
            options.Json, options.Html, options.Sarif, options.BugReport, options.FailOn, options.FailOnUnknown,
                options.NoColor, options.Color,
            options.Quiet, options.Verbose, options.Owners, options.Signatures, options.Kernel, noLeaks,
        };
        options.AddSourcesOrStore(command);
        command.SetAction(parsed => Run(parsed, options, parsed.GetValue(noLeaks), terminal));
        return command;
    }

    private static int Run(ParseResult parsed, CommonOptions options, bool noLeaks, Terminal terminal)
    {
        KnowledgeBase knowledge = SourceReading.Knowledge(parsed, options, terminal);
        WarmUp.Start(knowledge);
        HostInputs inputs = HostInputs.Open(
            parsed,
            options,
            knowledge,
            terminal,
            noLeaks ? null : dump => LostSearch.Run(dump, terminal, parsed.GetValue(options.Quiet)));
        if (inputs.Hosts is not [HostInput only])
        {
            return HostsReport.Run(parsed, options, terminal, inputs, ReportRegistry.Diagnoses);
        }

        DiagnosisReport report = only.Judge();
        ReportOutput.Print(parsed, options, terminal, ReportRegistry.Diagnosis, report);
        ReportOutput.WriteFiles(parsed, ReportRegistry.Diagnosis, report, terminal);
        return options.ExitCodeOf(parsed, report);
    }
}
