using System.Runtime.InteropServices;
using Leakstat.Store.Errors;
using SQLitePCL;

namespace Leakstat.Store.Sqlite;

/// <summary>
/// Chooses SQLite's library once per process: the one that lies beside the program, else the system's. There is none of
/// our own for FreeBSD, whose package <c>sqlite3</c> is used.
/// </summary>
internal static class SqliteLibrary
{
    private static readonly string[] s_systemNames =
        ["libsqlite3.so.0", "libsqlite3.so", "/usr/local/lib/libsqlite3.so", "libsqlite3.dylib"];

    private static readonly Lazy<bool> s_isThere = new(() => Choose(Bundled, OfTheSystem));

    /// <summary>Fails with a message a user can act on where there is none.</summary>
    public static void Require()
    {
        if (!s_isThere.Value)
        {
            throw Missing();
        }
    }

    /// <summary>Takes the first library that can be loaded.</summary>
    /// <param name="candidates">Makes a provider, which loads its library when it is asked for the version.</param>
    /// <returns>Whether there was one.</returns>
    internal static bool Choose(params ReadOnlySpan<Func<ISQLite3Provider>> candidates)
    {
        foreach (Func<ISQLite3Provider> make in candidates)
        {
            try
            {
                // Asks the library for its version, which fails where there is none.
                raw.SetProvider(make());
                return true;
            }
            catch (Exception e) when (
                e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                // The next one.
            }
        }

        return false;
    }

    /// <summary>What is said where there is no library.</summary>
    internal static StoreException Missing() => new(
        "the history store needs SQLite's library, which is not installed (FreeBSD: pkg install sqlite3; elsewhere "
            + "libe_sqlite3 "
        + "belongs beside the program); everything but the store works without it");

    private static ISQLite3Provider Bundled() => new SQLite3Provider_e_sqlite3();

    private static ISQLite3Provider OfTheSystem()
    {
        // Without the development package there is no name without a version.
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_sqlite3).Assembly, static (name, assembly, path) =>
        {
            foreach (string system in s_systemNames)
            {
                if (name == "sqlite3" && NativeLibrary.TryLoad(system, assembly, path, out nint library))
                {
                    return library;
                }
            }

            return 0;
        });
        return new SQLite3Provider_sqlite3();
    }
}
