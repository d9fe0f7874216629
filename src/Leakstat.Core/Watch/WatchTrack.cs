using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Watch;

/// <summary>
/// One row over time. What was handed out stays as it was: samples are only ever added behind it, and a full array is
/// replaced by another one.
/// </summary>
internal sealed class WatchTrack(Subject subject)
{
    private const int Room = 4 * WatchSession.RecentSamples;

    private long?[] _samples = new long?[Room];
    private int _count;
    private WatchNumber _latest;
    private bool _isNew;
    private bool _isStart;
    private bool _isNewSinceMark;

    /// <summary>Value at the start of the watch, bytes.</summary>
    public long? Base { get; private set; }

    /// <summary>Value at the mark, bytes; null where there is no mark, or it had no number then.</summary>
    public long? Marked { get; private set; }

    /// <summary>Whether the sample being added has it.</summary>
    public bool IsCurrent { get; private set; }

    /// <summary>Begins a sample: what is not set until the next one lacks it.</summary>
    public void Begin()
    {
        IsCurrent = false;
        _isStart = false;
        if (_count == Room)
        {
            long?[] room = new long?[Room];
            _samples.AsSpan(Room - WatchSession.RecentSamples + 1).CopyTo(room);
            _samples = room;
            _count = WatchSession.RecentSamples - 1;
        }

        _samples[_count++] = null;
    }

    /// <summary>Sets the sample; of several of one name the sum counts, and none of their limits.</summary>
    /// <param name="number">The number.</param>
    /// <param name="isLate">Whether the table was there before without it, so that it began from nothing.</param>
    public void Set(in WatchNumber number, bool isLate)
    {
        _latest = IsCurrent
            ? number with
            {
                Bytes = Arithmetic.Add(_latest.Bytes, number.Bytes),
                Items = Sum(_latest.Items, number.Items),
                FreeBytes = Sum(_latest.FreeBytes, number.FreeBytes),
                Failures = Sum(_latest.Failures, number.Failures),
                Bound = null,
                At = _latest.At,
            }
            : number;
        _samples[_count - 1] = _latest.Bytes;
        if (Base is null)
        {
            _isNew = isLate;
            _isStart = true;
        }

        Base = !_isStart ? Base : _isNew ? 0 : _latest.Bytes;
        IsCurrent = true;
    }

    /// <summary>Marks this moment.</summary>
    public void Mark() => (Marked, _isNewSinceMark) = (IsCurrent ? _latest.Bytes : null, false);

    /// <summary>Notes that it was not there when the mark was set.</summary>
    public void MarkAbsent() => (Marked, _isNewSinceMark) = (0, true);

    /// <summary>Takes the mark away.</summary>
    public void ClearMark() => (Marked, _isNewSinceMark) = (null, false);

    /// <summary>The row at this moment.</summary>
    /// <param name="times">Times of the latest samples, the newest last.</param>
    /// <param name="isMarked">Whether changes count from the mark.</param>
    public WatchRow Row(ReadOnlySpan<DateTimeOffset?> times, bool isMarked)
    {
        int length = Math.Min(_count, WatchSession.RecentSamples);
        var recent = new ReadOnlyMemory<long?>(_samples, _count - length, length);
        long? from = isMarked ? Marked : Base;
        return new WatchRow
        {
            Subject = subject,
            Bytes = _latest.Bytes,
            Items = _latest.Items,
            FreeBytes = _latest.FreeBytes,
            Change = from is { } start ? Arithmetic.Subtract(_latest.Bytes, start) : null,
            IsNew = isMarked ? _isNewSinceMark : _isNew,
            BytesPerHour = Rate(recent.Span, times),
            Recent = recent,
            Bound = _latest.Bound,
            Failures = _latest.Failures,
            IsStale = !IsCurrent,
            At = _latest.At,
        };
    }

    /// <summary>Difference of the ends over the time between them; null where that is less than five seconds.</summary>
    private static double? Rate(ReadOnlySpan<long?> samples, ReadOnlySpan<DateTimeOffset?> times)
    {
        int first = 0;
        int last = samples.Length - 1;
        int shift = times.Length - samples.Length;
        while (first < last && (samples[first] is null || times[first + shift] is null))
        {
            first++;
        }

        while (last > first && (samples[last] is null || times[last + shift] is null))
        {
            last--;
        }

        if (first >= last || (times[last + shift] - times[first + shift]) is not { TotalSeconds: >= 5 } span)
        {
            return null;
        }

        return ((double)samples[last]! - (double)samples[first]!) / span.TotalHours;
    }

    private static long? Sum(long? a, long? b) => a is { } x && b is { } y ? Arithmetic.Add(x, y) : null;
}
