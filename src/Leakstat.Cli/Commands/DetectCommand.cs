using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Reports;
using Leakstat.Reports.Views.Detections;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat detect SOURCE… | --store FILE</c>: judges what grows over the history of a host, and nothing else.
/// </summary>
internal static class DetectCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var options = new CommonOptions();
        var compare = new Option<bool>("--compare")
        {
            Description =
                "compare two sources, A and B (two hosts, or one before and after a change): what grows in B at an "
                    + "uptime at "
                + "which it did not in A; of one source, what came before and after its latest change of release",
        };
        var why = new Option<string?>("--why")
        {
            Description = "explain the judgement of one zone, malloc type or account, flagged or not: tests, numbers, "
                + "what it would have taken",
            HelpName = "NAME",
        };
        var command = new Command(
            "detect", "judge what grows over the history of a host: start, rate, what runs out and when")
        {
            compare, why, options.Json, options.Html, options.Sarif, options.BugReport, options.FailOn,
            options.FailOnUnknown, options.NoColor, options.Color,
            options.Quiet, options.Verbose, options.Owners, options.Signatures,
        };
        options.AddSourcesOrStore(command);
        command.SetAction(parsed => parsed.GetValue(compare)
            ? CompareSources.Run(parsed, options, terminal)
            : Run(parsed, options, parsed.GetValue(why), terminal));
        return command;
    }

    private static int Run(ParseResult parsed, CommonOptions options, string? why, Terminal terminal)
    {
        HostInputs inputs = HostInputs.Open(
            parsed, options, SourceReading.Knowledge(parsed, options, terminal), terminal);
        if (inputs.Hosts is not [HostInput only])
        {
            return why is null
                ? HostsReport.Run(parsed, options, terminal, inputs, ReportRegistry.Detections, GrowthOf)
                : throw new CommandException(
                    ExitCode.Usage,
                    $"--why is of one host, and there are {inputs.Hosts.Length}; "
                        + "usage: leakstat detect --why NAME --host HOST");
        }

        DiagnosisReport whole = only.Judge();
        if (why is not null)
        {
            ReportOutput.Print(parsed, options, terminal, ReportRegistry.Why, new WhyReport(whole, why));
            return ExitCode.Done;
        }

        DiagnosisReport report = GrowthOf(whole);
        var detection = new DetectionReport(report, TrendNeeds.Of(report));
        ReportOutput.Print(parsed, options, terminal, ReportRegistry.Detection, detection);
        ReportOutput.WriteFiles(parsed, ReportRegistry.Detection, detection, terminal);
        return options.ExitCodeOf(parsed, report);
    }

    /// <summary>What a diagnosis says of growth.</summary>
    private static DiagnosisReport GrowthOf(DiagnosisReport whole)
    {
        DiagnosisReport report = whole with
        {
            Findings = [.. whole.Findings.Where(f => RuleRegistry.OverHistory.Contains(f.Rule))],
        };
        return report with { Verdict = HostVerdicts.OfGrowth(report) };
    }
}
