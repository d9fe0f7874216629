using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>
/// Writes captures into a store, one process at a time. What was added is stored, durably, when <see cref="Commit"/>
/// returns; whatever ends the process before that leaves the file as it was at the commit before.
/// </summary>
public sealed class StoreWriter : IDisposable
{
    private readonly string _file;
    private readonly Database _database;
    private readonly Dictionary<string, long> _texts = [];
    private readonly List<(long Id, string Value)> _newTexts = [];
    private readonly long _dataVersion;
    private HostWriter? _host;
    private bool _failed;

    /// <summary>Opens a store; makes one where there is no such file.</summary>
    /// <param name="file">The file.</param>
    public StoreWriter(string file)
        : this(file, layer: null)
    {
    }

    internal StoreWriter(string file, string? layer)
    {
        _file = file;
        _database = new Database(file, write: true, layer);
        try
        {
            // Refuse a file of someone else before its header is touched.
            Schema.Recognise(_database, file, writing: true);

            // EXTRA before WAL: else the journal of that change may be back after a power cut, and undo the change with all
            // that was stored since. Within WAL it is the same as FULL.
            _database.Run("PRAGMA synchronous = EXTRA");
            _database.Run("PRAGMA journal_mode = WAL");
            Schema.Migrate(_database, file);
            _dataVersion = _database.Number("PRAGMA data_version");
            using Statement texts = _database.Prepare("SELECT id, value FROM text");
            while (texts.Step())
            {
                _texts[texts.Text(1)] = texts.Integer(0);
            }
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>The connection.</summary>
    internal Database Database => _database;

    /// <summary>Goes to a host (empty for captures that do not say theirs); commits what was added for the one before.</summary>
    public HostWriter Host(string name)
    {
        if (_host is { } current)
        {
            if (current.Name == name)
            {
                return current;
            }

            Commit(isEnd: true);
        }

        return _host = new HostWriter(this, name);
    }

    /// <summary>Stores what was added; when this returns, a power cut does not take it away.</summary>
    /// <param name="isEnd">Whether no more follows soon: what has gathered is then packed.</param>
    public void Commit(bool isEnd = false)
    {
        if (_host is not { } host || _failed)
        {
            return;
        }

        if (isEnd)
        {
            host.Pack(Segment.Worthwhile);
        }

        if (!host.HasChanges)
        {
            return;
        }

        Change(() =>
        {
            using (Statement insert = _database.Prepare("INSERT INTO text (id, value) VALUES (?, ?)"))
            {
                foreach ((long id, string value) in _newTexts)
                {
                    insert.Bind(1, id).Bind(2, value).Run();
                }
            }

            host.Write();
        });
        _newTexts.Clear();
        host.Written();
    }

    /// <summary>Thins out what is old, after committing what waits.</summary>
    /// <param name="keep">What is kept.</param>
    /// <param name="now">The time that ages are counted from.</param>
    public Pruned Prune(Retention keep, DateTimeOffset now)
    {
        Commit(isEnd: true);
        return new Pruning(this, keep, now).Run();
    }

    /// <summary>Changes the file in one transaction, where nobody else has changed it since it was opened.</summary>
    internal void Change(Action work)
    {
        // What waits in memory and what stands in the file part ways when a change fails: nothing more is written then.
        _failed = true;
        _database.Transaction(() =>
        {
            if (_database.Number("PRAGMA data_version") != _dataVersion)
            {
                throw new StoreException($"{_file}: another process wrote to it meanwhile; run the command again, nothing is stored twice", 5);
            }

            work();
        });
        _failed = false;
    }

    /// <summary>Forgets the host at hand, after its state in the file was changed.</summary>
    internal void Close() => _host = null;

    /// <summary>Closes the file. What was not committed is not stored.</summary>
    public void Dispose() => _database.Dispose();

    /// <summary>Number of a text.</summary>
    internal long Text(string value)
    {
        if (!_texts.TryGetValue(value, out long id))
        {
            _texts[value] = id = _texts.Count + 1;
            _newTexts.Add((id, value));
        }

        return id;
    }
}
