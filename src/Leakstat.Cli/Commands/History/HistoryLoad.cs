using System.CommandLine;
using System.Diagnostics;
using Leakstat.Accounting;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;
using Leakstat.Cli.Sources;
using Leakstat.Model;
using Leakstat.Reports.Views.Histories;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Loads captures into a store. What was stored stays stored, whatever ends the load.</summary>
internal static class HistoryLoad
{
    /// <summary>
    /// Captures that may wait; as many again are lost at most when the load is ended, and loaded by the next one.
    /// </summary>
    private const int MostWaiting = 1024;

    /// <summary>Captures read ahead of the one that is being stored.</summary>
    private static readonly int s_ahead = Environment.ProcessorCount > 1 ? 2 * Environment.ProcessorCount : 0;

    private static readonly TimeSpan s_mostWait = TimeSpan.FromSeconds(2);

    /// <summary><c>leakstat history load</c>.</summary>
    public static Command Create(HistoryStoreOptions store, Terminal terminal)
    {
        Argument<string[]> sources = new CommonOptions().Sources;
        var command = new Command("load", "load captures; the same capture twice is one") { sources };
        HistoryStoreOptions.RequireStore(command, store);
        command.SetAction(parsed => Run(parsed, store, sources, terminal));
        return command;
    }

    /// <summary>Loads sources.</summary>
    public static int Run(ParseResult parsed, HistoryStoreOptions options, Argument<string[]> named, Terminal terminal)
    {
        string file = parsed.GetValue(options.Store)!;
        string[] sources = parsed.GetValue(named)!;
        bool verbose = parsed.GetValue(options.Verbose);
        SourceSet set = SourceReading.Open(sources, terminal);
        List<LoadedHost> all = [];
        using (var store = new StoreWriter(file))
        {
            foreach (HostSource host in set.Hosts)
            {
                all.Add(Load(store, host, verbose, terminal));
            }
        }

        foreach (Diagnostic problem in set.Problems)
        {
            terminal.Error.WriteLine($"leakstat: {problem.At}: {problem.Text}");
        }

        options.PrintUnlessQuiet(
            parsed,
            terminal,
            output => HistoryJson.Write(all, output),
            writer => new HistoryText(file).Write(all, writer));
        return ExitCode.Done;
    }

    private static LoadedHost Load(StoreWriter store, HostSource source, bool verbose, Terminal terminal)
    {
        HostWriter host = store.Host(source.Host ?? "");
        var clock = Stopwatch.StartNew();
        int stored = 0;
        int known = 0;
        int waiting = 0;
        foreach (Capture capture in SourceReading.Progress(source.Captures(s_ahead), source.Count, terminal))
        {
            if (!host.Add(capture, LedgerBuilder.From(capture)))
            {
                known++;
            }
            else
            {
                waiting++;
            }

            // Others that write wait for the commit, also where all is there already.
            if (waiting >= MostWaiting || clock.Elapsed > s_mostWait)
            {
                Commit(isEnd: false);
            }
        }

        Commit(isEnd: true);
        return new LoadedHost(host.Name, stored, known - host.TooOld + source.Repeated.Length, host.TooOld);

        void Commit(bool isEnd)
        {
            store.Commit(isEnd);
            stored += waiting;
            if (verbose && waiting > 0)
            {
                terminal.Error.WriteLine($"leakstat: {stored} captures of {StoreReading.Shown(host.Name)} stored");
            }

            waiting = 0;
            clock.Restart();
        }
    }
}
