using System.Text;

namespace Leakstat.Store.Sqlite;

/// <summary>A prepared statement. Bind from 1, step, read columns from 0.</summary>
internal sealed unsafe class Statement : IDisposable
{
    private readonly Database _database;
    private nint _handle;

    public Statement(Database database, string sql)
    {
        _database = database;
        byte[] text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = text)
        {
            database.Check(Native.Prepare(database.Handle, start, text.Length, out _handle, 0));
        }
    }

    /// <summary>Binds a number.</summary>
    public Statement Bind(int index, long? value)
    {
        _database.Check(value is { } number ? Native.BindInteger(_handle, index, number) : Native.BindNull(_handle, index));
        return this;
    }

    /// <summary>Binds text.</summary>
    public Statement Bind(int index, string text)
    {
        // One byte more, so that empty text is not bound as NULL.
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
        fixed (byte* start = bytes)
        {
            _database.Check(Native.BindText(_handle, index, start, bytes.Length - 1, Native.Transient));
        }

        return this;
    }

    /// <summary>Binds bytes.</summary>
    public Statement Bind(int index, ReadOnlySpan<byte> bytes)
    {
        byte nothing = 0;
        fixed (byte* start = bytes)
        {
            _database.Check(Native.BindBlob(_handle, index, start is null ? &nothing : start, bytes.Length, Native.Transient));
        }

        return this;
    }

    /// <summary>The next row; false at the end, where the statement is ready to be bound again.</summary>
    public bool Step()
    {
        int code = Native.Step(_handle);
        if (code == Native.Row)
        {
            return true;
        }

        _ = Native.Reset(_handle);
        if (code != Native.Done)
        {
            _database.Check(code);
        }

        return false;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Ends a reading early.</summary>
    public void Reset() => _ = Native.Reset(_handle);

    /// <summary>Whether a column is NULL.</summary>
    public bool IsNull(int column) => Native.ColumnType(_handle, column) == 5;

    /// <summary>A number.</summary>
    public long Integer(int column) => Native.ColumnInteger(_handle, column);

    /// <summary>Bytes, valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        byte* start = Native.ColumnBlob(_handle, column);
        return new ReadOnlySpan<byte>(start, start is null ? 0 : Native.ColumnBytes(_handle, column));
    }

    /// <summary>Text.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = Native.Finalize(_handle);
            _handle = 0;
        }
    }
}
