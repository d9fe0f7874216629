using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Targets;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Cli.Commands.Gates;

/// <summary><c>leakstat gate</c>: fails a build whose exercise keeps kernel memory with every round.</summary>
internal static class GateCommand
{
    /// <summary>The command and its forms.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var options = new GateOptions();
        var folder = new Argument<string>("DIR") { Description = "folder that leakstat gate begin made" };
        var file = new Argument<string>("FILE.ko") { Description = "the module" };
        var words = new Argument<string[]>("COMMAND")
        {
            Description = "the exercise, run here in every round",
            Arity = ArgumentArity.OneOrMore,
        };
        return new Command(
            "gate", "fail when an exercise keeps kernel memory with every round: exits 1 on a leak, 0 when clean")
        {
            Check(common, options, terminal),
            Form(
                "begin",
                "take the first capture",
                [options.Output, options.Target, options.Capture, options.Module],
                [],
                parsed => Begin(parsed, options, terminal)),
            Form(
                "mark",
                "take the capture behind a round",
                [options.Capture],
                [folder],
                parsed => Mark(parsed.GetRequiredValue(folder), parsed.GetValue(options.Capture), terminal)),
            Judged(
                common,
                options,
                "end",
                "take the last capture and judge",
                [options.Capture, options.WarmUp],
                [folder],
                parsed => End(parsed, common, options, parsed.GetRequiredValue(folder), terminal)),
            Judged(
                common,
                options,
                "run",
                "run a command again and again, take captures between, and judge",
                [
                    options.Target, options.Capture, options.Output, options.Rounds, options.WarmUp, options.Idle,
                    options.Module, options.Limit,
                ],
                [words],
                parsed => RunCommand(parsed, common, options, parsed.GetRequiredValue(words), terminal)),
            Judged(
                common,
                options,
                "module",
                "load a module, exercise it, unload it, and judge",
                [
                    options.Target, options.Capture, options.Output, options.Rounds, options.WarmUp, options.Idle,
                    options.Exercise, options.Limit,
                ],
                [file],
                parsed => Module(parsed, common, options, parsed.GetRequiredValue(file), terminal)),
        };
    }

    private static Command Check(CommonOptions common, GateOptions options, Terminal terminal) => Judged(
        common,
        options,
        "check",
        "judge captures that were taken between rounds",
        [options.WarmUp, options.Module],
        [common.Sources],
        parsed =>
        {
            string[] sources = parsed.GetRequiredValue(common.Sources);
            return sources is [var only] && GateFolder.Is(only)
                ? JudgeFolder(parsed, common, options, GateFolder.Open(only), terminal)
                : GateJudge.Run(
                    parsed,
                    common,
                    options,
                    sources,
                    count => RoundPlan.For(count, parsed.GetValue(options.WarmUp), parsed.GetValue(options.Module)),
                    terminal);
        });

    private static int Begin(ParseResult parsed, GateOptions options, Terminal terminal)
    {
        string path = parsed.GetValue(options.Output)
            ?? throw new CommandException(ExitCode.Usage, "say where the captures are kept: -o DIR");
        string target = parsed.GetRequiredValue(options.Target);
        var folder = GateFolder.Create(path, target, parsed.GetValue(options.Module), parsed.GetValue(options.Capture));
        new GateCaptures(folder, TargetShell.Of(target), parsed.GetValue(options.Capture), terminal).Take(
            RoundRole.Idle);
        return ExitCode.Done;
    }

    private static int Mark(string path, string? capture, Terminal terminal)
    {
        var folder = GateFolder.Open(path);
        new GateCaptures(folder, TargetShell.Of(folder.Word("target") ?? "local"), capture ?? folder.Word("command"),
            terminal).Take(
            RoundRole.Round);
        return ExitCode.Done;
    }

    private static int End(
        ParseResult parsed, CommonOptions common, GateOptions options, string path, Terminal terminal)
    {
        Mark(path, parsed.GetValue(options.Capture), terminal);
        var folder = GateFolder.Open(path);
        RoundPlan plan = folder.Plan();

        // Of few rounds every one is needed.
        int warmUp = Math.Min(parsed.GetValue(options.WarmUp), Math.Max(plan.Rounds - RoundTest.LeastRounds, 0));
        return GateJudge.Run(
            parsed,
            common,
            options,
            [folder.Captures],
            _ => plan with
            {
                Roles = [.. plan.Roles.Select(
                (r, i) => r == RoundRole.Round && i <= warmUp ? RoundRole.WarmUp : r)]
            },
            terminal);
    }

    private static int RunCommand(
        ParseResult parsed, CommonOptions common, GateOptions options, string[] words, Terminal terminal) =>
        InFolder(parsed, options, parsed.GetValue(options.Module), terminal, (folder, captures, _) =>
        {
            TakeIdle(parsed, options, captures);
            Rounds(parsed, options, captures, () => Exercise.Run(words, parsed.GetValue(options.Limit), terminal));
            return JudgeFolder(parsed, common, options, folder, terminal);
        });

    private static int Module(
        ParseResult parsed, CommonOptions common, GateOptions options, string path, Terminal terminal)
    {
        string name = Path.GetFileName(path);
        string exercise = parsed.GetValue(options.Exercise)
            ?? throw new CommandException(ExitCode.Usage, "say what exercises the module: --exercise COMMAND");
        if (!name.EndsWith(".ko", StringComparison.Ordinal) || name.Any(
            c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')))
        {
            throw new CommandException(ExitCode.Usage, $"{path}: not the file of a module (name.ko)");
        }

        byte[] file;
        try
        {
            file = OpenedFile.ReadAll(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{path}: {FaultText.Of(e)}");
        }

        TimeSpan limit = parsed.GetValue(options.Limit);
        return InFolder(parsed, options, name, terminal, (folder, captures, target) =>
        {
            TakeIdle(parsed, options, captures);
            string load =
                $"umask 077 && d=$(mktemp -d /tmp/leakstat.XXXXXX) && cat >\"$d/{name}\" && kldload \"$d/{name}\"; "
                    + "s=$?; rm -rf \"$d\"; exit $s";
            Must(
                target.Execute(
                    load, new MemoryStream(file), terminal.Said(), terminal.Said(), TargetShell.CaptureLimit),
                $"kldload {name}");
            try
            {
                captures.Take(RoundRole.Loaded);
                Rounds(
                    parsed,
                    options,
                    captures,
                    () => target.Execute(exercise, null, terminal.Said(), terminal.Said(), limit, long.MaxValue));
            }
            finally
            {
                target.Execute($"kldunload {name}", null, terminal.Said(), terminal.Said(), TargetShell.CaptureLimit);
            }

            captures.Take(RoundRole.Unloaded);
            return JudgeFolder(parsed, common, options, folder, terminal);
        });
    }

    private static int InFolder(
        ParseResult parsed,
        GateOptions options,
        string? module,
        Terminal terminal,
        Func<GateFolder, GateCaptures, TargetShell, int> use)
    {
        if (parsed.GetValue(options.Rounds) is < 1 or > 100_000 || parsed.GetValue(options.WarmUp) is < 0 or > 1000
            || parsed.GetValue(options.Idle) is < 1 or > 1000)
        {
            throw new CommandException(
                ExitCode.Usage, "rounds have to be 1 to 100,000, warm-up rounds 0 to 1,000, idle captures 1 to 1,000");
        }

        string? kept = parsed.GetValue(options.Output);
        string path = kept ?? Path.Combine(Path.GetTempPath(), "leakstat-gate-" + Path.GetRandomFileName());
        string name = parsed.GetRequiredValue(options.Target);
        var target = TargetShell.Of(name);
        using TemporaryFolder? meanwhile = kept is null ? new TemporaryFolder(path) : null;
        var folder = GateFolder.Create(path, name, module, parsed.GetValue(options.Capture));
        return use(folder, new GateCaptures(folder, target, parsed.GetValue(options.Capture), terminal), target);
    }

    private static void TakeIdle(ParseResult parsed, GateOptions options, GateCaptures captures)
    {
        for (int i = parsed.GetValue(options.Idle); i > 0; i--)
        {
            captures.Take(RoundRole.Idle);
        }
    }

    private static void Rounds(ParseResult parsed, GateOptions options, GateCaptures captures, Func<int> exercise)
    {
        int warmUp = parsed.GetValue(options.WarmUp);
        for (int i = 0; i < warmUp + parsed.GetValue(options.Rounds); i++)
        {
            Must(exercise(), "the exercise");
            captures.Take(i < warmUp ? RoundRole.WarmUp : RoundRole.Round);
        }
    }

    /// <summary>A round that failed proves nothing: the gate ends with code 4, neither clean nor leaking.</summary>
    private static void Must(int status, string what)
    {
        if (status != 0)
        {
            throw new CommandException(
                ExitCode.Unreachable, $"{what} failed with exit status {status}; nothing was judged");
        }
    }

    private static int JudgeFolder(
        ParseResult parsed, CommonOptions common, GateOptions options, GateFolder folder, Terminal terminal) =>
        GateJudge.Run(parsed, common, options, [folder.Captures], _ => folder.Plan(), terminal);

    private static Command Form(
        string name, string description, Option[] own, Argument[] arguments, Func<ParseResult, int> run)
    {
        var command = new Command(name, description);
        foreach (Argument argument in arguments)
        {
            command.Add(argument);
        }

        foreach (Option option in own)
        {
            command.Add(option);
        }

        command.SetAction(run);
        return command;
    }

    private static Command Judged(
        CommonOptions common,
        GateOptions options,
        string name,
        string description,
        Option[] own,
        Argument[] arguments,
        Func<ParseResult, int> run)
    {
        Command command = Form(name, description, own, arguments, run);
        options.AddReports(command, common);
        return command;
    }
}
