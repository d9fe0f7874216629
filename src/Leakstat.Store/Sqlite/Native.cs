using System.Reflection;
using System.Runtime.InteropServices;

namespace Leakstat.Store.Sqlite;

/// <summary>The few functions of the system's libsqlite3 that the store needs (<c>sqlite3.h</c>).</summary>
internal static unsafe partial class Native
{
    internal const int Ok = 0;
    internal const int Busy = 5;
    internal const int Row = 100;
    internal const int Done = 101;
    internal const int OpenReadWrite = 2;
    internal const int OpenCreate = 4;

    /// <summary>SQLITE_TRANSIENT: SQLite copies what is bound.</summary>
    internal const nint Transient = -1;

    private const string Library = "sqlite3";
    private static readonly Lazy<nint> s_library = new(Load);

    static Native() => NativeLibrary.SetDllImportResolver(
        typeof(Native).Assembly, static (name, _, _) => name == Library ? s_library.Value : 0);

    /// <summary>Fails with a message a user can act on where there is no libsqlite3.</summary>
    public static void Require()
    {
        if (s_library.Value == 0)
        {
            throw new StoreException(
                $"the history store needs SQLite's library, which is not installed ({string.Join(" or ", Names())}; "
                + "FreeBSD: pkg install sqlite3, Debian and Ubuntu: apt install libsqlite3-0)");
        }
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string file, out nint database, int flags, nint vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    internal static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    internal static partial int BusyTimeout(nint database, int milliseconds);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    internal static partial byte* ErrorMessage(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2")]
    internal static partial int Prepare(nint database, byte* sql, int length, out nint statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    internal static partial int Finalize(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    internal static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    internal static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    internal static partial int BindInteger(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    internal static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    internal static partial int BindBlob(nint statement, int index, byte* data, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    internal static partial int BindText(nint statement, int index, byte* text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    internal static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    internal static partial long ColumnInteger(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    internal static partial byte* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    internal static partial int ColumnBytes(nint statement, int column);

    private static string[] Names() => OperatingSystem.IsWindows() ? ["winsqlite3", "sqlite3"]
        : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"]
        : OperatingSystem.IsFreeBSD() ? ["libsqlite3.so", "libsqlite3.so.0", "/usr/local/lib/libsqlite3.so"]
        : ["libsqlite3.so.0", "libsqlite3.so"];

    private static nint Load()
    {
        foreach (string name in Names())
        {
            if (NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), null, out nint library))
            {
                return library;
            }
        }

        return 0;
    }
}
