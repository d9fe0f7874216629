using System.Collections.Immutable;
using Leakstat.Store.Errors;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store.Inbox;

/// <summary>
/// Deliveries on disk, from the moment that they are acknowledged until they are in the store, and for a while longer
/// for download. A file of its own beside the store, so that whoever writes to the store for seconds (a load, pruning)
/// never keeps a sender waiting. May be used by any number of threads of one process; a second process is refused.
/// </summary>
public sealed class CaptureInbox : IDisposable
{
    /// <summary>"lkin": marks the file as an inbox of leakstat.</summary>
    private const long ApplicationId = 0x6c6b696e;

    private const long Version = 1;

    private static readonly TimeSpan s_mostWait = TimeSpan.FromSeconds(30);

    private readonly Database _database;
    private readonly Lock _lock = new();
    private readonly FileStream _owner;
    private bool _isClosed;

    /// <summary>Opens an inbox; makes one where there is no such file.</summary>
    /// <exception cref="StoreException">It is another file, or another process has it open.</exception>
    public CaptureInbox(string file)
    {
        FileSafety.Prepare(file);
        _owner = Own(file);
        try
        {
            _database = new Database(file, write: true);
        }
        catch
        {
            _owner.Dispose();
            throw;
        }

        try
        {
            Recognise(file);
            _database.Run("PRAGMA journal_mode = WAL");
            _database.Run("PRAGMA synchronous = FULL");
            Make();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes deliveries in, all or none; when this returns a power cut does not take them away. Gives of each whether
    /// it is new.
    /// </summary>
    public ImmutableArray<bool> Add(IReadOnlyList<Delivery> deliveries, DateTimeOffset now)
    {
        var added = ImmutableArray.CreateBuilder<bool>(deliveries.Count);
        Change(() =>
        {
            added.Clear();
            using Statement insert = _database.Prepare(
                "INSERT OR IGNORE INTO delivery (id, host, name, received, size, waiting, data) "
                    + "VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6) RETURNING 1");
            foreach (Delivery delivery in deliveries)
            {
                insert.Bind(1, delivery.Id).Bind(2, delivery.Host).Bind(3, delivery.Name).Bind(4, now.UtcTicks)
                    .Bind(5, (long)delivery.Data.Length).Bind(6, delivery.Data.ToArray());
                added.Add(insert.Step());
                insert.Reset();
            }
        });
        return added.DrainToImmutable();
    }

    /// <summary>Hosts with deliveries that the store does not have yet; who waits longest is first.</summary>
    public ImmutableArray<(string Host, long Deliveries)> Waiting()
    {
        lock (_lock)
        {
            using Statement rows = _database.Prepare(
                "SELECT host, count(*) FROM delivery WHERE waiting = 1 GROUP BY host ORDER BY min(number)");
            var hosts = ImmutableArray.CreateBuilder<(string, long)>();
            while (rows.Step())
            {
                hosts.Add((rows.Text(0), rows.Integer(1)));
            }

            return hosts.DrainToImmutable();
        }
    }

    /// <summary>Deliveries of a host that the store does not have yet, as they came in.</summary>
    /// <param name="host">The host.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="mostBytes">Their bytes together; one is given even where it is larger.</param>
    public ImmutableArray<Delivery> Take(string host, int most, long mostBytes)
    {
        lock (_lock)
        {
            using Statement rows = _database.Prepare(
                "SELECT name, data FROM delivery WHERE waiting = 1 AND host = ?1 ORDER BY number LIMIT ?2");
            rows.Bind(1, host).Bind(2, most);
            var deliveries = ImmutableArray.CreateBuilder<Delivery>();
            long bytes = 0;
            while (rows.Step())
            {
                byte[] data = rows.Bytes(1).ToArray();
                bytes += data.Length;
                if (deliveries.Count > 0 && bytes > mostBytes)
                {
                    rows.Reset();
                    break;
                }

                deliveries.Add(new Delivery(host, rows.Text(0), data));
            }

            return deliveries.DrainToImmutable();
        }
    }

    /// <summary>Notes that deliveries are in the store.</summary>
    /// <param name="ids">Their identifiers.</param>
    public void Settle(IEnumerable<string> ids) => Change(() =>
    {
        using Statement update = _database.Prepare("UPDATE delivery SET waiting = 0 WHERE id = ?1");
        foreach (string id in ids)
        {
            update.Bind(1, id).Run();
        }
    });

    /// <summary>A delivery; null where there is none of that identifier.</summary>
    public Delivery? Find(string id)
    {
        lock (_lock)
        {
            using Statement row = _database.Prepare("SELECT host, name, data FROM delivery WHERE id = ?1");
            if (!row.Bind(1, id).Step())
            {
                return null;
            }

            var found = new Delivery(row.Text(0), row.Text(1), row.Bytes(2).ToArray());
            row.Reset();
            return found;
        }
    }

    /// <summary>The latest deliveries of a host, the last that came in first.</summary>
    public ImmutableArray<ListedDelivery> List(string host, int most)
    {
        lock (_lock)
        {
            using Statement rows = _database.Prepare(
                "SELECT id, name, received, size, waiting FROM delivery WHERE host = ?1 ORDER BY number DESC LIMIT ?2");
            rows.Bind(1, host).Bind(2, most);
            var deliveries = ImmutableArray.CreateBuilder<ListedDelivery>();
            while (rows.Step())
            {
                deliveries.Add(new ListedDelivery(
                    rows.Text(0),
                    host,
                    rows.Text(1),
                    HostRows.Time(rows.Integer(2)) ?? DateTimeOffset.UnixEpoch,
                    rows.Integer(3),
                    rows.Integer(4) != 0));
            }

            return deliveries.DrainToImmutable();
        }
    }

    /// <summary>
    /// Drops what came in before a time and is in the store, a bounded number of deliveries at once; gives how many.
    /// </summary>
    public long Prune(DateTimeOffset before)
    {
        long dropped = 0;
        Change(() =>
        {
            using Statement delete = _database.Prepare(
                "DELETE FROM delivery WHERE number IN (SELECT number FROM delivery "
                    + "WHERE waiting = 0 AND received < ?1 ORDER BY number LIMIT 1000)");
            delete.Bind(1, before.UtcTicks).Run();
            dropped = _database.Number("SELECT changes()");
        });
        return dropped;
    }

    /// <summary>Whether something of a spool was taken in before, in the state that it is in now.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="state">What changes when it does: its size and time.</param>
    public bool HasRead(string path, string state)
    {
        lock (_lock)
        {
            using Statement row = _database.Prepare("SELECT 1 FROM spooled WHERE path = ?1 AND state = ?2");
            bool known = row.Bind(1, path).Bind(2, state).Step();
            row.Reset();
            return known;
        }
    }

    /// <summary>Notes that something of a spool was taken in.</summary>
    public void MarkRead(string path, string state) => Change(() =>
    {
        using Statement insert = _database.Prepare("INSERT OR REPLACE INTO spooled (path, state) VALUES (?1, ?2)");
        insert.Bind(1, path).Bind(2, state).Run();
    });

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _database.Dispose();
            _owner.Dispose();
        }
    }

    /// <summary>A lock of the system, which goes with the process: two servers would both load it.</summary>
    private static FileStream Own(string file)
    {
        try
        {
            return new FileStream(
                file + "-owner", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{file}: another leakstat serve has it open, or its folder cannot be written to");
        }
    }

    private void Recognise(string file)
    {
        bool isEmpty = _database.Number("SELECT count(*) FROM sqlite_schema") == 0;
        if (!isEmpty && _database.Number("PRAGMA application_id") != ApplicationId)
        {
            throw new StoreException($"{file}: not an inbox of leakstat");
        }

        if (_database.Number("PRAGMA user_version") > Version)
        {
            throw new StoreException($"{file}: written by a newer leakstat");
        }
    }

    private void Make() => Change(() =>
    {
        foreach (string statement in (ReadOnlySpan<string>)
        [
            "CREATE TABLE IF NOT EXISTS delivery (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
                + "host TEXT NOT NULL, name TEXT NOT NULL, received INTEGER NOT NULL, size INTEGER NOT NULL, "
                + "waiting INTEGER NOT NULL, data BLOB NOT NULL)",
            "CREATE INDEX IF NOT EXISTS delivery_of_host ON delivery (host, number)",
            "CREATE INDEX IF NOT EXISTS delivery_waiting ON delivery (host, number) WHERE waiting = 1",
            "CREATE TABLE IF NOT EXISTS spooled (path TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID",
            $"PRAGMA application_id = {ApplicationId}",
            $"PRAGMA user_version = {Version}",
        ])
        {
            _database.Run(statement);
        }
    });

    private void Change(Action work)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new StoreException("the inbox is closed");
            }

            _database.Begin(s_mostWait);
            try
            {
                work();
                _database.Commit();
            }
            catch
            {
                _database.RollBack();
                throw;
            }
        }
    }
}
