using Leakstat.Store.Errors;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>
/// Thins out one store in steps, each within a transaction of its own, so that others write between them and little
/// room is needed at a time.
/// </summary>
internal sealed class Pruning(StoreWriter store, Retention keep, DateTimeOffset now)
{
    /// <summary>Segments that one step thins out, so that what it holds in memory and writes has a bound.</summary>
    private const int MostSegments = 32;

    /// <summary>Pages that are given back to the disk in one step.</summary>
    private const int MostPages = 2048;

    private readonly Database _database = store.Database;
    private readonly long[] _thinned = new long[3];
    private int _mostSegments = MostSegments;

    /// <summary>Prunes by age, then by size, and gives the room back.</summary>
    public Pruned Run()
    {
        long before = Bytes("page_count");
        foreach (string name in Hosts())
        {
            ByAge(name);
        }

        BySize();
        store.Close();
        GiveBack();
        return new Pruned(_thinned[0], _thinned[1], _thinned[2], before, Bytes("page_count"))
        {
            BytesUnused = Bytes("freelist_count"),
        };
    }

    private List<string> Hosts()
    {
        using Statement hosts = _database.Prepare("SELECT name FROM host ORDER BY id");
        List<string> names = [];
        while (hosts.Step())
        {
            names.Add(hosts.Text(0));
        }

        return names;
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
        if (Cutoff(Tier.Captures) is { } oldest)
        {
            HostWriter host = store.Host(name);
            store.BeginStep();
            if (host.HasOpenBefore(oldest))
            {
                host.Pack(1);
            }

            store.Commit();
        }

        for (Tier tier = Tier.Captures; tier <= Tier.Days; tier++)
        {
            if (Cutoff(tier) is { } cutoff)
            {
                // The same segments are never met twice: what is left of them is not older.
                while (Step(
                    $"SELECT segment.id, name FROM segment JOIN host ON host.id = segment.host WHERE name = ?2 AND "
                        + $"tier = {(int)tier} "
                    + $"AND earliest < {cutoff} ORDER BY first, segment.id LIMIT ?1",
                    name,
                    cutoff))
                {
                }
            }
        }
    }

    /// <summary>
    /// Whole segments, the oldest first, until the file is small enough or nothing is left to thin out.
    /// </summary>
    private void BySize()
    {
        if (keep.MostBytes is not { } most)
        {
            return;
        }

        store.Close();
        _mostSegments = 1;
        for (Tier tier = Tier.Captures; tier <= Tier.Days; tier++)
        {
            while (Bytes("page_count") - Bytes("freelist_count") > most
                && Step(
                    $"SELECT segment.id, name, latest FROM segment JOIN host ON host.id = segment.host WHERE tier = "
                        + $"{(int)tier} "
                    + "ORDER BY latest, first, segment.id LIMIT ?1",
                    name: null,
                    cutoff: null))
            {
            }
        }
    }

    /// <summary>Thins out some segments; smaller parts of them where there is no room for all at once.</summary>
    /// <param name="sql">
    /// Gives number and host of each, at most ?1, of host ?2, and their latest times where there is no cutoff.
    /// </param>
    /// <param name="name">The host; null for any.</param>
    /// <param name="cutoff">What is older is thinned out; all of them where null.</param>
    /// <returns>Whether there was something to do.</returns>
    private bool Step(string sql, string? name, long? cutoff)
    {
        while (true)
        {
            try
            {
                store.BeginStep();
                return Thin(sql, name, cutoff);
            }
            catch (StoreException e) when (e.IsFull && _mostSegments > 1)
            {
                // What the step wrote beside the file, in vain, makes room again.
                store.Close();
                Checkpoint();
                _mostSegments /= 2;
            }
            finally
            {
                store.EndStep();
            }
        }
    }

    private bool Thin(string sql, string? name, long? cutoff)
    {
        List<long> ids = [];
        using (Statement segments = _database.Prepare(sql))
        {
            segments.Bind(1, _mostSegments);
            if (name is not null)
            {
                segments.Bind(2, name);
            }

            while (segments.Step())
            {
                ids.Add(segments.Integer(0));
                name = segments.Text(1);
                cutoff ??= segments.IsNull(2) ? long.MaxValue : segments.Integer(2) + 1;
            }
        }

        return ids.Count > 0 && Thin(store.Host(name!), ids, cutoff!.Value);
    }

    private bool Thin(HostWriter host, List<long> ids, long cutoff)
    {
        using var rows = new HostRows(_database, host.Id);
        List<Segment> fine = [.. rows.Segments.Where(s => ids.Contains(s.Id))];
        Tier tier = fine[0].Tier;
        Segment? coarse = rows.Segments.LastOrDefault(s => s.Tier == tier + 1 && s.Samples < Segment.Full / 2);
        Thinned thinned = new Thinning(rows, host.Series).Of(fine, coarse, cutoff);
        if (thinned.Samples == 0)
        {
            return false;
        }

        store.Change(() =>
        {
            host.Series.Write(_database);
            foreach (Segment gone in coarse is null ? fine : [.. fine, coarse])
            {
                _database.Run(
                    $"DELETE FROM chunk WHERE id >= {gone.Chunk(0)} AND id < "
                        + $"{(gone with { Id = gone.Id + 1 }).Chunk(0)}");
                _database.Run($"DELETE FROM segment WHERE id = {gone.Id}");
            }

            thinned.New.ForEach(segment => segment.Write(_database, host.Id));
            if (tier == Tier.Captures)
            {
                using Statement pruned = _database.Prepare(
                    "UPDATE host SET pruned = max(coalesce(pruned, ?1), ?1), marks = CAST(coalesce(marks, x'') || ?2 "
                        + "AS BLOB) WHERE id = ?3");
                pruned.Bind(1, cutoff).Bind(2, thinned.Untimed).Bind(3, host.Id).Run();
            }
        });
        _thinned[(int)tier] += thinned.Samples;

        // Its state in the file is another one now.
        store.Close();
        return true;
    }

    /// <summary>
    /// Gives the disk what is not used: page by page, or, in a file of an older version, by writing it anew.
    /// </summary>
    private void GiveBack()
    {
        try
        {
            if (_database.Number("PRAGMA auto_vacuum") != 0)
            {
                while (_database.Number("PRAGMA freelist_count") is > 0 and var unused)
                {
                    store.BeginStep();
                    store.Change(() => _database.Run($"PRAGMA incremental_vacuum({MostPages})"));
                    Checkpoint();
                    if (_database.Number("PRAGMA freelist_count") >= unused)
                    {
                        break;
                    }
                }
            }
            else if (_database.Number("PRAGMA freelist_count") > 0)
            {
                store.RunAlone("VACUUM");
            }

            Checkpoint();
        }
        catch (StoreException e) when (e.IsFull)
        {
            // It was thinned out; what is loaded next takes the room within the file.
            store.Close();
        }
    }

    /// <summary>Moves what is written beside the file into it, and empties what lies beside.</summary>
    private void Checkpoint() => _database.Run("PRAGMA wal_checkpoint(TRUNCATE)");

    private long Bytes(string pages) => _database.Number($"PRAGMA {pages}") * _database.Number("PRAGMA page_size");
}
