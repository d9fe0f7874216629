using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>
/// Writes captures into a store in steps: from the first capture that is added until <see cref="Commit"/> it holds the
/// right to write, which others wait for and get between steps. What was added is stored, durably, when
/// <see cref="Commit"/> returns; whatever ends the process before that leaves the file as it was at the commit before.
/// </summary>
public sealed class StoreWriter : IDisposable
{
    /// <summary>A step is a matter of seconds; giving the room of a large file back to the disk takes longer.</summary>
    private static readonly TimeSpan s_mostWait = TimeSpan.FromMinutes(10);

    /// <summary>Left between two steps, so that who waits gets its turn (it looks every millisecond).</summary>
    private static readonly TimeSpan s_gap = TimeSpan.FromMilliseconds(5);

    private readonly Database _database;
    private readonly Dictionary<string, long> _texts = [];
    private readonly List<(long Id, string Value)> _newTexts = [];
    private long _dataVersion;
    private long _endOfStep;
    private HostWriter? _host;
    private bool _isInStep;
    private bool _failed;

    /// <summary>Opens a store; makes one where there is no such file.</summary>
    /// <param name="file">The file.</param>
    public StoreWriter(string file)
        : this(file, layer: null)
    {
    }

    internal StoreWriter(string file, string? layer)
    {
        FileSafety.Prepare(file);
        _database = new Database(file, write: true, layer);
        try
        {
            // Refuse a file of someone else before its header is touched.
            Schema.Recognise(_database, file, writing: true);

            // Room that pruning frees is given back in steps. Takes effect in a new file, and in an older one when it
            // is written anew.
            _database.Run("PRAGMA auto_vacuum = INCREMENTAL");

            // EXTRA before WAL: else the journal of that change may be back after a power cut, and undo the change with
            // all that was stored since. Within WAL it is the same as FULL.
            _database.Run("PRAGMA synchronous = EXTRA");
            _database.Run("PRAGMA journal_mode = WAL");
            Schema.Migrate(_database, file);
            _dataVersion = _database.Number("PRAGMA data_version");
            ReadTexts();
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>The connection.</summary>
    internal Database Database => _database;

    /// <summary>
    /// Goes to a host (empty for captures that do not say theirs); commits what was added for the one before.
    /// </summary>
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

    /// <summary>
    /// Stores what was added; when this returns, a power cut does not take it away, and others may write.
    /// </summary>
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
            EndStep();
            return;
        }

        Change(() =>
        {
            using (Statement insert = _database.Prepare("INSERT INTO text (id, value) VALUES (?1, ?2)"))
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

    /// <summary>
    /// Takes the right to write, unless it is held already, and reads anew what others wrote since the step before.
    /// Waits for others; fails where one of them does not end.
    /// </summary>
    internal void BeginStep()
    {
        if (_isInStep)
        {
            return;
        }

        if (_endOfStep != 0 && TimeSpan.FromMilliseconds(Environment.TickCount64 - _endOfStep) < s_gap)
        {
            Thread.Sleep(s_gap);
        }

        _database.Begin(s_mostWait);
        _isInStep = true;
        long version = _database.Number("PRAGMA data_version");
        if (version != _dataVersion)
        {
            _dataVersion = version;
            ReadTexts();
            _host?.Load();
        }
    }

    /// <summary>Gives the right to write away. What was changed in the step and not committed is undone.</summary>
    internal void EndStep()
    {
        if (_isInStep)
        {
            _isInStep = false;
            _database.RollBack();
            _endOfStep = Environment.TickCount64;
        }
    }

    /// <summary>Changes the file and ends the step: all of it is stored, durably, or nothing.</summary>
    internal void Change(Action work)
    {
        // What waits in memory and what stands in the file part ways when a change fails: nothing more is written then.
        BeginStep();
        _failed = true;
        try
        {
            work();
            _database.Commit();
            _isInStep = false;
            _endOfStep = Environment.TickCount64;
        }
        finally
        {
            EndStep();
        }

        _failed = false;
    }

    /// <summary>Forgets the host at hand, after its state in the file was changed or a change of it failed.</summary>
    internal void Close()
    {
        EndStep();
        (_host, _failed) = (null, false);
        _newTexts.ForEach(text => _texts.Remove(text.Value));
        _newTexts.Clear();
    }

    /// <summary>Runs a statement that takes the whole file for itself, as soon as nobody else writes.</summary>
    internal void RunAlone(string sql) => _database.RunAlone(sql, s_mostWait);

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

    private void ReadTexts()
    {
        // Texts are never changed or removed: those that others added follow the ones that are known.
        using Statement texts = _database.Prepare("SELECT id, value FROM text WHERE id > ?1");
        texts.Bind(1, _texts.Count);
        while (texts.Step())
        {
            _texts[texts.Text(1)] = texts.Integer(0);
        }
    }
}
