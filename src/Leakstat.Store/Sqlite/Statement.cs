using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Leakstat.Store.Sqlite;

/// <summary>
/// A prepared statement whose parameters are <c>?1</c>, <c>?2</c> and so on. Bind from 1, step, read columns from 0.
/// Columns are read as SQLite converts them: a file of somebody else may hold anything in any column.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;
    private SqliteDataReader? _reader;

    public Statement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
    }

    /// <summary>Binds a number.</summary>
    public Statement Bind(int index, long? value) =>
        Set(index, SqliteType.Integer, value is { } number ? number : DBNull.Value);

    /// <summary>Binds text.</summary>
    public Statement Bind(int index, string text) => Set(index, SqliteType.Text, text);

    /// <summary>Binds bytes.</summary>
    public Statement Bind(int index, byte[] bytes) => Set(index, SqliteType.Blob, bytes);

    /// <summary>The next row; false at the end, where the statement is ready to be bound again.</summary>
    public bool Step()
    {
        try
        {
            _reader ??= _command.ExecuteReader();
            if (_reader.Read())
            {
                return true;
            }
        }
        catch (SqliteException e)
        {
            Reset();
            throw Database.Failure(_command.Connection!.DataSource, e);
        }

        Reset();
        return false;
    }

    /// <summary>Runs a statement that gives no rows, or none that matter.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Ends a reading early.</summary>
    public void Reset()
    {
        _reader?.Dispose();
        _reader = null;
    }

    /// <summary>Whether a column is NULL.</summary>
    public bool IsNull(int column) => raw.sqlite3_column_type(_reader!.Handle, column) == raw.SQLITE_NULL;

    /// <summary>A number.</summary>
    public long Integer(int column) => raw.sqlite3_column_int64(_reader!.Handle, column);

    /// <summary>Bytes, valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_reader!.Handle, column);

    /// <summary>Text.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public void Dispose()
    {
        Reset();
        _command.Dispose();
    }

    private Statement Set(int index, SqliteType type, object value)
    {
        SqliteParameterCollection parameters = _command.Parameters;
        while (parameters.Count < index)
        {
            parameters.Add(new SqliteParameter { ParameterName = $"?{parameters.Count + 1}" });
        }

        (parameters[index - 1].SqliteType, parameters[index - 1].Value) = (type, value);
        return this;
    }
}
