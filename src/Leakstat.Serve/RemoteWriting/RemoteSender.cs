using System.Collections.Immutable;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Writing;
using Leakstat.Model;
using Leakstat.Serve.Health;
using Leakstat.Serve.Settings;

namespace Leakstat.Serve.RemoteWriting;

/// <summary>
/// Sends samples to an engine by remote write, out of a queue on disk: what <see cref="Add(HostSamples)"/> returned
/// from goes there at least once, whatever is killed and however long the engine is down, as far as the queue has room.
/// Any thread may add; one sends.
/// </summary>
internal sealed class RemoteSender : IDisposable
{
    /// <summary>For how long a request is tried before the journal is told.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The first pause after an engine took nothing in <see cref="s_patience"/>; each is twice the one before.
    /// </summary>
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);

    private readonly RemoteBacklog _queue;
    private readonly RemoteWriter _writer;
    private readonly string _folder;
    private readonly EngineAddress _engine;
    private readonly ImmutableArray<(string Name, string Value)> _labels;
    private readonly Journal _journal;
    private readonly AutoResetEvent _added = new(false);
    private long _sent;
    private long _refused;
    private long _leftOut;

    /// <summary>Opens the queue.</summary>
    /// <param name="settings">The engine, further labels, the bound of the queue.</param>
    /// <param name="folder">The folder of the queue.</param>
    /// <param name="client">Sends requests.</param>
    /// <param name="journal">Where trouble is told.</param>
    /// <exception cref="IOException">The queue cannot be used, or another process uses it.</exception>
    /// <exception cref="UnauthorizedAccessException">The queue may not be used.</exception>
    public RemoteSender(RemoteWriteSettings settings, string folder, HttpClient client, Journal journal)
    {
        (_folder, _engine, _labels, _journal) = (folder, settings.Address!, settings.Labels, journal);
        _queue = new RemoteBacklog(folder, settings.QueueSize);
        _writer = new RemoteWriter(client, _engine) { Patience = s_patience };
    }

    /// <summary>Samples that the engine took since the start.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Samples that it refused for good since the start: too old, out of order, over its limits.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Samples without a time, and series beyond the bound of a host, since the start.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    /// <summary>Samples that wait in the queue.</summary>
    public long Waiting => _queue.Samples;

    /// <summary>Bytes of the queue.</summary>
    public long Bytes => _queue.Bytes;

    /// <summary>Samples that were dropped unsent because the queue was full, since it was made.</summary>
    public long Dropped => _queue.Dropped;

    /// <summary>Queues what captures of a host say; it is on disk when this returns.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Add(HostSamples samples)
    {
        if (samples.Host.Length == 0)
        {
            // No engine could tell whose they are.
            Interlocked.Add(ref _leftOut, samples.Facts.Length);
            return;
        }

        var series = HostTimeSeries.Of(samples, _labels);
        Interlocked.Add(ref _leftOut, series.Undated + series.LeftOut);
        Add(series.Series);
    }

    /// <summary>Queues series; they are on disk when this returns.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public void Add(IEnumerable<TimeSeries> series)
    {
        foreach (WriteBatch batch in WriteBatch.Divide(series))
        {
            _queue.Append(batch);
        }

        _added.Set();
    }

    /// <summary>Sends until it is ended.</summary>
    public void Run(CancellationToken end)
    {
        WaitHandle[] occasions = [end.WaitHandle, _added];
        TimeSpan pause = TimeSpan.Zero;
        while (!end.IsCancellationRequested)
        {
            try
            {
                _writer.Drain(_queue, Count, end);
                if (pause > TimeSpan.Zero)
                {
                    _journal.Write($"{_engine} takes samples again");
                    pause = TimeSpan.Zero;
                }

                WaitHandle.WaitAny(occasions, s_idle);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is EngineException or IOException or UnauthorizedAccessException)
            {
                string why = e is EngineException ? e.Message : $"{_folder}: {FaultText.Of(e)}";
                _journal.WriteRarely(
                    "remote write",
                    $"{why}; {Display.Count(_queue.Samples, "sample waits", "samples wait")} in {_folder}");
                pause = pause * 2 < s_shortestPause ? s_shortestPause
                    : pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
                end.WaitHandle.WaitOne(pause);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _added.Dispose();
        _queue.Dispose();
    }

    private void Count(WriteOutcome outcome)
    {
        Interlocked.Add(ref _sent, outcome.Sent);
        Interlocked.Add(ref _refused, outcome.Refused);
        if (outcome.Refused > 0)
        {
            _journal.WriteRarely(
                "remote write refused",
                $"{_engine}: {Display.Count(outcome.Refused, "sample", "samples")} refused: {outcome.Why}");
        }
    }
}
