using System.Diagnostics;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Serve.Health;
using Leakstat.Serve.Settings;
using Leakstat.Store;
using Leakstat.Store.Errors;

namespace Leakstat.Serve.Judging;

/// <summary>
/// Judges hosts that have news, some at a time and each no more often than it is told: what comes while a host waits is
/// judged with the rest of it. By the code of <c>leakstat diagnose --store</c>, out of the same store.
/// </summary>
internal sealed class HostJudge
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    // What was found is told again while there is no news: engines forget after half an hour.
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_afterTrouble = TimeSpan.FromSeconds(1);

    private readonly string _store;
    private readonly JudgeSettings _settings;
    private readonly FleetState _fleet;
    private readonly ServerHealth _health;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly KnowledgeBase _knowledge = BuiltInKnowledge.Load();
    private readonly Dictionary<string, long> _due = [];
    private readonly Dictionary<string, long> _started = [];
    private readonly HashSet<string> _running = [];
    private readonly HashSet<string> _unseen = [];
    private readonly Lock _lock = new();
    private bool _hasNews;

    /// <summary>Prepares.</summary>
    public HostJudge(
        string store,
        JudgeSettings settings,
        FleetState fleet,
        ServerHealth health,
        Journal journal,
        TimeProvider clock) =>
        (_store, _settings, _fleet, _health, _journal, _clock) = (store, settings, fleet, health, journal, clock);

    /// <summary>Hosts whose latest news is not judged yet: they wait, or are in hand.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _due.Keys.Union(_running).Count();
            }
        }
    }

    /// <summary>Says that there is something new of a host.</summary>
    public void Expect(string host)
    {
        lock (_lock)
        {
            _due.TryAdd(host, _clock.GetTimestamp());
        }
    }

    /// <summary>Has the hosts that the store has at the start judged.</summary>
    public void ExpectAll(IEnumerable<string> hosts)
    {
        foreach (string host in hosts)
        {
            lock (_lock)
            {
                _unseen.Add(host);
            }

            Expect(host);
        }
    }

    /// <summary>Starts the threads that judge and compare; they end when told to.</summary>
    public IReadOnlyList<Thread> Start(CancellationToken end)
    {
        List<Thread> threads = [.. Enumerable.Range(1, _settings.Workers).Select(i => New($"judge {i}", Work))];
        threads.Add(New("compare", Compare));
        threads.ForEach(t => t.Start());
        return threads;

        Thread New(string name, Action<CancellationToken> work) =>
            new(() => work(end)) { IsBackground = true, Name = name };
    }

    /// <summary>Diagnoses a host as it is in the store now; null where the store has none of that name.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public DiagnosisReport? Diagnose(string host)
    {
        using var store = new StoreReader(_store);
        return StoredDiagnosis.Of(store, host, _knowledge).Report;
    }

    private void Work(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            if (Next() is { } host)
            {
                try
                {
                    Judge(host, end);
                }
                finally
                {
                    lock (_lock)
                    {
                        _running.Remove(host);
                    }
                }
            }
            else
            {
                end.WaitHandle.WaitOne(s_look);
            }
        }
    }

    private void Judge(string host, CancellationToken end)
    {
        var clock = Stopwatch.StartNew();
        bool failed = true;
        bool isAway = false;
        try
        {
            if (Diagnose(host) is { } report)
            {
                _fleet.Set(
                    JudgedHost.Of(host, _fleet.NumberOf(host), report, _fleet.Pooled, _clock.GetUtcNow()));
            }
            else
            {
                // All that was known of it was thinned out: a verdict that rests on nothing is none.
                _fleet.Forget(host);
            }

            failed = false;
        }
        catch (StoreException e)
        {
            _journal.WriteRarely("judge", $"{JudgedHost.LabelOf(host)} is not judged for now: {e.Message}");
            isAway = true;
        }
#pragma warning disable CA1031 // A defect with one host is told; the others are judged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _journal.WriteRarely(
                "judge", $"internal error with {JudgedHost.LabelOf(host)}: {e.GetType().Name}: {e.Message}");
        }

        _health.Judge(clock.Elapsed, failed);
        _health.Pushes.GiveWay(clock.Elapsed, end);
        if (isAway)
        {
            // Its news is not judged yet, and there may be no more of it for long.
            Expect(host);
            end.WaitHandle.WaitOne(s_afterTrouble);
            return;
        }

        lock (_lock)
        {
            _unseen.Remove(host);
        }

        // Behind that: the comparison that this brings about knows that the host was seen.
        Volatile.Write(ref _hasNews, true);
    }

    /// <summary>The host that waits longest of those that may be judged again; null where there is none.</summary>
    private string? Next()
    {
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            string? next = null;
            long since = long.MaxValue;
            foreach ((string host, long due) in _due)
            {
                bool isReady = !_running.Contains(host)
                    && (!_started.TryGetValue(host, out long last)
                        || _clock.GetElapsedTime(last, now) >= _settings.Every);
                if (isReady && due < since)
                {
                    (next, since) = (host, due);
                }
            }

            if (next is not null)
            {
                _due.Remove(next);
                _running.Add(next);
                _started[next] = now;
            }

            return next;
        }
    }

    private void Compare(CancellationToken end)
    {
        bool isFirst = true;
        long last = _clock.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref _hasNews, false) || (!isFirst && _clock.GetElapsedTime(last) >= s_again))
            {
                last = _clock.GetTimestamp();
                bool isWhole;
                lock (_lock)
                {
                    isWhole = _unseen.Count == 0;
                }

                _fleet.Compare(isWhole);
                isFirst = false;
            }

            // The first hosts show at once.
            end.WaitHandle.WaitOne(isFirst ? s_look : _settings.FleetEvery);
        }
    }
}
