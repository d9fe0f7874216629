using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Leakstat.Serve.Health;

/// <summary>What the server counts of itself, for <c>/metrics</c>. Any thread may count.</summary>
internal sealed class ServerHealth(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, long> _refused = [];
    private long _accepted;
    private long _repeated;
    private long _bytes;
    private long _stored;
    private long _judged;
    private long _judgeTicks;
    private long _failedJudgements;
    private long _unreadable;

    /// <summary>When the server started, UTC.</summary>
    public DateTimeOffset Started { get; } = clock.GetUtcNow();

    /// <summary>Pushes in hand.</summary>
    public PushTraffic Pushes { get; } = new();

    /// <summary>Deliveries acknowledged that were new.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Deliveries acknowledged that were there already.</summary>
    public long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>Bytes of deliveries that were new.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Captures added to the store.</summary>
    public long Stored => Interlocked.Read(ref _stored);

    /// <summary>Deliveries that turned out to hold nothing readable.</summary>
    public long Unreadable => Interlocked.Read(ref _unreadable);

    /// <summary>Hosts judged, each time counted.</summary>
    public long Judged => Interlocked.Read(ref _judged);

    /// <summary>Judgements that failed.</summary>
    public long FailedJudgements => Interlocked.Read(ref _failedJudgements);

    /// <summary>Time that judging took.</summary>
    public TimeSpan JudgeTime => TimeSpan.FromTicks(Interlocked.Read(ref _judgeTicks));

    /// <summary>Requests refused, by reason.</summary>
    public ImmutableSortedDictionary<string, long> Refused => _refused.ToImmutableSortedDictionary();

    /// <summary>Counts a delivery that was acknowledged.</summary>
    public void Accept(bool isNew, long bytes)
    {
        Interlocked.Increment(ref isNew ? ref _accepted : ref _repeated);
        Interlocked.Add(ref _bytes, isNew ? bytes : 0);
    }

    /// <summary>Counts a request that was refused.</summary>
    /// <param name="reason">Why, in a word of this program.</param>
    public void Refuse(string reason) => _refused.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    /// <summary>Counts captures that were added to the store.</summary>
    public void Store(long captures) => Interlocked.Add(ref _stored, captures);

    /// <summary>Counts a delivery in which nothing could be read after all.</summary>
    public void MissRead() => Interlocked.Increment(ref _unreadable);

    /// <summary>Counts a judgement.</summary>
    public void Judge(TimeSpan took, bool failed)
    {
        Interlocked.Increment(ref _judged);
        Interlocked.Add(ref _judgeTicks, took.Ticks);
        Interlocked.Add(ref _failedJudgements, failed ? 1 : 0);
    }
}
