using System.Collections.Concurrent;
using Leakstat.Cli.Hosting;
using Leakstat.Watch;

namespace Leakstat.Cli.Commands.Watching;

/// <summary>A watch without a screen: a view for each capture, as text or as a line of JSON.</summary>
internal sealed class WatchBatch(ICaptureFeed feed, Terminal terminal, WatchSession session)
{
    /// <summary>Rows printed unless asked otherwise.</summary>
    public const int DefaultRows = 20;

    /// <summary>Prints so many views; gives the exit code.</summary>
    /// <param name="views">How many; null for as long as captures come.</param>
    /// <param name="rows">Rows of each.</param>
    /// <param name="state">Sorting and filter.</param>
    /// <param name="isJson">JSON, one object a line.</param>
    public int Run(int? views, int rows, WatchState state, bool isJson)
    {
        using var events = new BlockingCollection<FeedEvent>(boundedCapacity: 64);
        var judge = new WatchJudge(session);
        string? trouble = null;
        int printed = 0;
        feed.Start(e =>
        {
            try
            {
                events.Add(e);
            }
            catch (InvalidOperationException)
            {
                // The watch is over.
            }
        });
        while (!terminal.IsGone())
        {
            if (!events.TryTake(out FeedEvent? next, 500))
            {
                continue;
            }

            switch (next)
            {
                case CaptureTaken taken:
                    session.Add(taken.Capture);
                    if (!taken.IsLast)
                    {
                        break;
                    }

                    judge.Run(always: views is not null);
                    Print(rows, state, isJson);
                    if (++printed >= views)
                    {
                        return ExitCode.Done;
                    }

                    break;
                case FeedTrouble { Text: { } text } when text != trouble:
                    trouble = text;
                    terminal.Error.WriteLine($"leakstat: {text}");
                    break;
                case FeedEnded ended:
                    if (ended.Text is { } why)
                    {
                        terminal.Error.WriteLine($"leakstat: {why}");
                    }

                    return ended.ExitCode;
                default:
                    break;
            }
        }

        return ExitCode.Done;
    }

    private void Print(int rows, WatchState state, bool isJson)
    {
        if (isJson)
        {
            WatchLines.WriteJson(session.Current!, state, terminal.JsonOutput);
            return;
        }

        using TextWriter writer = terminal.ReportWriter();
        WatchLines.WriteText(
            session.Current!,
            state,
            new WatchLayout { Width = terminal.Width, Ascii = !terminal.HasUnicode, Target = feed.Target },
            rows,
            writer);
        writer.Write('\n');
    }
}
