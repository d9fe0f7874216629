using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>
/// The captures of a host that no segment holds yet: each lies in the file as what differs from the one before.
/// </summary>
internal static class TailRows
{
    /// <summary>Reads them, in the order of arrival, and the place of the first; 0 where there is none.</summary>
    /// <param name="database">The file.</param>
    /// <param name="host">Number of the host.</param>
    public static (IReadOnlyList<StoredRow> Rows, long First) Read(Database database, long host)
    {
        using Statement tail = database.Prepare(
            $"SELECT data, id FROM tail WHERE id >= {host << 32} AND id < {(host + 1) << 32} ORDER BY id");
        List<StoredRow> rows = [];
        long first = 0;
        while (tail.Step())
        {
            first = rows.Count == 0 ? tail.Integer(1) & uint.MaxValue : first;
            rows.Add(StoredRow.Decode(tail.Bytes(0), rows.Count == 0 ? null : rows[^1]));
        }

        return (rows, first);
    }
}
