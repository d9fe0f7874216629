using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>Thins out one store, segment by segment, each within a transaction of its own.</summary>
internal sealed class Pruning(StoreWriter store, Retention keep, DateTimeOffset now)
{
    private readonly Database _database = store.Database;
    private readonly long[] _thinned = new long[3];

    /// <summary>Prunes by age, then by size, and gives the room back.</summary>
    public Pruned Run()
    {
        long before = Bytes("page_count");
        using (Statement hosts = _database.Prepare("SELECT name FROM host ORDER BY id"))
        {
            List<string> names = [];
            while (hosts.Step())
            {
                names.Add(hosts.Text(0));
            }

            names.ForEach(ByAge);
        }

        BySize();
        store.Close();
        if (Bytes("freelist_count") > 0)
        {
            _database.Run("VACUUM");
        }

        _database.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        return new Pruned(_thinned[0], _thinned[1], _thinned[2], before, Bytes("page_count"));
    }

    private long? Cutoff(Tier tier)
    {
        TimeSpan? age = tier switch { Tier.Captures => keep.Captures, Tier.Hours => keep.Hours, _ => keep.Days };
        return age is { } old && old.Ticks < now.UtcTicks
            ? Bucket.Start(now.UtcTicks - old.Ticks, tier == Tier.Captures ? Tier.Hours : Tier.Days)
            : null;
    }

    private void ByAge(string name)
    {
        HostWriter host = store.Host(name);
        if (Cutoff(Tier.Captures) is { } oldest && host.HasOpenBefore(oldest))
        {
            host.Pack(1);
            store.Commit();
        }

        for (Tier tier = Tier.Captures; tier <= Tier.Days; tier++)
        {
            if (Cutoff(tier) is { } cutoff)
            {
                // Some at a time, so that what one transaction holds in memory has a bound.
                foreach (long[] ids in Ids(
                    $"SELECT id FROM segment WHERE host = {host.Id} AND tier = {(int)tier} AND earliest < {cutoff} ORDER BY first, id").Chunk(32))
                {
                    Thin(host, ids, cutoff);
                }
            }
        }
    }

    /// <summary>Whole segments, the oldest first, until the file is small enough or nothing is left to thin out.</summary>
    private void BySize()
    {
        if (keep.MostBytes is not { } most)
        {
            return;
        }

        for (Tier tier = Tier.Captures; tier <= Tier.Days; tier++)
        {
            while (Bytes("page_count") - Bytes("freelist_count") > most)
            {
                using Statement oldest = _database.Prepare(
                    "SELECT segment.id, latest, name FROM segment JOIN host ON host.id = segment.host "
                    + $"WHERE tier = {(int)tier} ORDER BY latest, first, segment.id LIMIT 1");
                if (!oldest.Step())
                {
                    break;
                }

                (long id, long? latest, string name) = (oldest.Integer(0), oldest.IsNull(1) ? null : oldest.Integer(1), oldest.Text(2));
                oldest.Reset();
                Thin(store.Host(name), [id], latest is { } end ? end + 1 : long.MaxValue);
            }
        }
    }

    private void Thin(HostWriter host, long[] ids, long cutoff)
    {
        using var rows = new HostRows(_database, host.Id);
        List<Segment> fine = [.. rows.Segments.Where(s => ids.Contains(s.Id))];
        Tier tier = fine[0].Tier;
        Segment? coarse = rows.Segments.LastOrDefault(s => s.Tier == tier + 1 && s.Samples < Segment.Full / 2);
        Thinned thinned = new Thinning(rows, host.Series).Of(fine, coarse, cutoff);
        if (thinned.Samples == 0)
        {
            return;
        }

        store.Change(() =>
        {
            host.Series.Write(_database);
            foreach (Segment gone in coarse is null ? fine : [.. fine, coarse])
            {
                _database.Run($"DELETE FROM chunk WHERE id >= {gone.Chunk(0)} AND id < {(gone with { Id = gone.Id + 1 }).Chunk(0)}");
                _database.Run($"DELETE FROM segment WHERE id = {gone.Id}");
            }

            thinned.New.ForEach(segment => segment.Write(_database, host.Id));
            if (tier == Tier.Captures)
            {
                using Statement pruned = _database.Prepare(
                    "UPDATE host SET pruned = max(coalesce(pruned, ?1), ?1), marks = CAST(coalesce(marks, x'') || ?2 AS BLOB) WHERE id = ?3");
                pruned.Bind(1, cutoff).Bind(2, thinned.Untimed).Bind(3, host.Id).Run();
            }
        });
        host.Series.Written();
        _thinned[(int)tier] += thinned.Samples;
    }

    private List<long> Ids(string sql)
    {
        using Statement statement = _database.Prepare(sql);
        List<long> ids = [];
        while (statement.Step())
        {
            ids.Add(statement.Integer(0));
        }

        return ids;
    }

    private long Bytes(string pages) => _database.Number($"PRAGMA {pages}") * _database.Number("PRAGMA page_size");
}
