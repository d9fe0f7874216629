using Leakstat.History;

namespace Leakstat.Engines.Queries;

/// <summary>What is taken from an engine at most: one that answers without end, or lies, fills no memory.</summary>
public sealed record ReadBounds
{
    /// <summary>The bounds.</summary>
    public static ReadBounds Default { get; } = new();

    /// <summary>Bytes of a list of names.</summary>
    public int ListBytes { get; init; } = 64 << 20;

    /// <summary>Hosts.</summary>
    public int Hosts { get; init; } = 200_000;

    /// <summary>Bytes of all series of one host, unpacked.</summary>
    public long HostBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of one series.</summary>
    public int SeriesBytes { get; init; } = 64 << 20;

    /// <summary>Series of one host.</summary>
    public int Series { get; init; } = HistoryBuilder.MostSeries;

    /// <summary>
    /// Samples of one host over time. Of more, one is taken of each stretch of the range: a scrape every 15 seconds
    /// says a month of what a trend needs in hours.
    /// </summary>
    public int Samples { get; init; } = 10_000;

    /// <summary>Time that one answer takes to come.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(10);
}
