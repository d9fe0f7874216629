namespace Leakstat.Dump.Marking;

/// <summary>What the workers of one marking share: the bits, which spans are queued, spans to give away, and roots to take.</summary>
internal sealed class MarkState
{
    private const long RootUnit = 64 << 10;

    private readonly byte[] _queued;
    private readonly Stack<int[]> _surplus = new();
    private readonly object _lock = new();
    private readonly long[] _rootUnits;
    private long _nextRoot;
    private int _idle;
    private bool _done;

    public MarkState(MarkInput input, MarkProgress? progress, CancellationToken cancel)
    {
        Input = input;
        Progress = progress;
        Cancel = cancel;
        int count = input.Blocks.BlockCount;
        Marked = new BlockBits(count);
        Read = new BlockBits(count);
        _queued = new byte[input.Blocks.SpanCount];
        Prepare();

        _rootUnits = new long[input.Roots.Count + 1];
        for (int i = 0; i < input.Roots.Count; i++)
        {
            long unit = UnitOf(input.Roots[i]);
            long units = (long)Math.Min((input.Roots[i].Length / (ulong)unit) + 1, 1UL << 40);
            _rootUnits[i + 1] = _rootUnits[i] + units;
        }
    }

    public MarkInput Input { get; }

    public MarkProgress? Progress { get; }

    public CancellationToken Cancel { get; }

    /// <summary>Reached blocks, and all that are not allocated: these need no visit.</summary>
    public BlockBits Marked { get; }

    /// <summary>Blocks that have been read or need not be.</summary>
    public BlockBits Read { get; }

    /// <summary>Whether some worker waits for something to do.</summary>
    public bool IsHungry => Volatile.Read(ref _idle) > 0;

    public long Bytes => Marked.Bytes + Read.Bytes + _queued.LongLength;

    /// <summary>Claims a span for the queue; false where it is queued already.</summary>
    public bool TryQueue(int span) =>
        Volatile.Read(ref _queued[span]) == 0 && Interlocked.Exchange(ref _queued[span], 1) == 0;

    /// <summary>
    /// Says that a span has left its queue and is about to be read. A full fence: a block marked before is seen by the reader, and
    /// one marked after queues the span anew.
    /// </summary>
    public void Unqueue(int span) => Interlocked.Exchange(ref _queued[span], 0);

    /// <summary>The next piece of a root; false when all are taken.</summary>
    public bool TryRoot(out MarkRoot piece)
    {
        long unit = Interlocked.Increment(ref _nextRoot) - 1;
        if (unit >= _rootUnits[^1] || Cancel.IsCancellationRequested)
        {
            piece = default;
            return false;
        }

        int root = Array.BinarySearch(_rootUnits, unit);
        root = root >= 0 ? root : ~root - 1;
        while (_rootUnits[root + 1] <= unit)
        {
            root++;
        }

        MarkRoot whole = Input.Roots[root];
        ulong offset = (ulong)(unit - _rootUnits[root]) * (ulong)UnitOf(whole);
        piece = whole with { Address = whole.Address + offset, Length = Math.Min((ulong)UnitOf(whole), whole.Length - offset) };
        return true;
    }

    /// <summary>Bytes of a root that are handed out at once: whole records.</summary>
    private static long UnitOf(in MarkRoot root) => root.Step > 0 ? Math.Max(1, RootUnit / root.Step) * root.Step : RootUnit;

    /// <summary>Gives spans to whoever waits.</summary>
    public void Give(int[] spans)
    {
        lock (_lock)
        {
            _surplus.Push(spans);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Spans that another worker gave away; waits for some. False when all work is done.</summary>
    public bool TryTake(int workers, out int[] spans)
    {
        lock (_lock)
        {
            _idle++;
            while (!_done && _surplus.Count == 0)
            {
                if (_idle == workers)
                {
                    _done = true;
                    Monitor.PulseAll(_lock);
                    break;
                }

                Monitor.Wait(_lock);
            }

            if (_surplus.TryPop(out spans!))
            {
                _idle--;
                return true;
            }

            spans = [];
            return false;
        }
    }

    /// <summary>Ends the work of all, after a failure of one.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _done = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Spans that hold blocks to read before any root: sources and held ones.</summary>
    public IEnumerable<int> FirstSpans()
    {
        if (Input.Sources is null && Input.Held is null)
        {
            yield break;
        }

        int[] ends = SpanEnds();
        int span = 0;
        ulong[] marked = Marked.Words;
        ulong[] read = Read.Words;
        for (int i = 0; i < marked.Length; i++)
        {
            for (ulong grey = marked[i] & ~read[i]; grey != 0; grey &= grey - 1)
            {
                int block = (i << 6) + System.Numerics.BitOperations.TrailingZeroCount(grey);
                while (ends[span] <= block)
                {
                    span++;
                }

                if (TryQueue(span))
                {
                    yield return span;
                }
            }
        }
    }

    private int[] SpanEnds()
    {
        ReadOnlySpan<SpanRow> spans = Input.Blocks.Spans;
        var ends = new int[spans.Length];
        for (int i = 0; i < ends.Length; i++)
        {
            ends[i] = i + 1 < ends.Length ? spans[i + 1].FirstBlock : Input.Blocks.BlockCount;
        }

        return ends;
    }

    private void Prepare()
    {
        ulong[] allocated = Input.Allocated.Words;
        ulong[]? sources = Input.Sources?.Words;
        ulong[]? held = Input.Held?.Words;
        for (int i = 0; i < allocated.Length; i++)
        {
            // The bits beyond the last block stand for nothing and must not be taken for blocks to read.
            ulong exist = i < allocated.Length - 1 || Input.Blocks.BlockCount % 64 == 0 ? ulong.MaxValue : (1UL << Input.Blocks.BlockCount) - 1;
            Marked.Words[i] = ~allocated[i] | (held?[i] ?? 0);
            Read.Words[i] = ~allocated[i] & ~((sources?[i] ?? 0) & exist);
        }
    }
}
