using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Leakstat.Dump.Marking;

/// <summary>
/// One thread of a marking. Its queue holds spans, not blocks: a span waits until it is its turn, and all its blocks that were
/// marked meanwhile are read in one go, in the order they stand in memory. So the queue needs four bytes a span, however deep the
/// heap is, and memory is read in whole pages.
/// </summary>
internal sealed class MarkWorker(MarkState state, int workers)
{
    private const int ShareFrom = 64;
    private const long ReportBytes = 1 << 20;

    private readonly BlockTable _blocks = state.Input.Blocks;
    private readonly BlockScan _scan = new(state.Input);
    private readonly SpanQueue _queue = new();
    private readonly ulong[] _addresses = new ulong[(1 << 12) + 16];
    private readonly int[] _numbers = new int[(1 << 12) + 16];
    private long _candidates;
    private long _hits;
    private long _reached;
    private long _rootWords;
    private long _reported;

    public MarkCounts Counts => new()
    {
        Words = _scan.Words,
        Candidates = _candidates,
        Hits = _hits,
        Reached = _reached,
        RootBytes = _rootWords * 8,
        ExtraBytes = _queue.Bytes,
    };

    /// <summary>Queues a span that has been claimed.</summary>
    public void Queue(int span) => _queue.Add(span);

    /// <summary>Reads roots, then spans, until nothing is left anywhere.</summary>
    public void Run()
    {
        var sink = new Sink(this);
        while (state.TryRoot(out MarkRoot root))
        {
            _scan.Root(root, ref sink);
            Flush(ref sink);
            Share();
            Report();
        }

        _rootWords = _scan.Words;
        while (true)
        {
            while (_queue.TryTake(out int span))
            {
                if (state.Cancel.IsCancellationRequested)
                {
                    state.Abandon();
                    return;
                }

                state.Unqueue(span);
                ReadSpan(span, ref sink);
                Flush(ref sink);
                Share();
                Report();
            }

            if (!state.TryTake(workers, out int[] given))
            {
                return;
            }

            foreach (int span in given)
            {
                _queue.Add(span);
            }
        }
    }

    private void ReadSpan(int span, ref Sink sink)
    {
        SpanRow row = _blocks.Spans[span];
        BlockShape shape = _blocks.Shapes[row.Shape];
        var run = new SpanRun(_blocks.PageShift, row, shape, state.Input.Memory);
        int end = row.FirstBlock + shape.Count;
        for (int word = row.FirstBlock >> 6; word <= (end - 1) >> 6; word++)
        {
            ulong mask = ulong.MaxValue;
            if (word << 6 < row.FirstBlock)
            {
                mask <<= row.FirstBlock;
            }

            if (end - (word << 6) < 64)
            {
                mask &= (1UL << end) - 1;
            }

            ulong marked = Volatile.Read(ref state.Marked.Words[word]) & mask;
            ulong read = state.Read.Words[word];
            if ((marked & ~read) == 0)
            {
                continue;
            }

            // Another worker may have the same span by now: whoever sets the bit reads the block.
            ulong grey = marked & ~Interlocked.Or(ref state.Read.Words[word], marked);
            while (grey != 0)
            {
                int first = BitOperations.TrailingZeroCount(grey);
                int count = BitOperations.TrailingZeroCount(~(grey >> first));
                grey &= count == 64 ? 0 : ~(((1UL << count) - 1) << first);
                run.Read(_scan, (word << 6) + first, count, ref sink);
            }
        }
    }

    private void Flush(ref Sink sink)
    {
        sink.Take(_scan);
        _scan.Clear();
    }

    private void Share()
    {
        if (workers > 1 && _queue.Count >= ShareFrom && state.IsHungry)
        {
            state.Give(_queue.TakeHalf());
        }
    }

    private void Report()
    {
        long bytes = _scan.Words * 8;
        if (bytes - _reported >= ReportBytes)
        {
            state.Progress?.Add(bytes - _reported);
            _reported = bytes;
        }
    }

    /// <summary>
    /// From addresses to marks in three passes over the batch, each of whose memory accesses are independent of each other and
    /// fetched ahead by the pass before, so that many cache misses are under way at once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Mark(ReadOnlySpan<ulong> addresses, bool offsets)
    {
        _candidates += addresses.Length;
        ref ulong kept = ref MemoryMarshal.GetArrayDataReference(_addresses);
        ref int numbers = ref MemoryMarshal.GetArrayDataReference(_numbers);
        int spans = 0;
        foreach (ulong address in addresses)
        {
            int span = _blocks.SpanAt(address);
            Unsafe.Add(ref kept, spans) = address;
            Unsafe.Add(ref numbers, spans) = span;
            if (Sse.IsSupported)
            {
                // For fetching ahead it does not matter that an array may move.
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in _blocks.RowOf(Math.Max(span, 0)))));
            }

            spans += span >= 0 ? 1 : 0;
        }

        int blocks = 0;
        for (int i = 0; i < spans; i++)
        {
            int span = Unsafe.Add(ref numbers, i);
            int block = _blocks.BlockIn(span, Unsafe.Add(ref kept, i));
            if (offsets && !_blocks.IsStoredAsOffset(span))
            {
                block = -1;
            }

            // Places up to i have been read: block and span of a kept one take the place of an earlier one.
            Unsafe.Add(ref kept, blocks) = ((ulong)(uint)span << 32) | (uint)block;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref state.Marked.PlaceOf(Math.Max(block, 0))));
            }

            blocks += block >= 0 ? 1 : 0;
        }

        _hits += blocks;
        for (int i = 0; i < blocks; i++)
        {
            ulong both = Unsafe.Add(ref kept, i);
            int block = (int)(uint)both;
            if (!state.Marked.IsSet(block) && state.Marked.TrySetShared(block))
            {
                _reached++;
                int span = (int)(both >> 32);
                if (state.TryQueue(span))
                {
                    _queue.Add(span);
                }
            }
        }
    }

    private readonly struct Sink(MarkWorker worker) : ICandidateSink
    {
        public void Take(BlockScan scan)
        {
            if (scan.Plain.Length > 0)
            {
                worker.Mark(scan.Plain, offsets: false);
            }

            if (scan.Offsets.Length > 0)
            {
                worker.Mark(scan.Offsets, offsets: true);
            }
        }
    }
}
