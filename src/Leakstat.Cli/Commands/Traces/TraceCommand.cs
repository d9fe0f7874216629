using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Targets;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports;
using Leakstat.Reports.Views.Traces;
using Leakstat.Tracing;
using Leakstat.Tracing.Programs;
using Leakstat.Tracing.Reading;

namespace Leakstat.Cli.Commands.Traces;

/// <summary><c>leakstat trace</c>: outstanding allocations of one suspect by stack, with DTrace.</summary>
internal static class TraceCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var options = new TraceOptions();
        var command = new Command(
            "trace", "find who allocates what is not released: DTrace program, and its output by stack")
        {
            options.Target,
            options.Suspect,
            options.From,
            options.Print,
            options.Read,
            options.Diff,
            options.Captures,
            options.Release,
            options.Seconds,
            options.MinimumAge,
            options.MinimumBytes,
            options.Sample,
            options.Rate,
            options.Frames,
            options.Force,
            common.Json, options.Flame, options.Folded, options.Pprof, common.NoColor, common.Color, common.Quiet,
                common.Verbose,
        };
        command.SetAction(parsed => Run(parsed, common, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, CommonOptions common, TraceOptions options, Terminal terminal)
    {
        if (parsed.GetValue(options.Read) is { } file)
        {
            return Show(parsed, common, options, ReadTrace(file, terminal), terminal);
        }

        TargetShell? target = parsed.GetValue(options.Target) is { } named ? TargetShell.Of(named) : null;
        if (parsed.GetValue(options.Print))
        {
            using TextWriter writer = terminal.Writer();
            writer.Write(ProgramOf(parsed, options, target, terminal));
            return ExitCode.Done;
        }

        if (target is null)
        {
            throw new CommandException(
                ExitCode.Usage,
                "say what to do: a TARGET to run on, --print for the D program alone, or --read FILE for what it "
                    + "printed; see leakstat trace --help");
        }

        string program = ProgramOf(parsed, options, target, terminal);
        TraceBounds bounds = options.BoundsOf(parsed);
        terminal.Error.WriteLine($"leakstat: tracing {target.Name} for {bounds.Seconds + bounds.MinimumAge} s");
        return Show(parsed, common, options, TraceRun.Run(target, program, bounds, terminal), terminal);
    }

    /// <summary>The program for the suspect that was named, refused where its cost is known to be too high.</summary>
    private static string ProgramOf(ParseResult parsed, TraceOptions options, TargetShell? target, Terminal terminal)
    {
        TraceBounds bounds = options.BoundsOf(parsed);
        string named = options.SuspectOf(parsed);
        (Capture? earlier, Capture? latest) = target is null || parsed.GetValue(options.Captures) is not null
            ? options.CapturesOf(parsed, terminal)
            : TraceRun.Captures(target, terminal);
        TraceSuspect suspect = SuspectName.Resolve(named, latest, BuiltInKnowledge.Load(), out string why)
            ?? throw new CommandException(ExitCode.Usage, $"--suspect {named}: {why}");
        if (earlier is not null && latest is not null && TraceRates.Between(earlier, latest, suspect) is { } estimate)
        {
            string? refusal = estimate.Refusal(bounds);
            if (refusal is not null && !parsed.GetValue(options.Force))
            {
                throw new CommandException(ExitCode.Usage, $"{named}: {refusal}; --force overrides");
            }

            terminal.Error.WriteLine(
                $"leakstat: about {Display.Percent(estimate.ShareOfOneProcessor(bounds))} of one processor, "
                    + $"{Display.Count((long)estimate.EventsPerSecond)} events per second, by {latest.Source}");
        }

        FreeBsdRelease? release = options.ReleaseOf(parsed) ?? latest?.Host.Release;
        if (TraceProgram.Refusal(release, latest?.Host.Architecture) is { } unsupported)
        {
            throw new CommandException(ExitCode.Usage, unsupported);
        }

        if (latest is not null)
        {
            terminal.Error.WriteLine($"leakstat: {OverheadEstimate.Memory(suspect, release)}");
        }

        return TraceProgram.For(suspect, bounds, release);
    }

    private static int Show(
        ParseResult parsed, CommonOptions common, TraceOptions options, Trace trace, Terminal terminal)
    {
        Trace? before = parsed.GetValue(options.Diff) is { } other ? ReadTrace(other, terminal) : null;
        var report = new TraceReport(trace, before, BuiltInKnowledge.Load());
        ReportOutput.Print(parsed, common, terminal, ReportRegistry.Trace, report);
        ReportOutput.WriteFiles(parsed, ReportRegistry.Trace, report, terminal);
        return ExitCode.Done;
    }

    private static Trace ReadTrace(string file, Terminal terminal)
    {
        Trace trace;
        try
        {
            using Stream stream = file == "-" ? terminal.Input() : OpenedFile.Read(file);
            trace = TraceReader.Read(stream, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: {FaultText.Of(e)}");
        }

        return !trace.IsRecognised
            ? throw new CommandException(
                ExitCode.NoInput, $"{file}: nothing in it is output of dtrace that leakstat reads")
            : trace;
    }
}
