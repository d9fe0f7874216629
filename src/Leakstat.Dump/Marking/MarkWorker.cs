using System.Numerics;

namespace Leakstat.Dump.Marking;

/// <summary>
/// One thread of a marking. It has no queue: it goes through its part of the heap in the order of the blocks' numbers,
/// round and
/// round, and reads what was marked meanwhile, until there is nothing anywhere; then it helps in the others' parts. So
/// marks gather
/// before their page's turn comes, memory is read in the order it stands (as far as blocks were added in that order),
/// and the depth
/// of the heap costs nothing.
/// </summary>
internal sealed class MarkWorker
{
    private const long ReportBytes = 1 << 20;

    private readonly MarkState _state;
    private readonly int _workers;
    private readonly BlockTable _blocks;
    private readonly BlockScan _scan;
    private readonly CandidateMarker _marker;
    private readonly int _first;
    private readonly int _end;
    private long _rootWords;
    private long _reported;

    public MarkWorker(MarkState state, int number, int workers)
    {
        _state = state;
        _workers = workers;
        _blocks = state.Input.Blocks;
        _scan = new BlockScan(state.Input);
        _marker = new CandidateMarker(state, number);
        _first = (int)((long)state.Grey.WordCount * number / workers);
        _end = (int)((long)state.Grey.WordCount * (number + 1) / workers);
    }

    public MarkCounts Counts => new()
    {
        Words = _scan.Words,
        Candidates = _marker.Candidates,
        Hits = _marker.Hits,
        RootBytes = _rootWords * 8,
        ExtraBytes = BlockScan.Bytes + CandidateMarker.Bytes,
    };

    /// <summary>Reads roots, then blocks, until nothing is left anywhere.</summary>
    public void Run()
    {
        var sink = new MarkSink(_marker);
        while (_state.TryRoot(out MarkRoot root))
        {
            _scan.Root(root, ref sink);
            Report();
        }

        _rootWords = _scan.Words;
        do
        {
            while (Sweep(_first, _end, ref sink) || Help(ref sink))
            {
            }
        }
        while (_state.WaitForMore(_workers));
    }

    /// <summary>Reads what is to be read in a range, in one go through it; false where there was nothing.</summary>
    private bool Sweep(int from, int to, ref MarkSink sink)
    {
        bool any = false;
        while (_state.Grey.TryTake(from, to, out int word, out ulong groups))
        {
            any = true;
            from = word + 1;
            ReadGroups(word, groups, ref sink);
            if (_state.IsDone)
            {
                return false;
            }
        }

        // What is still in the batch may be all there is to go on with.
        if (_scan.HasAny)
        {
            any = true;
            sink.Take(_scan);
            _scan.Clear();
        }

        return any;
    }

    /// <summary>Reads a little of what another worker has not come to.</summary>
    private bool Help(ref MarkSink sink)
    {
        if (_state.IsDone || !_state.Grey.TryTake(0, _state.Grey.WordCount, out int word, out ulong groups))
        {
            return false;
        }

        ReadGroups(word, groups, ref sink);
        return true;
    }

    private void ReadGroups(int word, ulong groups, ref MarkSink sink)
    {
        for (; groups != 0; groups &= groups - 1)
        {
            ReadGroup((word << 6) + BitOperations.TrailingZeroCount(groups), ref sink);
        }

        Report();
        if (_state.Cancel.IsCancellationRequested)
        {
            _state.Abandon();
        }
    }

    private void ReadGroup(int group, ref MarkSink sink)
    {
        ulong grey = TakeGrey(group);
        if (grey == 0)
        {
            return;
        }

        int base0 = group << BlockTable.GroupBits;
        int span = _blocks.SpanOf(base0 + BitOperations.TrailingZeroCount(grey));
        while (true)
        {
            int end = _blocks.EndOf(span);
            ulong within = end - base0 >= 64 ? grey : grey & ((1UL << (end - base0)) - 1);
            ReadSpan(span, base0, within, ref sink);
            grey &= ~within;
            if (grey == 0)
            {
                return;
            }

            int next = base0 + BitOperations.TrailingZeroCount(grey);
            do
            {
                span++;
            }
            while (_blocks.EndOf(span) <= next);
        }
    }

    private ulong TakeGrey(int group)
    {
        ulong marked = _state.MarkedOf(group);
        ref ulong read = ref _state.Read.Words[group];
        if (!_state.IsShared)
        {
            ulong taken = marked & ~read;
            read |= marked;
            return taken;
        }

        // Another worker may have the same group by now: whoever sets the bit reads the block.
        return (marked & ~Volatile.Read(ref read)) == 0 ? 0 : marked & ~Interlocked.Or(ref read, marked);
    }

    private void ReadSpan(int span, int firstBlock, ulong blocks, ref MarkSink sink)
    {
        SpanRow row = _blocks.Spans[span];
        var run = new SpanRun(_blocks.PageShift, row, _blocks.Shapes[row.Shape], _state.Input.Memory);
        while (blocks != 0)
        {
            int first = BitOperations.TrailingZeroCount(blocks);
            int count = BitOperations.TrailingZeroCount(~(blocks >> first));
            blocks &= count == 64 ? 0 : ~(((1UL << count) - 1) << first);
            run.Read(_scan, firstBlock + first, count, ref sink);
        }
    }

    private void Report()
    {
        long bytes = _scan.Words * 8;
        if (bytes - _reported >= ReportBytes)
        {
            _state.Progress?.Add(bytes - _reported);
            _reported = bytes;
        }
    }
}
