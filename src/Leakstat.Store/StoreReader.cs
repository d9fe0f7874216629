using System.Collections.Immutable;
using Leakstat.Captures.Sources;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Store.Errors;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>A host in a store.</summary>
/// <param name="Name">Its name; empty for captures that do not say theirs.</param>
/// <param name="Captures">Captures that are held one by one.</param>
/// <param name="Hours">Hours that are held as one sample each.</param>
/// <param name="Days">Days that are held as one sample each.</param>
/// <param name="Series">Series.</param>
/// <param name="Earliest">Time of the earliest sample; null where unknown.</param>
/// <param name="Latest">Time of the latest; null where unknown.</param>
public sealed record StoredHost(
    string Name, long Captures, long Hours, long Days, int Series, DateTimeOffset? Earliest, DateTimeOffset? Latest)
{
    /// <summary>Samples of its series.</summary>
    public long Samples => Captures + Hours + Days;
}

/// <summary>Everything that is stored of a host.</summary>
/// <param name="History">Its history.</param>
/// <param name="Latest">Its latest capture, read again from its outputs; null where it was not kept.</param>
/// <param name="Problems">What was lost when the captures were read.</param>
public sealed record StoredHistory(HostHistory History, Capture? Latest, ImmutableArray<Diagnostic> Problems);

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

        FileSafety.Inspect(file);
        _file = file;
        _database = new Database(file, write: false);
        try
        {
            if (Schema.IsOlder(_database))
            {
                // The tables are brought up to date by whoever may write to them.
                using var writer = new StoreWriter(file);
            }

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
            long hours = host.Segments.Where(s => s.Tier == Tier.Hours).Sum(s => (long)s.Samples);
            long days = host.Segments.Where(s => s.Tier == Tier.Days).Sum(s => (long)s.Samples);
            hosts.Add(new StoredHost(
                rows.Text(
                    1), times.Length - hours - days, hours, days, host.MeasuredSeries, HostRows.Time(
                        times.Min()), HostRows.Time(times.Max())));
        }

        return hosts.ToImmutable();
    });

    /// <summary>Names of the hosts alone, which are told at once; empty for captures that do not say theirs.</summary>
    public ImmutableArray<string> HostNames() => Snapshot(() =>
    {
        using Statement rows = _database.Prepare("SELECT name FROM host ORDER BY name");
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        while (rows.Step())
        {
            names.Add(rows.Text(0));
        }

        return names.DrainToImmutable();
    });

    /// <summary>
    /// The history of a host: what <see cref="HistoryBuilder"/> makes of its captures in time order, in whatever order
    /// they were stored. Null where the store has no such host.
    /// </summary>
    /// <param name="name">The host; empty for captures that do not say theirs.</param>
    public HostHistory? Load(string name) => Of(name, static (rows, _) => rows.History());

    /// <summary>Everything that is stored of a host; null where the store has no such host.</summary>
    /// <param name="name">The host; empty for captures that do not say theirs.</param>
    public StoredHistory? LoadWhole(string name) => Of(name, (rows, id) =>
    {
        HostHistory history = rows.History();
        return new StoredHistory(history, Latest(id, history), rows.Problems());
    });

    /// <summary>
    /// Everything that is stored of a host, with what places its samples on the time line, as many as the history has;
    /// null where the store has no such host.
    /// </summary>
    /// <param name="name">The host; empty for captures that do not say theirs.</param>
    public (StoredHistory Whole, ImmutableArray<SampleFacts> Facts)? LoadWithFacts(string name)
    {
        ImmutableArray<SampleFacts> facts = [];
        StoredHistory? whole = Of(name, (rows, id) =>
        {
            HostHistory history = rows.History();
            facts = [.. rows.Facts(CaptureOrder.Of(rows.Positions()))];
            return new StoredHistory(history, Latest(id, history), rows.Problems());
        });
        return whole is null ? null : (whole, facts);
    }

    /// <summary>Looks for damage; gives what is wrong, in words, nothing where all is well.</summary>
    public ImmutableArray<string> Check() => Snapshot(() => StoreCheck.Run(_database));

    /// <summary>Closes the file.</summary>
    public void Dispose() => _database.Dispose();

    /// <inheritdoc/>
    public override string ToString() => _file;

    private Capture? Latest(long id, HostHistory history)
    {
        using Statement latest = _database.Prepare("SELECT data FROM latest WHERE host = ?1");
        if (!latest.Bind(1, id).Step())
        {
            return null;
        }

        Capture capture = KeptCapture.Decode(latest.Bytes(0));
        return history.Samples is [.., { } last] && last.Source == capture.Source ? capture : null;
    }

    private T? Of<T>(string name, Func<HostRows, long, T> read)
        where T : class =>
        Snapshot(() =>
        {
            using Statement find = _database.Prepare("SELECT id FROM host WHERE name = ?1");
            if (!find.Bind(1, name).Step())
            {
                return null;
            }

            using var rows = new HostRows(_database, find.Integer(0));
            return read(rows, find.Integer(0));
        });

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
