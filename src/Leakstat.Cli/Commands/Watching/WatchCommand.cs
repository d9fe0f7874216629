using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Hosting.Screen;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Cli.Targets;
using Leakstat.Model;
using Leakstat.Watch;

namespace Leakstat.Cli.Commands.Watching;

/// <summary><c>leakstat watch TARGET</c>: a live view of one host, like top(1), sorted by growth.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan s_spoolEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_liveEvery = TimeSpan.FromSeconds(10);

    private sealed record Options(
        CommonOptions Common,
        Argument<string> Target,
        Option<TimeSpan> Every,
        Option<string?> Host,
        Option<int> History,
        Option<string> Sort,
        Option<string> Filter,
        Option<int> Rows,
        Option<int?> Count,
        Option<bool> Once,
        Option<bool> Batch,
        Option<string> Spool,
        LiveOptions Live);

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var sort = new Option<string>("--sort")
        {
            Description = "order of the rows",
            HelpName = "growth|size|rate|name",
            DefaultValueFactory = _ => "growth",
        };
        sort.AcceptOnlyFromAmong("growth", "size", "rate", "name");
        var options = new Options(
            new CommonOptions(),
            new Argument<string>("TARGET")
            {
                Description = "local, ssh://[user@]host[:port], or a spool that grows "
                + "(a folder of captures)"
            },
            Durations.Option(
                "--every",
                "time between captures of a live host (10s unless given), or looks at a spool",
                s_spoolEvery),
            new Option<string?>("--host") { Description = "the host of a spool with several", HelpName = "NAME" },
            new Option<int>("--history")
            {
                Description = "captures of the spool to begin with",
                HelpName = "N",
                DefaultValueFactory = _ => 500,
            },
            sort,
            new Option<string>("--filter")
            {
                Description = "only rows with this in their kind or name",
                HelpName = "TEXT",
                DefaultValueFactory = _ => "",
            },
            new Option<int>("--rows")
            {
                Description = "rows of a printed view",
                HelpName = "N",
                DefaultValueFactory = _ => WatchBatch.DefaultRows,
            },
            new Option<int?>("--count", "-n") { Description = "end after so many printed views", HelpName = "N" },
            new Option<bool>("--once") { Description = "print one view and exit" },
            new Option<bool>("--batch")
            {
                Description = "print a view for each capture, as plain lines; so it is "
                + "where the output is no terminal"
            },
            new Option<string>("--output", "-o")
            {
                Description = "spool that the key w writes captures of a live "
                + "host to",
                HelpName = "SPOOL",
                DefaultValueFactory = _ => "leakstat-spool"
            },
            new LiveOptions());
        var command = new Command("watch", "live view of one host, like top(1), sorted by growth")
        {
            options.Target,
            options.Every,
            options.Host,
            options.History,
            options.Sort,
            options.Filter,
            options.Once,
            options.Batch,
            options.Rows,
            options.Count,
            options.Common.Json,
            options.Common.NoColor,
            options.Common.Color,
            options.Common.Owners,
            options.Common.Signatures,
        };
        command.Add(options.Spool);
        options.Live.AddTo(command);
        command.SetAction(parsed => Run(parsed, options, terminal));
        return command;
    }

    private static int Run(ParseResult parsed, Options options, Terminal terminal)
    {
        bool isOnce = parsed.GetValue(options.Once);
        bool isJson = parsed.GetValue(options.Common.Json);
        int? views = isOnce ? 1 : parsed.GetValue(options.Count);
        var session = new WatchSession(SourceReading.Knowledge(parsed, options.Common, terminal));
        var state = new WatchState
        {
            Sort = Enum.Parse<WatchSort>(parsed.GetValue(options.Sort)!, ignoreCase: true),
            Filter = parsed.GetValue(options.Filter)!,
        };
        using ICaptureFeed feed = Feed(parsed, options, isOnce);
        bool isPlain = isOnce || isJson || views is not null || parsed.GetValue(options.Batch)
            || !terminal.IsTerminal || terminal.Type is "" or "dumb";
        if (!isPlain && !OperatingSystem.IsWindows())
        {
            using RawTerminal? keyboard = RawTerminal.Open();
            if (keyboard is not null)
            {
                using var loop = new WatchLoop(
                    feed, keyboard, terminal, session, taken => Write(taken, parsed.GetValue(options.Spool)!));
                return loop.Run(options.Common.IsColored(parsed, terminal), state);
            }
        }

        return new WatchBatch(feed, terminal, session).Run(
            views, Math.Max(parsed.GetValue(options.Rows), 1), state, isJson);
    }

    private static ICaptureFeed Feed(ParseResult parsed, Options options, bool isOnce)
    {
        string text = parsed.GetValue(options.Target)!;
        TimeSpan every = parsed.GetValue(options.Every);
        if (!LiveTarget.IsLive(text))
        {
            return new SpoolFeed(new SourceOptions(
                text,
                parsed.GetValue(options.Host),
                Math.Max(parsed.GetValue(options.History), 1),
                every,
                Follow: !isOnce));
        }

        LiveTarget target = LiveTarget.Parse(text, out string? problem)
            ?? throw new CommandException(
                ExitCode.Usage, $"'{text}': {problem}; usage: leakstat watch TARGET, see leakstat watch --help");
        bool isAsked = parsed.GetResult(options.Every) is { Implicit: false };
        return new LiveFeed(
            options.Live.Apply(parsed, target),
            isAsked ? every : s_liveEvery,
            options.Live.LimitOf(parsed),
            options.Live.SshOf(parsed),
            follow: !isOnce);
    }

    /// <summary>Writes a capture of a live host; one of a spool is written already.</summary>
    private static string Write(CaptureTaken taken, string spool)
    {
        if (taken.Files is not { } files)
        {
            return $"this capture is {taken.Capture.Source}";
        }

        string host = taken.Capture.Host.Name is { } name && LiveTarget.IsPlainName(name) ? name : "host";
        try
        {
            return "written: " + SpoolWriter.Write(
                Path.Combine(spool, host), taken.Capture.TakenAt ?? DateTimeOffset.UtcNow, files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"not written: {FaultText.Of(e)}";
        }
    }
}
