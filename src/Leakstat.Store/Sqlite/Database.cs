using System.Runtime.InteropServices;

namespace Leakstat.Store.Sqlite;

/// <summary>A connection to a database file.</summary>
internal sealed unsafe class Database : IDisposable
{
    private readonly string _file;
    private nint _handle;

    /// <summary>Opens a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="write">Whether its contents may be changed, and the file made.</param>
    /// <param name="layer">Name of the file layer (a registered <c>sqlite3_vfs</c>); the system's where null.</param>
    public Database(string file, bool write, string? layer = null)
    {
        Native.Require();
        _file = file;
        nint name = Marshal.StringToCoTaskMemUTF8(layer);
        int code = Native.Open(file, out _handle, Native.OpenReadWrite | (write ? Native.OpenCreate : 0), name);
        Marshal.FreeCoTaskMem(name);
        if (code != Native.Ok)
        {
            string message = Message(code);
            Dispose();
            throw new StoreException($"{file}: {message}", code);
        }

        _ = Native.BusyTimeout(_handle, 10_000);
        if (!write)
        {
            // Opened for writing where the file allows it: what a writer left behind that was killed is put right by whoever
            // comes next, a reader too.
            Run("PRAGMA query_only = 1");
        }
    }

    /// <summary>The connection.</summary>
    public nint Handle => _handle;

    /// <summary>A statement to be used again and again.</summary>
    public Statement Prepare(string sql) => new(this, sql);

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

    /// <summary>Runs work as one transaction: all of it is stored, durably, or nothing.</summary>
    public void Transaction(Action work)
    {
        Run("BEGIN IMMEDIATE");
        try
        {
            work();
            Run("COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Fails where a result code says so.</summary>
    public void Check(int code)
    {
        if (code != Native.Ok)
        {
            throw new StoreException($"{_file}: {Message(code)}", code & 0xff);
        }
    }

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = Native.Close(_handle);
            _handle = 0;
        }
    }

    private void RollBack()
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

    private string Message(int code) => (code & 0xff) switch
    {
        Native.Busy => "another process is writing to it",
        10 => "it could not be read or written (disk I/O error)",
        11 => "the file is damaged (leakstat history --check says more)",
        13 => "there is no room left (full disk, or the largest size the file may have)",
        14 => "cannot be opened (its folder has to be writable, to readers as well: SQLite keeps -wal and -shm files there)",
        26 => "not a database",
        8 => "is read-only",
        _ => Marshal.PtrToStringUTF8((nint)Native.ErrorMessage(_handle)) ?? $"SQLite error {code}",
    };
}
