using System.CommandLine;
using System.Text;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Gate;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports;
using Leakstat.Reports.Views.Gates;

namespace Leakstat.Cli.Commands.Gates;

/// <summary>Judges the captures of a gate, prints the decision and writes the files that were asked for.</summary>
internal static class GateJudge
{
    /// <summary>Judges; exit code 1 where the gate is failed, 5 where it could not judge.</summary>
    public static int Run(
        ParseResult parsed,
        CommonOptions common,
        GateOptions options,
        IReadOnlyList<string> sources, Func<int, RoundPlan> plan, Terminal terminal)
    {
        bool isGitHub = !parsed.GetValue(common.Json)
            && (parsed.GetValue(options.GitHub) || Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true");
        GateResult result;
        using (GitHubLog.StopCommands(terminal, isGitHub))
        {
            result = Judge(parsed, options, sources, plan, terminal);
            Print(parsed, common, options, result, terminal);
        }

        if (isGitHub)
        {
            using TextWriter writer = terminal.Writer();
            GitHubAnnotations.Write(result, writer);
        }

        return result.IsFailed ? ExitCode.Found : result.IsClean ? ExitCode.Done : ExitCode.Unknown;
    }

    private static GateResult Judge(
        ParseResult parsed,
        GateOptions options,
        IReadOnlyList<string> sources,
        Func<int, RoundPlan> plan,
        Terminal terminal)
    {
        GateBaseline baseline = ReadBaseline(parsed.GetValue(options.Baseline), terminal);
        KnowledgeBase knowledge = BuiltInKnowledge.Load();
        SourceSet set = SourceReading.Open(sources, terminal);
        HostSource host = set.Hosts[0];
        if (set.Hosts.Length > 1)
        {
            throw new CommandException(
                ExitCode.NoInput, $"the captures are of {set.Hosts.Length} hosts; a gate judges one");
        }

        Capture? earliest = null;
        DiagnosisReport? report = new Diagnoser(knowledge).Diagnose(
            KeepFirst(),
            () => new InputReport
            {
                ClockBackwards = host.ClockBackwards,
                Repeated = host.Repeated,
                Problems = set.Problems,
            },
            rounds: plan);
        if (report?.Rounds is not { } rounds || earliest is null)
        {
            throw new CommandException(ExitCode.NoInput, "there are no captures to judge");
        }

        if (rounds.Plan.Rounds == 0)
        {
            throw new CommandException(
                ExitCode.NoInput,
                $"{Display.Count(report.Captures.Length, "capture holds", "captures hold")} no round that counts; "
                    + "more captures or fewer rounds of --warm-up are needed");
        }

        return GateResult.Of(report, earliest, baseline, DateOnly.FromDateTime(DateTime.UtcNow), knowledge);

        IEnumerable<Capture> KeepFirst()
        {
            foreach (Capture capture in SourceReading.Progress(host.Captures(), host.Count, terminal))
            {
                earliest ??= capture;
                yield return capture;
            }
        }
    }

    private static void Print(
        ParseResult parsed, CommonOptions common, GateOptions options, GateResult result, Terminal terminal)
    {
        ReportOutput.Print(parsed, common, terminal, ReportRegistry.Gate, result);
        ReportOutput.WriteFiles(parsed, ReportRegistry.Gate, result, terminal);

        if (parsed.GetValue(options.WriteBaseline) is { } known)
        {
            ReportFile.Write(known, terminal, stream => stream.Write(Encoding.UTF8.GetBytes(
                GateBaseline.Head + string.Concat(
                    result.Rounds.Subjects.Where(s => s.IsLeak).Select(GateBaseline.Line)))));
        }
    }

    private static GateBaseline ReadBaseline(string? path, Terminal terminal)
    {
        if (path is null)
        {
            return GateBaseline.Empty;
        }

        try
        {
            var baseline = GateBaseline.Read(path, Encoding.UTF8.GetString(OpenedFile.ReadAll(path)));
            foreach (Diagnostic problem in baseline.Problems)
            {
                terminal.Error.WriteLine($"leakstat: {problem.At}: {problem.Text}");
            }

            return baseline;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{path}: {FaultText.Of(e)}");
        }
    }
}
