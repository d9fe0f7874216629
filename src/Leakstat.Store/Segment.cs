using Leakstat.Store.Packing;

namespace Leakstat.Store;

/// <summary>Captures of one host that are stored together, series by series.</summary>
/// <param name="Id">Its number; 0 while it is not stored.</param>
/// <param name="First">Place of its first capture in the order of arrival.</param>
/// <param name="Samples">Number of captures.</param>
internal sealed record Segment(long Id, long First, int Samples)
{
    /// <summary>Captures of a full segment.</summary>
    public const int Full = 1024;

    /// <summary>Captures that are worth a segment when a load ends.</summary>
    public const int Worthwhile = 256;

    /// <summary>Bits of a chunk's id that hold the number of the series.</summary>
    public const int SeriesBits = 20;

    /// <summary>Id of the chunk of a series.</summary>
    public long Chunk(int series) => (Id << SeriesBits) | (long)series;
}

/// <summary>A segment that waits to be written.</summary>
/// <param name="First">Place of its first capture in the order of arrival.</param>
/// <param name="Samples">Number of captures.</param>
/// <param name="Earliest">Earliest time in it, ticks.</param>
/// <param name="Latest">Latest time in it, ticks.</param>
/// <param name="Sources">Sources, packed.</param>
/// <param name="Marks">Marks, one after another.</param>
/// <param name="Chunks">Chunks by number of the series; series absent from it have none.</param>
internal sealed record SealedSegment(
    long First, int Samples, long? Earliest, long? Latest, byte[] Sources, byte[] Marks, List<(int Series, byte[] Data)> Chunks)
{
    /// <summary>Turns rows into chunks.</summary>
    public static SealedSegment Of(long first, IReadOnlyList<StoredRow> rows, int series, int timeSeries)
    {
        List<(int, byte[])> chunks = [];
        long?[] column = new long?[rows.Count];
        long? earliest = null;
        long? latest = null;
        for (int number = 0; number < series; number++)
        {
            bool any = false;
            for (int i = 0; i < column.Length; i++)
            {
                column[i] = rows[i][number];
                any |= column[i] is not null;
            }

            if (any)
            {
                chunks.Add((number, SeriesCodec.Encode(column)));
                (earliest, latest) = number == timeSeries ? (column.Min(), column.Max()) : (earliest, latest);
            }
        }

        return new SealedSegment(
            first, rows.Count, earliest, latest, SourceNames.Encode(rows.Select(r => r.Source)), [.. rows.SelectMany(r => r.Mark)], chunks);
    }
}
