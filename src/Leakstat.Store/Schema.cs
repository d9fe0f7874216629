using Leakstat.Store.Errors;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>The tables, and the steps from each version of them to the next (<c>docs/store.md</c>).</summary>
internal static class Schema
{
    /// <summary>"lkst": marks the file as a store of leakstat.</summary>
    private const long ApplicationId = 0x6c6b7374;

    private static readonly TimeSpan s_mostWait = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Step n brings a file from version n to n + 1. A step that has been released is never changed; a change of the
    /// tables is a further step.
    /// </summary>
    private static readonly string[][] s_steps =
    [
        [
            "CREATE TABLE host (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            "CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE)",
            // id: host << 20 | number of the series within its host.
            "CREATE TABLE series (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, item_size INTEGER "
                + "NOT NULL)",
            // tier: 0 captures, 1 hours, 2 days. first: place of its first capture in the order of arrival.
            "CREATE TABLE segment (id INTEGER PRIMARY KEY, host INTEGER NOT NULL, tier INTEGER NOT NULL, first "
                + "INTEGER NOT NULL, "
                + "samples INTEGER NOT NULL, earliest INTEGER, latest INTEGER, sources BLOB NOT NULL, marks BLOB "
                + "NOT NULL)",
            "CREATE INDEX segment_of_host ON segment (host, tier, first)",
            // id: segment << 20 | number of the series within its host.
            "CREATE TABLE chunk (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
            // Captures that no segment holds yet. id: host << 32 | place in the order of arrival.
            "CREATE TABLE tail (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
        ],
        [
            // next: place of the next capture that a segment takes. pruned: nothing earlier is taken in again, ticks.
            // marks: of captures without a time that were pruned.
            "ALTER TABLE host ADD COLUMN next INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE host ADD COLUMN pruned INTEGER",
            "ALTER TABLE host ADD COLUMN marks BLOB",
            // The latest capture of a host, whole.
            "CREATE TABLE latest (host INTEGER PRIMARY KEY, taken INTEGER NOT NULL, data BLOB NOT NULL)",
            // What was lost when captures were read. id: host << 32 | place of the capture in the order of arrival.
            "CREATE TABLE problem (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
        ],
    ];

    /// <summary>The version this program writes.</summary>
    public static int Version => s_steps.Length;

    /// <summary>Brings a file up to date, all steps or none.</summary>
    public static void Migrate(Database database, string file)
    {
        Recognise(database, file, writing: true);
        if (database.Number("PRAGMA user_version") == Version)
        {
            return;
        }

        database.Begin(s_mostWait);
        try
        {
            // Read again under the lock: another process may have been quicker.
            for (long version = database.Number("PRAGMA user_version"); version < Version; version++)
            {
                foreach (string statement in s_steps[version])
                {
                    database.Run(statement);
                }
            }

            database.Run($"PRAGMA application_id = {ApplicationId}");
            database.Run($"PRAGMA user_version = {Version}");
            database.Commit();
        }
        catch
        {
            database.RollBack();
            throw;
        }
    }

    /// <summary>Whether a file is a store with tables of an older version.</summary>
    public static bool IsOlder(Database database) =>
        database.Number("PRAGMA application_id") == ApplicationId
            && database.Number("PRAGMA user_version") is >= 1 and var version
            && version < Version;

    /// <summary>Fails where a file is not a store, or one that this program cannot read.</summary>
    public static void Recognise(Database database, string file, bool writing)
    {
        long version = database.Number("PRAGMA user_version");
        bool empty = database.Number("SELECT count(*) FROM sqlite_schema") == 0;
        if (empty && version == 0 && writing)
        {
            return;
        }

        if (empty || database.Number("PRAGMA application_id") != ApplicationId)
        {
            throw new StoreException($"{file}: not a history store of leakstat");
        }

        if (version > Version || (version < Version && !writing))
        {
            throw new StoreException(version > Version
                ? $"{file}: written by a newer leakstat (version {version} of the tables; this one knows {Version})"
                : $"{file}: written by an older leakstat; load into it once to bring it up to date");
        }
    }
}
