using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Engines.Metrics;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Serve.Health;
using Leakstat.Serve.Settings;
using Leakstat.Store;
using Leakstat.Store.Errors;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Intake;

/// <summary>
/// Brings deliveries from the inbox into the store, host by host, so that a host whose captures come faster than the
/// store takes one is loaded with several at once. Thins the store and the inbox out now and then. One thread; what
/// ends it leaves every delivery either in the inbox or in the store, or in both: the store knows what it has.
/// </summary>
internal sealed class StoreLoader : IDisposable
{
    private const int MostOfOnce = 256;
    private const long MostBytesOfOnce = 16 << 20;
    private const int MostUnsettled = 64;

    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_afterTrouble = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_betweenPrunings = TimeSpan.FromHours(1);

    private readonly CaptureInbox _inbox;
    private readonly ServeSettings _settings;
    private readonly DeliveryLook _look;
    private readonly ServerHealth _health;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly Action<string> _news;
    private readonly WaitingHosts _waiting = new();

    /// <summary>How many deliveries of a host with a defect among them are still loaded one by one.</summary>
    private readonly Dictionary<string, int> _oneByOne = [];

    /// <summary>Deliveries that are in the store, which the inbox does not know yet, and their hosts.</summary>
    private readonly List<string> _loaded = [];

    private readonly HashSet<string> _loadedHosts = [];
    private readonly SemaphoreSlim _wake = new(0, 1);
    private ImmutableArray<Delivery> _inHand = [];

    /// <summary>Prepares.</summary>
    /// <param name="inbox">Where deliveries wait.</param>
    /// <param name="settings">The store, what it keeps, bounds.</param>
    /// <param name="health">Counts captures.</param>
    /// <param name="journal">Where trouble is told.</param>
    /// <param name="clock">The time that ages are counted from.</param>
    /// <param name="news">Called with a host when captures of it were added to the store.</param>
    public StoreLoader(
        CaptureInbox inbox,
        ServeSettings settings,
        ServerHealth health,
        Journal journal,
        TimeProvider clock,
        Action<string> news)
    {
        (_inbox, _settings, _health, _journal, _clock, _news) = (inbox, settings, health, journal, clock, news);
        _look = new DeliveryLook(settings.Limits);
        foreach ((string host, long deliveries) in inbox.Waiting())
        {
            _waiting.Add(host, deliveries);
        }
    }

    /// <summary>
    /// Takes what captures say once they are in the store, for an engine; null where none wants it. Called again with
    /// captures that it took where the process ended, or it failed, before they were noted as loaded.
    /// </summary>
    public Action<HostSamples>? Samples { get; init; }

    /// <summary>Deliveries that wait.</summary>
    public long Waiting => _waiting.Count;

    /// <summary>Says that a delivery is in the inbox.</summary>
    public void Expect(Delivery delivery)
    {
        _waiting.Add(delivery.Host, 1);
        Wake();
    }

    /// <summary>Loads until it is ended.</summary>
    public void Run(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                // After a failure what a writer holds in memory and what is on disk differ: it is not used again.
                using var store = new StoreWriter(_settings.Store);
                Run(store, end);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
            {
                string why = e is StoreException ? e.Message : FaultText.Of(e);
                _journal.WriteRarely("store", $"captures wait in the inbox: {why}");
                end.WaitHandle.WaitOne(s_afterTrouble);
            }
#pragma warning disable CA1031 // A delivery that shows a defect is set aside; the others go on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                SetAside(e, end);
            }
        }

        SettleAtEnd();
    }

    private void Run(StoreWriter store, CancellationToken end)
    {
        DateTimeOffset pruned = _clock.GetUtcNow();
        while (true)
        {
            end.ThrowIfCancellationRequested();
            long began = _clock.GetTimestamp();
            if (LoadNext(store))
            {
                _health.Pushes.GiveWay(_clock.GetElapsedTime(began), end);
            }
            else
            {
                Settle();
                _wake.Wait(s_idle, end);
            }

            if (_clock.GetUtcNow() - pruned > s_betweenPrunings)
            {
                pruned = _clock.GetUtcNow();
                Prune(store, pruned);
            }
        }
    }

    /// <summary>
    /// After a defect with some deliveries they are tried one by one, and the one that shows it is left out of the
    /// store; it stays in the inbox for download.
    /// </summary>
    private void SetAside(Exception defect, CancellationToken end)
    {
        if (_inHand is not { IsEmpty: false } deliveries)
        {
            _journal.WriteRarely("defect", $"internal error: {defect.GetType().Name}: {defect.Message}");
            end.WaitHandle.WaitOne(s_afterTrouble);
            return;
        }

        if (deliveries.Length > 1)
        {
            _oneByOne[deliveries[0].Host] = deliveries.Length;
            return;
        }

        _journal.Write(
            $"internal error with {deliveries[0].Name} of {deliveries[0].Host}, which is left out: "
                + $"{defect.GetType().Name}: {defect.Message}");
        _health.MissRead();
        try
        {
            _inbox.Settle(deliveries.Select(d => d.Id));
        }
        catch (StoreException e)
        {
            _journal.WriteRarely("inbox", e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake, or about to be.
        }
    }

    private bool LoadNext(StoreWriter store)
    {
        if (_waiting.Next() is not var (host, counted))
        {
            return false;
        }

        long done = 0;
        try
        {
            if (_loadedHosts.Contains(host))
            {
                Settle();
            }

            ImmutableArray<Delivery> deliveries = _inbox.Take(host, MostOf(host), MostBytesOfOnce);
            if (deliveries.IsEmpty)
            {
                // Counted, and not there: settled by a load before. What is added while this looked is not meant.
                done = counted;
            }
            else
            {
                _inHand = deliveries;
                Load(store, deliveries);
                done = deliveries.Length;
                _inHand = [];
            }
        }
        finally
        {
            _waiting.PutBack(host, done);
        }

        return true;
    }

    /// <summary>
    /// How many deliveries of a host are loaded at once: one after a defect, until as many went as there were. Counted
    /// by host, for the others have their turns in between.
    /// </summary>
    private int MostOf(string host)
    {
        if (!_oneByOne.TryGetValue(host, out int left))
        {
            return MostOfOnce;
        }

        if (left > 1)
        {
            _oneByOne[host] = left - 1;
        }
        else
        {
            _oneByOne.Remove(host);
        }

        return 1;
    }

    private void Load(StoreWriter store, ImmutableArray<Delivery> deliveries)
    {
        string name = deliveries[0].Host;
        HostWriter host = store.Host(name);
        int added = 0;
        Capture? last = null;
        var samples = new HistoryBuilder();
        List<SampleFacts> facts = [];
        foreach (Capture capture in _look.Captures(deliveries))
        {
            Ledger ledger = LedgerBuilder.From(capture);
            added += host.Add(capture, ledger) ? 1 : 0;
            last = capture;
            if (Samples is not null)
            {
                samples.Add(capture, ledger);
                facts.Add(SampleFacts.Of(capture));
            }
        }

        store.Commit();
        _health.Store(added);
        if (added > 0)
        {
            _news(name);
        }

        if (last is null)
        {
            _health.MissRead();
            _journal.WriteRarely("unread", $"nothing could be read of {deliveries[0].Name} of {name}");
        }
        else
        {
            Samples?.Invoke(new HostSamples(name, [.. facts], samples.Build(), last));
        }

        // Only now: what ends the process before they are settled has them loaded once more, and the store knows
        // them.
        _loaded.AddRange(deliveries.Select(d => d.Id));
        _loadedHosts.Add(name);
        if (_loadedHosts.Count >= MostUnsettled)
        {
            Settle();
        }
    }

    /// <summary>Notes in the inbox what is in the store, of many hosts at once: each time costs a sync.</summary>
    private void Settle()
    {
        if (_loaded.Count > 0)
        {
            _inbox.Settle(_loaded);
            _loaded.Clear();
            _loadedHosts.Clear();
        }
    }

    private void SettleAtEnd()
    {
        try
        {
            Settle();
        }
        catch (StoreException)
        {
            // The next start loads them once more, and the store knows them.
        }
    }

    private void Prune(StoreWriter store, DateTimeOffset now)
    {
        KeepSettings keep = _settings.Keep;
        store.Prune(
            new Retention { Captures = keep.Captures, Hours = keep.Hours, Days = keep.Days, MostBytes = keep.Size },
            now);
        while (_inbox.Prune(now - keep.Deliveries) > 0)
        {
            // In steps: senders write between them.
        }
    }
}
