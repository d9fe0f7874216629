using System.Collections.Concurrent;
using System.Collections.Immutable;
using Leakstat.Fleet;
using Leakstat.Serve.Health;

namespace Leakstat.Serve.Judging;

/// <summary>What is known of all hosts at this moment. Any thread may read; those that judge write.</summary>
internal sealed class FleetState(Journal journal)
{
    /// <summary>Names that hosts share; hostile ones beyond it cost memory of their own.</summary>
    private const int MostNames = 200_000;

    private readonly ConcurrentDictionary<string, JudgedHost> _hosts = [];
    private readonly ConcurrentDictionary<string, string> _names = [];
    private readonly ConcurrentDictionary<string, int> _numbers = [];
    private ImmutableList<IFleetNews> _listeners = [];
    private Comparison _comparison = new(0, Empty);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _nextNumber = -1;

    /// <summary>A fleet of no hosts.</summary>
    public static FleetReport Empty { get; } = new() { Hosts = [], Causes = [] };

    /// <summary>All hosts compared, at one moment.</summary>
    /// <param name="Revision">Counts comparisons.</param>
    /// <param name="Fleet">The fleet.</param>
    internal sealed record Comparison(int Revision, FleetReport Fleet);

    /// <summary>The latest comparison.</summary>
    public Comparison Latest => Volatile.Read(ref _comparison);

    /// <summary>The hosts that were judged, in no order.</summary>
    public ICollection<JudgedHost> Hosts => _hosts.Values;

    /// <summary>Done when there is a later comparison than the latest.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>A host; null where none of that name was judged.</summary>
    public JudgedHost? Find(string name) => _hosts.GetValueOrDefault(name);

    /// <summary>Has a listener told from now on.</summary>
    public void Attach(IFleetNews listener) => ImmutableInterlocked.Update(ref _listeners, l => l.Add(listener));

    /// <summary>The one copy of a name.</summary>
    public string Pooled(string name) => _names.Count < MostNames
        ? _names.GetOrAdd(name, name)
        : _names.GetValueOrDefault(name, name);

    /// <summary>Number of a host among those of this server.</summary>
    public int NumberOf(string name) => _numbers.GetOrAdd(name, _ => Interlocked.Increment(ref _nextNumber));

    /// <summary>Takes a diagnosis.</summary>
    public void Set(JudgedHost host)
    {
        _hosts[host.Name] = host;
        Tell(listener => listener.Judged(host));
    }

    /// <summary>Forgets a host of which nothing is known any more.</summary>
    public void Forget(string name) => _hosts.TryRemove(name, out _);

    /// <summary>Compares the hosts anew.</summary>
    /// <param name="isWhole">Whether every host that the store had at the start was judged since.</param>
    public void Compare(bool isWhole)
    {
        FleetReport fleet = FleetReport.Of(_hosts.Values.Select(h => h.Summary), []);
        Volatile.Write(ref _comparison, new Comparison(Latest.Revision + 1, fleet));
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        Tell(listener => listener.Compared(fleet, isWhole));
    }

    private void Tell(Action<IFleetNews> tell)
    {
        foreach (IFleetNews listener in _listeners)
        {
            try
            {
                tell(listener);
            }
#pragma warning disable CA1031 // A defect of a listener is not one of the hosts.
            catch (Exception e)
#pragma warning restore CA1031
            {
                journal.WriteRarely("listener", $"{listener.GetType().Name}: {e.GetType().Name}: {e.Message}");
            }
        }
    }
}
