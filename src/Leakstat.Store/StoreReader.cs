using System.Collections.Immutable;
using Leakstat.History;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>A host in a store.</summary>
/// <param name="Name">Its name; empty for captures that do not say theirs.</param>
/// <param name="Captures">Captures that are held one by one.</param>
/// <param name="Series">Series.</param>
/// <param name="Earliest">Time of the earliest capture; null where unknown.</param>
/// <param name="Latest">Time of the latest; null where unknown.</param>
public sealed record StoredHost(string Name, long Captures, int Series, DateTimeOffset? Earliest, DateTimeOffset? Latest);

/// <summary>Reads a store; any number of them at a time, also while one process writes.</summary>
public sealed class StoreReader : IDisposable
{
    private readonly Database _database;
    private readonly string _file;

    /// <summary>Opens a store; fails with <see cref="StoreException"/> where there is none.</summary>
    public StoreReader(string file)
    {
        if (!File.Exists(file))
        {
            throw new StoreException($"{file}: no such file");
        }

        _file = file;
        _database = new Database(file, write: false);
        try
        {
            Schema.Recognise(_database, file, writing: false);
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>The connection.</summary>
    internal Database Database => _database;

    /// <summary>The hosts, by name.</summary>
    public ImmutableArray<StoredHost> Hosts() => Snapshot(() =>
    {
        ImmutableArray<StoredHost>.Builder hosts = ImmutableArray.CreateBuilder<StoredHost>();
        using Statement rows = _database.Prepare("SELECT id, name FROM host ORDER BY name");
        while (rows.Step())
        {
            using var host = new HostRows(_database, rows.Integer(0));
            long?[] times = host.Column(StoredKind.TakenAt, "");
            hosts.Add(new StoredHost(
                rows.Text(1), times.Length, host.MeasuredSeries, HostRows.Time(times.Min()), HostRows.Time(times.Max())));
        }

        return hosts.ToImmutable();
    });

    /// <summary>
    /// The history of a host: what <see cref="HistoryBuilder"/> makes of its captures in time order, in whatever order they
    /// were stored. Null where the store has no such host.
    /// </summary>
    /// <param name="name">The host; empty for captures that do not say theirs.</param>
    public HostHistory? Load(string name) => Snapshot(() =>
    {
        using Statement find = _database.Prepare("SELECT id FROM host WHERE name = ?");
        if (!find.Bind(1, name).Step())
        {
            return null;
        }

        using var rows = new HostRows(_database, find.Integer(0));
        return rows.History();
    });

    /// <summary>Looks for damage; gives what is wrong, in words, nothing where all is well.</summary>
    public ImmutableArray<string> Check() => Snapshot(() => StoreCheck.Run(_database));

    /// <summary>Closes the file.</summary>
    public void Dispose() => _database.Dispose();

    /// <inheritdoc/>
    public override string ToString() => _file;

    /// <summary>Reads one state of the file, whatever is written meanwhile.</summary>
    private T Snapshot<T>(Func<T> read)
    {
        _database.Run("BEGIN");
        try
        {
            return read();
        }
        finally
        {
            _database.Run("ROLLBACK");
        }
    }
}
