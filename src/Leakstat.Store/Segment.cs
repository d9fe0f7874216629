using Leakstat.Store.Packing;
using Leakstat.Store.Sqlite;

namespace Leakstat.Store;

/// <summary>How finely a segment tells the past.</summary>
internal enum Tier
{
    /// <summary>A sample is a capture.</summary>
    Captures,

    /// <summary>A sample is the last capture of an hour, with the least and greatest values of that hour.</summary>
    Hours,

    /// <summary>As <see cref="Hours"/>, of a day.</summary>
    Days,
}

/// <summary>Captures of one host that are stored together, series by series.</summary>
/// <param name="Id">Its number.</param>
/// <param name="First">Place of its first capture in the order of arrival.</param>
/// <param name="Samples">Number of samples.</param>
/// <param name="Tier">How fine they are.</param>
internal sealed record Segment(long Id, long First, int Samples, Tier Tier)
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
/// <param name="Tier">How fine its samples are.</param>
/// <param name="First">Place of its first capture in the order of arrival.</param>
/// <param name="Samples">Number of samples.</param>
/// <param name="Earliest">Earliest time in it, ticks.</param>
/// <param name="Latest">Latest time in it, ticks.</param>
/// <param name="Sources">Sources, packed.</param>
/// <param name="Marks">Marks, one after another.</param>
/// <param name="Chunks">Chunks by number of the series; series absent from it have none.</param>
internal sealed record SealedSegment(
    Tier Tier, long First, int Samples, long? Earliest, long? Latest, byte[] Sources, byte[] Marks,
    List<(int Series, byte[] Data)> Chunks)
{
    /// <summary>Turns rows of captures into chunks.</summary>
    public static SealedSegment Of(long first, IReadOnlyList<StoredRow> rows, SeriesNumbers series) =>
        Of(
            Tier.Captures,
            first,
            [.. rows.Select(r => r.Source)],
            [.. rows.SelectMany(r => r.Mark)],
            series,
            Columns(rows, series));

    /// <summary>Turns columns into chunks.</summary>
    /// <param name="tier">How fine the samples are.</param>
    /// <param name="first">Place of the first capture in the order of arrival.</param>
    /// <param name="sources">Source of each sample.</param>
    /// <param name="marks">Marks of the samples.</param>
    /// <param name="series">The series.</param>
    /// <param name="columns">Number and values of each series; each is used before the next is asked for.</param>
    public static SealedSegment Of(
        Tier tier, long first, List<string> sources, byte[] marks, SeriesNumbers series,
        IEnumerable<(int Number, long?[] Values)> columns)
    {
        List<(int, byte[])> chunks = [];
        int time = series.Find(StoredKind.TakenAt, "");
        (long? earliest, long? latest) = (null, null);
        foreach ((int number, long?[] values) in columns)
        {
            if (Array.Exists(values, v => v is not null))
            {
                chunks.Add((number, SeriesCodec.Encode(values)));
                (earliest, latest) = number == time ? (values.Min(), values.Max()) : (earliest, latest);
            }
        }

        return new SealedSegment(
            tier, first, sources.Count, earliest, latest, SourceNames.Encode(sources), marks, chunks);
    }

    /// <summary>Writes it, within a transaction.</summary>
    public void Write(Database database, long host)
    {
        long id = database.Number("SELECT coalesce(max(id), 0) + 1 FROM segment");
        using (Statement insert = database.Prepare(
            "INSERT INTO segment (id, host, tier, first, samples, earliest, latest, sources, marks) VALUES (?1, ?2, "
                + "?3, ?4, ?5, ?6, ?7, ?8, ?9)"))
        {
            insert.Bind(1, id).Bind(2, host).Bind(3, (long)Tier).Bind(4, First).Bind(5, Samples)
                .Bind(6, Earliest).Bind(7, Latest).Bind(8, Sources).Bind(9, Marks).Run();
        }

        using Statement chunk = database.Prepare("INSERT INTO chunk (id, data) VALUES (?1, ?2)");
        var place = new Segment(id, First, Samples, Tier);
        foreach ((int series, byte[] data) in Chunks)
        {
            chunk.Bind(1, place.Chunk(series)).Bind(2, data).Run();
        }
    }

    private static IEnumerable<(int Number, long?[] Values)> Columns(
        IReadOnlyList<StoredRow> rows, SeriesNumbers series)
    {
        long?[] column = new long?[rows.Count];
        for (int number = 0; number < series.Count; number++)
        {
            for (int i = 0; i < column.Length; i++)
            {
                column[i] = rows[i][number];
            }

            yield return (number, column);
        }
    }
}
