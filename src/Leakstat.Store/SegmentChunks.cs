using Leakstat.Store.Packing;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>
/// The values of segments, packed series by series: looked up one by one, or, for whoever wants nearly all of them,
/// read in one way through the file, which takes a fraction of the time.
/// </summary>
internal sealed class SegmentChunks(Database database) : IDisposable
{
    private Dictionary<long, byte[]>? _all;
    private Statement? _one;

    /// <summary>
    /// Reads the packed values of all series into memory: hundreds of kilobytes of an ordinary host.
    /// </summary>
    /// <param name="segments">The segments of the host.</param>
    /// <param name="series">How many series it has.</param>
    public void ReadAll(IEnumerable<Segment> segments, int series)
    {
        if (_all is not null)
        {
            return;
        }

        Dictionary<long, byte[]> all = [];
        using Statement rows = database.Prepare("SELECT id, data FROM chunk WHERE id >= ?1 AND id < ?2");
        foreach (Segment segment in segments)
        {
            rows.Bind(1, segment.Chunk(0)).Bind(2, segment.Chunk(series));
            while (rows.Step())
            {
                all[rows.Integer(0)] = rows.Bytes(1).ToArray();
            }
        }

        _all = all;
    }

    /// <summary>Unpacks the values of a series in a segment; left as they are where it has none there.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="series">Number of the series.</param>
    /// <param name="values">Takes them, as many as the segment has samples; absent before.</param>
    public void Decode(Segment segment, int series, Span<long?> values)
    {
        long id = segment.Chunk(series);
        if (_all is not null)
        {
            if (_all.TryGetValue(id, out byte[]? packed))
            {
                SeriesCodec.Decode(packed, values);
            }

            return;
        }

        Statement chunk = _one ??= database.Prepare("SELECT data FROM chunk WHERE id = ?1");
        if (chunk.Bind(1, id).Step())
        {
            SeriesCodec.Decode(chunk.Bytes(0), values);
            chunk.Reset();
        }
    }

    /// <summary>
    /// The value that a series has in all samples of a segment; null where there is no such value, and where the packed
    /// values were not read into memory.
    /// </summary>
    /// <param name="segment">The segment.</param>
    /// <param name="series">Number of the series.</param>
    public long? ConstantOf(Segment segment, int series) =>
        _all is not null && _all.TryGetValue(segment.Chunk(series), out byte[]? packed)
            ? SeriesCodec.ConstantOf(packed)
            : null;

    /// <inheritdoc/>
    public void Dispose() => _one?.Dispose();
}
