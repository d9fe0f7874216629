using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Targets;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat collect TARGET… -o SPOOL</c>: captures from live hosts into a spool; nothing is written on them.
/// </summary>
internal static class CollectCommand
{
    private sealed record Options(
        Argument<string[]> Targets,
        Option<string> Spool,
        Option<TimeSpan> Every,
        Option<TimeSpan> For,
        Option<bool> Once,
        Option<string?> Inventory,
        Option<int> Jobs,
        LiveOptions Live,
        Option<bool> Quiet,
        Option<bool> Verbose);

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var options = new Options(
            new Argument<string[]>("TARGET")
            {
                Description = "ssh://[user@]host[:port], or local",
                Arity = ArgumentArity.ZeroOrMore,
            },
            new Option<string>("--output", "-o")
            {
                Description = "the spool: SPOOL/HOST/TIME/",
                HelpName = "SPOOL",
                Required = true,
            },
            Durations.Option("--every", "time between two captures of a host", TimeSpan.FromMinutes(1)),
            Durations.Option("--for", "how long", TimeSpan.FromHours(24)),
            new Option<bool>("--once") { Description = "one capture of each host, then end" },
            new Option<string?>("--inventory", "-i")
            {
                Description = "file with targets, one a line (docs/live.md)",
                HelpName = "FILE",
            },
            new Option<int>("--jobs", "-j")
            {
                Description = "hosts at a time (default 16)",
                HelpName = "N",
                DefaultValueFactory = _ => 16,
            },
            new LiveOptions(),
            common.Quiet,
            common.Verbose);
        options.Quiet.Description = "no progress, and no word of what goes well";
        options.Verbose.Description = "name each capture";
        var command = new Command(
            "collect", "collect captures from live hosts; nothing is installed or written on them")
        {
            options.Targets, options.Spool, options.Every, options.For, options.Once, options.Inventory, options.Jobs,
        };
        options.Live.AddTo(command);
        command.Add(options.Quiet);
        command.Add(options.Verbose);
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, Options options, Terminal terminal)
    {
        ImmutableArray<LiveTarget> targets = Targets(parsed, options, terminal, out bool isWhole);
        var writer = new SpoolWriter(parsed.GetValue(options.Spool)!)
        {
            Remark = text => terminal.Error.WriteLine(
            $"leakstat: {Shown(text)}")
        };
        using var children = new ChildProcesses();
        using var end = new CancellationTokenSource();
        using IDisposable signals = Interruption.Of(end);
        var fleet = new LiveFleet(
            targets,
            new FleetPlan(
                parsed.GetValue(options.Every),
                parsed.GetValue(options.Once) ? null : parsed.GetValue(options.For),
                options.Live.LimitOf(parsed),
                Math.Clamp(parsed.GetValue(options.Jobs), 1, 256)),
            new LiveSession(children, options.Live.SshOf(parsed)),
            writer.Write);
        bool isQuiet = parsed.GetValue(options.Quiet);
        bool isVerbose = parsed.GetValue(options.Verbose);
        bool hasLine = terminal.IsErrorTerminal && !isQuiet;
        string shown = "";
        fleet.Run(
            news =>
            {
                if (news.IsTrouble || isVerbose)
                {
                    terminal.Progress.Write(hasLine ? "\r\e[K" : "");
                    terminal.Error.WriteLine($"leakstat: {news.Target.Text}: {news.Text}");
                    shown = "";
                }
            },
            () =>
            {
                string line =
                    $"{Display.Count(fleet.Written, "capture", "captures")} of "
                        + $"{Display.Count(targets.Length, "host", "hosts")}, {fleet.Running} at work, "
                        + $"{fleet.Failing} failing";
                if (hasLine && line != shown)
                {
                    terminal.Progress.Write($"\r\e[K{line}");
                    shown = line;
                }
            },
            end.Token);
        if (hasLine)
        {
            terminal.Progress.Write("\r\e[K");
        }

        LiveTarget[] silent = [.. fleet.Silent];
        if (!isQuiet)
        {
            terminal.Error.WriteLine(
                $"leakstat: {Display.Count(fleet.Written, "capture", "captures")} of "
                    + $"{Display.Count(targets.Length - silent.Length, "host", "hosts")}"
                    + $" in {parsed.GetValue(options.Spool)}"
                    + (silent.Length > 0 ? $"; none of {Display.Count(silent.Length, "host", "hosts")}" : ""));
        }

        // A host that was left out for a slip in the inventory is not collected, and a script has to learn of it.
        return fleet.HasFullDisk
            ? ExitCode.Output
            : silent.Length > 0 ? ExitCode.Unreachable : isWhole ? ExitCode.Done : ExitCode.Usage;
    }

    /// <summary>The hosts to collect from.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">The options.</param>
    /// <param name="terminal">Where lines that are no targets are named.</param>
    /// <param name="isWhole">Whether every line of the inventory was one.</param>
    private static ImmutableArray<LiveTarget> Targets(ParseResult parsed, Options options, Terminal terminal,
        out bool isWhole)
    {
        bool isRead = true;
        ImmutableArray<LiveTarget> targets = Targets(parsed, options, terminal, () => isRead = false);
        isWhole = isRead;
        return targets;
    }

    private static ImmutableArray<LiveTarget> Targets(ParseResult parsed, Options options, Terminal terminal,
        Action wrong)
    {
        List<LiveTarget> targets = [];
        foreach (string text in parsed.GetValue(options.Targets) ?? [])
        {
            targets.Add(LiveTarget.Parse(text, out string? problem)
                ?? throw new CommandException(
                    ExitCode.Usage,
                    $"'{text}': {problem}; usage: leakstat collect TARGET… -o SPOOL, see leakstat collect --help"));
        }

        if (parsed.GetValue(options.Inventory) is { } file)
        {
            targets.AddRange(Inventory.Read(file, problem =>
            {
                wrong();
                terminal.Error.WriteLine($"leakstat: {Shown(problem)}");
            }));
        }

        if (targets.Count == 0)
        {
            throw new CommandException(
                ExitCode.Usage, "no target; usage: leakstat collect TARGET… -o SPOOL, see leakstat collect --help");
        }

        return [.. targets.Select(t => options.Live.Apply(parsed, t)).DistinctBy(t => (t.Host, t.User, t.Port))];
    }

    /// <summary>What hosts and files say never reaches the terminal as it is.</summary>
    private static string Shown(string text) => PrintableText.Of(text);
}
