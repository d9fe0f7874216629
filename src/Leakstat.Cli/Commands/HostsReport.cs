using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Reports.Views.Fleets;

namespace Leakstat.Cli.Commands;

/// <summary>Judges several hosts and reports them together; shared by the commands that take more than one.</summary>
internal static class HostsReport
{
    /// <summary>Judges, prints, writes the files that were asked for; gives the exit code of the worst host.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Its options.</param>
    /// <param name="terminal">Where it goes.</param>
    /// <param name="inputs">The hosts.</param>
    /// <param name="forms">The command's forms of report.</param>
    /// <param name="view">What the command looks at of a diagnosis; null for all of it.</param>
    /// <param name="judged">
    /// What else is done with the hosts, once they are judged and reported; null for nothing.
    /// </param>
    public static int Run(
        ParseResult parsed,
        CommonOptions options,
        Terminal terminal,
        HostInputs inputs,
        FleetForms forms,
        Func<DiagnosisReport, DiagnosisReport>? view = null,
        Action<FleetReport>? judged = null)
    {
        ImmutableArray<FleetPart> parts =
        [
            .. forms.Parts.Where(p => p.Name == forms.Whole.Json.Name
                ? parsed.GetValue(options.Json)
                : ReportOutput.FileOf(parsed, p.Name) is not null),
        ];
        using var run = new FleetRun(inputs, parts, terminal);
        FleetDocument document = run.Judge(view ?? (report => report)) with { IsGrowthAlone = view is not null };
        ReportOutput.Print(parsed, options, terminal, forms.Whole, document);
        ReportOutput.WriteFiles(parsed, forms.Whole, document, terminal);
        if (ReportOutput.FileOf(parsed, "bugreport") is not null)
        {
            terminal.Error.WriteLine(
                $"leakstat: the problem report is of {document.Fleet.Hosts[0].Label}, "
                    + "the worst of the hosts; --host picks another");
        }

        judged?.Invoke(document.Fleet);
        return options.ExitCodeOf(parsed, document.Fleet);
    }
}
