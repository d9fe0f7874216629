using System.Collections.Immutable;
using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Sources;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Writing;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Views.Histories;
using Leakstat.Store;

namespace Leakstat.Cli.Commands.History;

/// <summary>
/// <c>leakstat history export --remote-write URL</c>: sends the samples of a store to an engine. With a queue each
/// sample goes there at least once, an engine that is down is caught up with by a later run, and nothing is lost by a
/// kill.
/// </summary>
internal static class HistoryRemoteWrite
{
    /// <summary>Clocks of hosts may be ahead of this machine's by so much.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromHours(1);

    /// <summary>Sends; fails with code 4 where the engine does not take what is sent.</summary>
    public static int Run(
        ParseResult parsed,
        HistoryStoreOptions options,
        ChoiceOptions choice,
        RemoteWriteOptions remote,
        Terminal terminal)
    {
        string file = parsed.GetValue(options.Store)!;
        EngineAddress address = remote.Engine.Address(parsed, remote.Engine.RemoteWrite);
        using HttpClient client = Options.EngineOptions.Client();
        using RemoteBacklog? queue = parsed.GetValue(remote.Queue) is { } folder
            ? OpenQueue(folder, parsed.GetValue(remote.QueueSize))
            : null;
        using var end = new CancellationTokenSource();
        using IDisposable signals = Interruption.Of(end);
        var export = new Export(
            new RemoteWriter(client, address),
            queue,
            queue is null ? null : new SentMarks(parsed.GetValue(remote.Queue)!),
            [.. remote.Engine.LabelsOf(parsed)],
            parsed.GetValue(choice.From)?.ToUnixTimeMilliseconds() - 1,
            end.Token);
        try
        {
            using var store = new StoreReader(file);
            ImmutableArray<StoredHost> hosts = store.Hosts();
            foreach (StoredHost host in parsed.GetValue(choice.Host) is { } name
                ? [StoreReading.Choose(file, hosts, name)]
                : hosts)
            {
                export.Add(store, host.Name);
            }

            export.DrainAtEnd();
        }
        catch (EngineException failure) when (queue is not null)
        {
            throw new CommandException(
                ExitCode.Unreachable,
                $"{failure.Message}; {Display.Count(queue.Samples, "sample waits", "samples wait")} in "
                    + $"{parsed.GetValue(remote.Queue)} for the next run");
        }
        catch (OperationCanceledException)
        {
            return 128 + 2;
        }
        finally
        {
            export.SaveMarks();
        }

        var sent = new SentSamples(
            address.ToString(),
            export.Hosts,
            export.Outcome.Sent,
            export.Outcome.Refused,
            export.Outcome.Why,
            export.Left,
            queue?.Samples,
            queue?.Dropped);
        options.PrintUnlessQuiet(
            parsed,
            terminal,
            output => HistoryJson.Write(sent, output),
            writer => new HistoryText(file).Write(sent, writer));
        return ExitCode.Done;
    }

    private static RemoteBacklog OpenQueue(string folder, long mostBytes)
    {
        try
        {
            return new RemoteBacklog(folder, mostBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ExitCode.Usage,
                e.Message.StartsWith(folder, StringComparison.Ordinal) ? e.Message : $"{folder}: {FaultText.Of(e)}");
        }
    }

    /// <summary>One run over hosts of a store.</summary>
    private sealed class Export(
        RemoteWriter writer,
        RemoteBacklog? queue,
        SentMarks? marks,
        ImmutableArray<(string Name, string Value)> labels,
        long? after,
        CancellationToken stop)
    {
        /// <summary>A run that is killed queues the samples of so many hosts again, and no more.</summary>
        private const int HostsBetweenSaves = 100;

        private RemoteWriter? _quick;
        private int _unsaved;

        /// <summary>Hosts that had samples to send.</summary>
        public int Hosts { get; private set; }

        /// <summary>Samples and series that no engine takes.</summary>
        public long Left { get; private set; }

        /// <summary>What became of what was sent.</summary>
        public WriteOutcome Outcome { get; private set; }

        /// <summary>Sends a host, or puts it into the queue.</summary>
        public void Add(StoreReader store, string name)
        {
            if (store.LoadWithFacts(name) is not { } stored)
            {
                return;
            }

            (StoredHistory whole, ImmutableArray<SampleFacts> facts) = stored;
            if (name.Length == 0)
            {
                Left += facts.Length;
                return;
            }

            var series = HostTimeSeries.Of(
                new HostSamples(name, facts, whole.History, whole.Latest),
                labels,
                after ?? marks?.Of(name) ?? long.MinValue);
            Left += series.Undated + series.LeftOut;
            Hosts += series.Series.IsEmpty ? 0 : 1;
            foreach (WriteBatch batch in WriteBatch.Divide(series.Series))
            {
                stop.ThrowIfCancellationRequested();
                if (queue is null)
                {
                    Outcome = Outcome.With(writer.Send(batch, stop));
                }
                else
                {
                    queue.Append(batch);
                }
            }

            if (series.Last is { } last)
            {
                // One capture of a clock that is years ahead must not hold back all that follow.
                marks?.Set(name, Math.Min(last, DateTimeOffset.UtcNow.Add(s_ahead).ToUnixTimeMilliseconds()));
                if (++_unsaved >= HostsBetweenSaves)
                {
                    SaveMarks();
                }
            }

            DrainUnlessDown();
        }

        /// <summary>Keeps how far hosts were queued.</summary>
        public void SaveMarks()
        {
            if (_unsaved > 0)
            {
                marks?.Save();
                _unsaved = 0;
            }
        }

        /// <summary>Sends what waits, or fails.</summary>
        public void DrainAtEnd() => Drain(_quick ?? writer);

        /// <summary>
        /// Sends what waits, after each host: a queue is for an engine that is down, not for a whole store. Where it is
        /// down the other hosts are queued first, and the last try says what is wrong.
        /// </summary>
        private void DrainUnlessDown()
        {
            try
            {
                if (_quick is null)
                {
                    Drain(writer);
                }
            }
            catch (EngineException) when (queue is not null)
            {
                _quick = writer.WithPatience(TimeSpan.Zero);
            }
        }

        private void Drain(RemoteWriter by)
        {
            if (queue is not null)
            {
                by.Drain(queue, one => Outcome = Outcome.With(one), stop);
            }
        }
    }
}
