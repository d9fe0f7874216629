using System.CommandLine;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Reports;

namespace Leakstat.Cli.Commands;

/// <summary><c>leakstat detect --compare A B</c>: what grows in B at an uptime at which it did not in A.</summary>
internal static class CompareSources
{
    /// <summary>Runs it; one source is split at its latest change of release.</summary>
    public static int Run(ParseResult parsed, CommonOptions options, Terminal terminal)
    {
        string[] sources = parsed.GetValue(options.SourcesOrStore)!;
        if (sources.Length is 0 or > 2)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"--compare takes two sources, {(sources.Length == 0 ? "no store" : $"not {sources.Length}")}; "
                    + "usage: leakstat detect --compare A B");
        }

        if (parsed.GetValue(options.Host) is not null)
        {
            throw new CommandException(
                ExitCode.Usage, "--compare and --host exclude each other; usage: leakstat detect --compare A B");
        }

        KnowledgeBase knowledge = SourceReading.Knowledge(parsed, options, terminal);
        DiagnosisReport whole = sources.Length == 2
            ? OfTwo(sources, knowledge, terminal)
            : OfOne(sources[0], knowledge, terminal);
        DiagnosisReport report = whole with
        {
            Findings = [.. whole.Findings.Where(f => RuleRegistry.OverComparison.Contains(f.Rule))],
        };
        report = report with { Verdict = HostVerdicts.OfComparison(report) };
        ReportOutput.Print(parsed, options, terminal, ReportRegistry.Comparison, report);
        ReportOutput.WriteFiles(parsed, ReportRegistry.Comparison, report, terminal);
        return options.ExitCodeOf(parsed, report);
    }

    private static DiagnosisReport OfTwo(string[] sources, KnowledgeBase knowledge, Terminal terminal)
    {
        DiagnosisReport before = SourceReading.Diagnose(
            SourceReading.Open([sources[0]], terminal), knowledge, terminal);
        return SourceReading.Diagnose(SourceReading.Open([sources[1]], terminal), knowledge, terminal, before);
    }

    private static DiagnosisReport OfOne(string source, KnowledgeBase knowledge, Terminal terminal)
    {
        SourceSet set = SourceReading.Open([source], terminal);
        DiagnosisReport all = SourceReading.Diagnose(set, knowledge, terminal);
        HistoryEvent upgrade = all.History.Events.LastOrDefault(e => e.Kind == "release")
            ?? throw new CommandException(
                ExitCode.Usage,
                $"{source} holds no change of release to compare before and after; usage: leakstat detect --compare "
                    + "A B");
        DiagnosisReport before = SourceReading.Diagnose(set, knowledge, terminal, part: ..upgrade.Sample);
        return SourceReading.Diagnose(set, knowledge, terminal, before, upgrade.Sample..);
    }
}
