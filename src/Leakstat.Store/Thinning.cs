using Leakstat.Captures.Sources;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Store;

/// <summary>Hours and days of the time line.</summary>
internal static class Bucket
{
    /// <summary>Where the hour or day that holds a time begins, ticks.</summary>
    public static long Start(long time, Tier tier)
    {
        long length = tier == Tier.Hours ? TimeSpan.TicksPerHour : TimeSpan.TicksPerDay;
        return time >= 0 ? time - (time % length) : time;
    }
}

/// <summary>What becomes of segments that are thinned out.</summary>
/// <param name="New">The segments to be written in their place.</param>
/// <param name="Samples">Samples that were thinned out; 0 where nothing is to be done.</param>
/// <param name="Untimed">Marks of captures without a time among them.</param>
internal sealed record Thinned(List<SealedSegment> New, int Samples, byte[] Untimed);

/// <summary>
/// Turns segments into ones of the next tier: of each hour (or day) of a boot the last sample, and the extremes.
/// </summary>
internal sealed class Thinning
{
    private readonly HostRows _rows;
    private readonly SeriesNumbers _series;
    private readonly long[] _times;
    private readonly long[] _places;
    private readonly int[] _ranks;
    private readonly int[] _boots;
    private readonly bool[] _isFirstOfBoot;

    /// <summary>Takes the rows of a host, and its series, which may become more.</summary>
    public Thinning(HostRows rows, SeriesNumbers series)
    {
        _rows = rows;
        _series = series;
        CapturePosition[] positions = rows.Positions();
        DateTimeOffset[] ordered = CaptureOrder.Times(positions);
        _times = [.. rows.Column(StoredKind.TakenAt, "").Select((taken, i) => taken ?? ordered[i].UtcTicks)];
        _places = rows.Places();
        _ranks = new int[_times.Length];
        _boots = new int[_times.Length];
        _isFirstOfBoot = new bool[_times.Length];
        int[] order = CaptureOrder.Of(positions);
        var time = new SampleTimeLine();
        foreach (SampleFacts facts in rows.Facts(order))
        {
            int sample = time.Add(facts);
            _ranks[order[sample]] = sample;
            _boots[order[sample]] = time.Boot;
            _isFirstOfBoot[order[sample]] = sample > 0 && _boots[order[sample - 1]] != time.Boot;
        }
    }

    /// <summary>Thins out what is older than a time.</summary>
    /// <param name="fine">The segments, of one tier.</param>
    /// <param name="coarse">
    /// A segment of the next tier that is taken in, so that segments do not become many and small.
    /// </param>
    /// <param name="cutoff">The time, ticks.</param>
    public Thinned Of(IReadOnlyList<Segment> fine, Segment? coarse, long cutoff)
    {
        Tier tier = fine[0].Tier;
        int[] all = [.. fine.SelectMany(Samples)];
        int[] old = [.. all.Where(i => _times[i] < cutoff)];
        int[] young = [.. all.Where(i => _times[i] >= cutoff)];
        if (old.Length == 0)
        {
            return new Thinned([], 0, []);
        }

        Dictionary<int, byte[]> marks = [];
        foreach (Segment segment in fine)
        {
            byte[] held = _rows.Marks(segment);
            int start = Samples(segment).First();
            for (int at = 0; at < held.Length; at += StoredRow.MarkLength)
            {
                marks[start + (at / StoredRow.MarkLength)] = held[at..(at + StoredRow.MarkLength)];
            }
        }

        List<SealedSegment> made = [];
        foreach (int[] part in young.Chunk(Segment.Full))
        {
            made.Add(Make(tier, part, part, MarksOf(part), Columns(part)));
        }

        if (tier < Tier.Days)
        {
            Tier next = tier + 1;
            int[][] buckets =
            [
                .. old.Concat(coarse is null ? [] : Samples(coarse)).OrderBy(i => _ranks[i])
                    .GroupBy(i => (_boots[i], Bucket.Start(_times[i], next))).Select(g => g.ToArray()),
            ];
            foreach (int[][] part in buckets.Chunk(Segment.Full))
            {
                int[] last = [.. part.Select(b => b[^1])];
                made.Add(Make(next, last, [.. part.Select(b => b.Min())], [], Columns(part)));
            }
        }

        long?[] taken = _rows.Column(StoredKind.TakenAt, "");
        return new Thinned(
            made, old.Length, tier == Tier.Captures ? MarksOf([.. old.Where(i => taken[i] is null)]) : []);

        byte[] MarksOf(int[] samples) => [.. samples.SelectMany(i => marks.GetValueOrDefault(i, []))];
    }

    private SealedSegment Make(
        Tier tier, int[] samples, int[] places, byte[] marks, IEnumerable<(int, long?[])> columns) =>
        SealedSegment.Of(
            tier, places.Min(i => _places[i]), [.. samples.Select(i => _rows.Sources[i])], marks, _series, columns);

    private IEnumerable<int> Samples(Segment segment) => Enumerable.Range(
        _rows.Segments.TakeWhile(s => s.Id != segment.Id).Sum(s => s.Samples), segment.Samples);

    private IEnumerable<(int Number, long?[] Values)> Columns(int[] samples)
    {
        for (int number = 0; number < _series.Count; number++)
        {
            long?[] values = _rows.Column(number);
            yield return (number, Array.ConvertAll(samples, i => values[i]));
        }
    }

    private IEnumerable<(int Number, long?[] Values)> Columns(int[][] buckets)
    {
        int count = _series.Count;
        for (int number = 0; number < count; number++)
        {
            (string kind, string name, _) = _series[number];
            if (kind == StoredKind.Rebooted || kind.StartsWith(StoredKind.Below, StringComparison.Ordinal)
                || kind.StartsWith(StoredKind.Above, StringComparison.Ordinal))
            {
                continue;
            }

            long?[] values = _rows.Column(number);
            if (SeriesKindName.Parse(kind) is null)
            {
                // What places a capture is that of the last one of the bucket.
                yield return (number, Array.ConvertAll(buckets, b => values[b[^1]]));
                continue;
            }

            // What came and went within an hour is kept as it was last seen.
            yield return (number, Array.ConvertAll(buckets, b => Last(values, b)));
            foreach ((string prefix, int sign) in new[] { (StoredKind.Below, -1), (StoredKind.Above, 1) })
            {
                long?[] distances = Distances(values, _rows.Column(prefix + kind, name), sign, buckets);
                if (Array.Exists(distances, d => d is not (null or 0)))
                {
                    yield return (_series.Number(prefix + kind, name), distances);
                }
            }
        }

        long?[] rebooted = Array.ConvertAll(buckets, b => Array.Exists(b, i => _isFirstOfBoot[i]) ? 1 : (long?)null);
        if (Array.Exists(rebooted, r => r is not null))
        {
            yield return (_series.Number(StoredKind.Rebooted, ""), rebooted);
        }
    }

    /// <summary>How far the least (or greatest) value of each bucket lies from its last.</summary>
    private static long?[] Distances(long?[] values, long?[] before, int sign, int[][] buckets) =>
        Array.ConvertAll(buckets, bucket =>
        {
            if (Last(values, bucket) is not { } last)
            {
                return (long?)null;
            }

            long most = 0;
            foreach (int i in bucket)
            {
                if (values[i] is { } value)
                {
                    long extreme = unchecked(value + (sign * (before[i] ?? 0)));
                    most = Math.Max(most, unchecked(sign * (extreme - last)));
                }
            }

            return most;
        });

    private static long? Last(long?[] values, int[] bucket)
    {
        for (int i = bucket.Length - 1; i >= 0; i--)
        {
            if (values[bucket[i]] is { } value)
            {
                return value;
            }
        }

        return null;
    }
}
