namespace Leakstat.Serve.Intake;

/// <summary>Hosts whose deliveries wait, each in its turn. Any thread may add; one takes.</summary>
internal sealed class WaitingHosts
{
    private readonly Dictionary<string, long> _waiting = [];
    private readonly Queue<string> _order = [];
    private readonly Lock _lock = new();

    /// <summary>Deliveries that wait.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Values.Sum();
            }
        }
    }

    /// <summary>Adds deliveries of a host.</summary>
    public void Add(string host, long deliveries)
    {
        lock (_lock)
        {
            long before = _waiting.GetValueOrDefault(host);
            _waiting[host] = before + deliveries;
            if (before == 0)
            {
                _order.Enqueue(host);
            }
        }
    }

    /// <summary>
    /// The host whose turn it is, and how many of its deliveries were added by now; it has its next turn once it is put
    /// back. Null where nothing waits.
    /// </summary>
    public (string Host, long Deliveries)? Next()
    {
        lock (_lock)
        {
            return _order.TryDequeue(out string? host) ? (host, _waiting[host]) : null;
        }
    }

    /// <summary>Counts down what is done of a host, and puts it behind the others where it has more.</summary>
    /// <param name="host">The host that had its turn.</param>
    /// <param name="done">Deliveries that do not wait any more.</param>
    public void PutBack(string host, long done)
    {
        lock (_lock)
        {
            long left = Math.Max(0, _waiting[host] - done);
            if (left > 0)
            {
                _waiting[host] = left;
                _order.Enqueue(host);
            }
            else
            {
                _waiting.Remove(host);
            }
        }
    }
}
