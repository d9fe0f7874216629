using Leakstat.Store.Errors;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Leakstat.Store.Sqlite;

/// <summary>A connection to a database file.</summary>
internal sealed class Database : IDisposable
{
    private const int Busy = raw.SQLITE_BUSY;

    /// <summary>Seconds that a statement waits for a lock which others hold for the length of one statement.</summary>
    private const int StatementWait = 10;

    private readonly SqliteConnection _connection;
    private readonly string _file;

    /// <summary>Opens a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="write">Whether its contents may be changed, and the file made.</param>
    /// <param name="layer">Name of the file layer (a registered <c>sqlite3_vfs</c>); the system's where null.</param>
    public Database(string file, bool write, string? layer = null)
    {
        SqliteLibrary.Require();
        _file = file;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = write ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = StatementWait,
            Vfs = layer,
        }.ConnectionString);
        try
        {
            _connection.Open();

            // A file of somebody else may hold anything: its expressions call no function with effects, and what stands
            // in a
            // page is looked at before it is used.
            Run("PRAGMA trusted_schema = 0");
            Run("PRAGMA cell_size_check = 1");
            if (!write)
            {
                // Opened for writing where the file allows it: what a writer left behind that was killed is put right
                // by whoever
                // comes next, a reader too.
                Run("PRAGMA query_only = 1");
            }
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw Failure(file, e);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>A statement to be used again and again.</summary>
    public Statement Prepare(string sql) => new(_connection, sql);

    /// <summary>Runs one statement to its end.</summary>
    public void Run(string sql)
    {
        using Statement statement = Prepare(sql);
        statement.Run();
    }

    /// <summary>The first column of the first row as a number.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="none">What is given where there is no row.</param>
    public long Number(string sql, long none = 0)
    {
        using Statement statement = Prepare(sql);
        return statement.Step() && !statement.IsNull(0) ? statement.Integer(0) : none;
    }

    /// <summary>Takes the right to write, which ends with <see cref="Commit"/> or <see cref="RollBack"/>.</summary>
    /// <param name="wait">How long to wait for others that hold it.</param>
    public void Begin(TimeSpan wait) => RunAlone("BEGIN IMMEDIATE", wait);

    /// <summary>Runs a statement that nobody else may write beside.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="wait">How long to wait for others that write.</param>
    public void RunAlone(string sql, TimeSpan wait)
    {
        // Tried often: who writes step after step leaves a few milliseconds between them.
        long end = Environment.TickCount64 + (long)wait.TotalMilliseconds;
        int code;
        while ((code = raw.sqlite3_exec(_connection.Handle, sql)) == Busy && Environment.TickCount64 < end)
        {
            Thread.Sleep(1);
        }

        if (code != raw.SQLITE_OK)
        {
            throw Failure(
                _file,
                raw.sqlite3_extended_errcode(_connection.Handle),
                raw.sqlite3_errmsg(_connection.Handle).utf8_to_string());
        }
    }

    /// <summary>Stores what was done since <see cref="Begin"/>, durably.</summary>
    public void Commit() => Run("COMMIT");

    /// <summary>Undoes what was done since <see cref="Begin"/>.</summary>
    public void RollBack()
    {
        try
        {
            Run("ROLLBACK");
        }
        catch (StoreException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full.
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>What is said of an error of SQLite.</summary>
    internal static StoreException Failure(string file, SqliteException error) =>
        Failure(file, error.SqliteExtendedErrorCode, error.Message);

    private static StoreException Failure(string file, int code, string message)
    {
        string what = (code & 0xff) switch
        {
            Busy or raw.SQLITE_LOCKED => "another process is writing to it",
            raw.SQLITE_IOERR => "it could not be read or written (disk I/O error)",
            raw.SQLITE_CORRUPT => "the file is damaged (leakstat history check says more)",
            raw.SQLITE_FULL => "there is no room left (full disk, or the largest size the file may have)",
            raw.SQLITE_CANTOPEN =>
                "cannot be opened (its folder has to be writable, to readers as well: SQLite keeps -wal and -shm files "
                    + "there)",
            raw.SQLITE_NOTADB => "not a database",
            raw.SQLITE_READONLY => "is read-only",
            _ => message,
        };
        return new StoreException($"{file}: {what}", code & 0xff)
        {
            IsOfReading = code is raw.SQLITE_IOERR_READ or raw.SQLITE_IOERR_SHORT_READ,
        };
    }
}
