using System.Collections.Immutable;
using Google.Protobuf;
using Leakstat.Engines.Metrics;
using Snappier;

namespace Leakstat.Engines.Writing;

/// <summary>One request of remote write: what goes over the wire, and how many samples it holds.</summary>
/// <param name="Body">The message, compressed by Snappy (block format).</param>
/// <param name="Samples">Samples in it.</param>
public sealed record WriteBatch(ReadOnlyMemory<byte> Body, int Samples)
{
    /// <summary>Samples that a request holds at most: engines take some megabytes at once.</summary>
    public const int MostSamples = 10_000;

    /// <summary>Bytes that a body is unpacked to at most.</summary>
    private const int MostBytes = 64 << 20;

    /// <summary>A request with these series.</summary>
    public static WriteBatch Of(IReadOnlyCollection<TimeSeries> series) =>
        new(Snappy.CompressToArray(WriteRequest.Encode(series)), series.Sum(s => s.Times.Length));

    /// <summary>
    /// Series in requests of at most <see cref="MostSamples"/> each; a series with more is divided, its samples in time
    /// order.
    /// </summary>
    public static IEnumerable<WriteBatch> Divide(IEnumerable<TimeSeries> series)
    {
        List<TimeSeries> batch = [];
        int samples = 0;
        foreach (TimeSeries one in series)
        {
            for (int from = 0; from < one.Times.Length;)
            {
                int count = Math.Min(one.Times.Length - from, MostSamples - samples);
                batch.Add(count == one.Times.Length ? one : Part(one, from, count));
                from += count;
                samples += count;
                if (samples == MostSamples)
                {
                    yield return Of(batch);
                    batch.Clear();
                    samples = 0;
                }
            }
        }

        if (samples > 0)
        {
            yield return Of(batch);
        }
    }

    /// <summary>
    /// The same samples in two requests, the older ones in the first: engines refuse what is too old. Samples of one
    /// time are divided by their series. Null where there is one sample only, or the body is damaged.
    /// </summary>
    public (WriteBatch Older, WriteBatch Newer, bool IsByTime)? Halve()
    {
        if (Samples < 2 || Unpack() is not { IsEmpty: false } series)
        {
            return null;
        }

        long[] times = [.. series.SelectMany(s => s.Times).Order()];
        long middle = times[times.Length / 2];
        if (times[0] == times[^1])
        {
            int half = series.Length / 2;
            return half == 0 ? null : (Of(series[..half]), Of(series[half..]), false);
        }

        // The middle may be the first time of all: then that goes alone.
        middle = middle == times[0] ? times.First(t => t > middle) : middle;
        TimeSeries[] older = [.. series.Select(s => Part(s, 0, Below(s, middle))).Where(s => !s.Times.IsEmpty)];
        TimeSeries[] newer =
        [
            .. series.Select(s => Part(s, Below(s, middle), s.Times.Length - Below(s, middle)))
                .Where(s => !s.Times.IsEmpty),
        ];
        return (Of(older), Of(newer), true);
    }

    private ImmutableArray<TimeSeries>? Unpack()
    {
        try
        {
            return Snappy.GetUncompressedLength(Body.Span) is >= 0 and <= MostBytes
                ? WriteRequest.Decode(Snappy.DecompressToArray(Body.Span))
                : null;
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static int Below(TimeSeries series, long time)
    {
        int at = series.Times.BinarySearch(time);
        return at >= 0 ? at : ~at;
    }

    private static TimeSeries Part(TimeSeries series, int from, int count) => series with
    {
        Times = series.Times.Slice(from, count),
        Values = series.Values.Slice(from, count),
    };
}
