using System.Collections.Immutable;
using System.Threading.Channels;
using Leakstat.Serve.Health;
using Leakstat.Store.Errors;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Intake;

/// <summary>
/// Writes deliveries into the inbox: those that come together are one transaction and one sync of the disk, so that
/// hundreds a second wait for few. A delivery is acknowledged when its transaction is on disk.
/// </summary>
internal sealed class DeliveryWriter : IAsyncDisposable
{
    private const int MostOfOnce = 256;
    private const long MostBytesOfOnce = 32 << 20;
    private const int MostWaiting = 1024;

    private readonly CaptureInbox _inbox;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly Action<Delivery> _added;
    private readonly Channel<Entry> _channel = Channel.CreateBounded<Entry>(MostWaiting);
    private readonly Task _work;

    /// <summary>Begins to write.</summary>
    /// <param name="inbox">The inbox.</param>
    /// <param name="journal">Where trouble with the disk is told.</param>
    /// <param name="clock">The time of receipt.</param>
    /// <param name="added">Called for each delivery that was new, once it is on disk.</param>
    public DeliveryWriter(CaptureInbox inbox, Journal journal, TimeProvider clock, Action<Delivery> added)
    {
        (_inbox, _journal, _clock, _added) = (inbox, journal, clock, added);
        _work = Task.Run(WorkAsync);
    }

    /// <summary>
    /// Takes a delivery in; done when it is durable. Gives whether it is new.
    /// </summary>
    /// <exception cref="StoreException">It could not be written: no room, a fault of the disk.</exception>
    public async Task<bool> AddAsync(Delivery delivery, CancellationToken end)
    {
        var entry = new Entry(delivery);
        await _channel.Writer.WriteAsync(entry, end).ConfigureAwait(false);
        return await entry.Done.Task.WaitAsync(end).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        await _work.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        List<Entry> batch = [];
        while (await _channel.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            long bytes = 0;
            while (batch.Count < MostOfOnce && bytes < MostBytesOfOnce && _channel.Reader.TryRead(out Entry? entry))
            {
                batch.Add(entry);
                bytes += entry.Delivery.Data.Length;
            }

            Write(batch);
        }
    }

    /// <summary>Writes a batch and answers each of it. Throws nothing: later pushes need this writer.</summary>
    private void Write(List<Entry> batch)
    {
        ImmutableArray<bool> added;
        try
        {
            added = _inbox.Add([.. batch.Select(e => e.Delivery)], _clock.GetUtcNow());
        }
        catch (StoreException e)
        {
            _journal.WriteRarely("inbox", $"deliveries are refused: {e.Message}");
            batch.ForEach(entry => entry.Done.TrySetException(e));
            return;
        }
#pragma warning disable CA1031 // A defect with one batch is that of its senders, not of all that come later.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _journal.WriteRarely("inbox defect", $"internal error with deliveries: {e.GetType().Name}: {e.Message}");
            batch.ForEach(entry => entry.Done.TrySetException(e));
            return;
        }

        for (int i = 0; i < batch.Count; i++)
        {
            if (added[i])
            {
                Tell(batch[i].Delivery);
            }

            batch[i].Done.TrySetResult(added[i]);
        }
    }

    /// <summary>Tells of a delivery; it is on disk, and stays acknowledged whatever comes of that.</summary>
    private void Tell(Delivery delivery)
    {
        try
        {
            _added(delivery);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _journal.WriteRarely(
                "inbox defect", $"internal error with {delivery.Name}: {e.GetType().Name}: {e.Message}");
        }
    }

    private sealed record Entry(Delivery Delivery)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
