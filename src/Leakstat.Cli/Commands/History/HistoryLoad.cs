using System.Diagnostics;
using Leakstat.Accounting;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Sources;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>Loads captures into a store. What was stored stays stored, whatever ends the load.</summary>
internal static class HistoryLoad
{
    /// <summary>Captures that may wait; as many again are lost at most when the load is ended, and loaded by the next one.</summary>
    private const int MostWaiting = 1024;

    /// <summary>Captures read ahead of the one that is being stored.</summary>
    private static readonly int s_ahead = Environment.ProcessorCount > 1 ? 2 * Environment.ProcessorCount : 0;

    private static readonly TimeSpan s_mostWait = TimeSpan.FromSeconds(2);

    /// <summary>Loads sources.</summary>
    public static void Run(string file, string[] sources, bool json, bool quiet, bool verbose, Terminal terminal)
    {
        SourceSet set = SourceReading.Open(sources, terminal);
        List<Loaded> all = [];
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

        Report(file, all, json, quiet, terminal);
    }

    private static Loaded Load(StoreWriter store, HostSource source, bool verbose, Terminal terminal)
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
            else if (++waiting >= MostWaiting || clock.Elapsed > s_mostWait)
            {
                Commit(isEnd: false);
            }
        }

        Commit(isEnd: true);
        return new Loaded(host.Name, stored, known - host.TooOld + source.Repeated.Length, host.TooOld);

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

    private static void Report(string file, List<Loaded> all, bool json, bool quiet, Terminal terminal)
    {
        if (json)
        {
            HistoryJson.Write(terminal, "loaded", writer =>
            {
                foreach (Loaded host in all)
                {
                    writer.WriteStartObject();
                    writer.WriteString("host", host.Host);
                    writer.WriteNumber("stored", host.Stored);
                    writer.WriteNumber("known", host.Known);
                    writer.WriteNumber("tooOld", host.TooOld);
                    writer.WriteEndObject();
                }
            });
        }
        else if (!quiet)
        {
            using TextWriter writer = terminal.Writer();
            foreach (Loaded host in all)
            {
                string old = host.TooOld > 0 ? $", {Display.Count(host.TooOld)} older than what was pruned and left out" : "";
                string known = host.Known > 0 ? $", {Display.Count(host.Known)} there already" : "";
                writer.WriteLine($"{StoreReading.Shown(host.Host)}: {Display.Count(host.Stored, "capture", "captures")} stored in {file}{known}{old}");
            }
        }
    }

    private sealed record Loaded(string Host, int Stored, int Known, int TooOld);
}
