using Leakstat.Dump.Marking;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// Several readings of one running kernel, each marked by itself. A pointer that moves from memory not yet read to
/// memory already read is in none of it, and what it points to looks lost in that reading; to look lost in all of
/// them it must happen each time. So a block counts as lost when it was allocated in every reading, with the same
/// content, and reached in none; nor does one count that hangs on a block, in any reading, which another reading
/// reaches: what is deep in a tree is missed whenever one pointer on the way is.
/// </summary>
/// <remarks>
/// How often a reading misses a pointer is measured: blocks that nothing points to in one reading and that another
/// one reaches, allocated and unchanged in all. With d of N such blocks in a reading, and on each hanging as many as
/// are missed for one of them, N × ∏ (d + 1) / N × (missed / d) blocks are expected to look lost in all readings and
/// not to be. Not safe to use from several threads.
/// </remarks>
public sealed class LivePasses
{
    /// <summary>Passes that are read at least.</summary>
    public const int Least = 2;

    /// <summary>Blocks expected to be called lost in error, below which the readings are enough.</summary>
    public const double Enough = 1e-4;

    private const int Chunk = 4096;
    private const long Compared = 1 << 20;

    private readonly List<Pass> _passes = [];
    private readonly HashSet<ulong> _held = [];
    private HashSet<ulong> _candidates = [];

    /// <summary>Readings so far.</summary>
    public int Count => _passes.Count;

    /// <summary>How many of them are expected not to be.</summary>
    public double ExpectedErrors { get; private set; } = double.PositiveInfinity;

    /// <summary>Blocks that were candidates before the last reading, which reached them.</summary>
    public long Withdrawn { get; private set; }

    /// <summary>Whether a further reading would change nothing that matters.</summary>
    public bool IsSettled => Count >= Least && Withdrawn == 0 && ExpectedErrors < Enough;

    /// <summary>Takes a reading. The dump must stay open as long as this is used.</summary>
    public void Add(KernelDump dump, LeakOptions options)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(options);
        var heap = HeapBlocks.Make(dump);
        MarkInput input = heap.Input with { Threads = options.Threads };
        var progress = new MarkProgress();
        options.Started?.Invoke(progress, heap.ScanBytes);
        MarkResult marked = MarkEngine.Mark(input, progress);
        _passes.Add(new Pass(dump, heap, marked, LeakGraph.Build(input, marked.Lost)));
        Compare();
    }

    /// <summary>What is lost, as the last reading shows it.</summary>
    public LeakReport Report(LeakOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Pass last = _passes[^1];
        var lost = new BlockBits(last.Heap.Input.Blocks.BlockCount);
        foreach (int block in last.Marked.Lost.Set())
        {
            lost[block] = IsLostInAll(last, block);
        }

        LeakReport report = LeakSearch.Report(last.Dump, last.Heap, last.Marked.Counts, lost, options);
        return report with
        {
            Leaks = [.. report.Leaks.Select(Judged)],
            Known = [.. report.Known.Select(Judged)],
            Passes = Count,
            ExpectedErrors = ExpectedErrors,
            Notes = [.. report.Notes.Where(n => n != LeakSearch.OneMoment), .. Notes()],
        };
    }

    private IEnumerable<string> Notes()
    {
        yield return Count == 1
            ? LeakSearch.OneMoment
            : $"memory was read {Count} times while the kernel ran on; of what looks lost in all, "
                    + FormattableString.Invariant($"{ExpectedErrors:0.#####} blocks are expected not to be");
        if (Count >= Least && !IsSettled)
        {
            yield return "pointers moved too often for so few readings: what is lost is a suspicion, and more readings "
                + "(--passes) would tell";
        }
    }

    private LeakGroup Judged(LeakGroup group) => Count < Least ? group : group with
    {
        Live = new LiveJudgement(
            IsSettled, Math.Round(Math.Clamp(1 - (ExpectedErrors / group.Count), 0.01, 0.9999), 4)),
    };

    private void Compare()
    {
        Pass last = _passes[^1];
        HashSet<ulong> before = Count == 1 ? [] : _candidates;
        FindHeld();
        _candidates =
        [
            .. last.Marked.Lost.Set().Where(block => IsLostInAll(last, block)).Select(last.Heap.Input.Blocks.AddressOf),
        ];
        if (Count == 1)
        {
            return;
        }

        Withdrawn = before.Count(address => IsReachedUnchanged(last, address));
        long common = Math.Max(1, _passes.Min(pass => pass.Heap.Objects));
        double expected = common;
        long missed = 0;
        long direct = 0;
        foreach (Pass pass in _passes)
        {
            long top = 0;
            for (int place = 0; place < pass.Graph.Blocks.Count; place++)
            {
                if (IsMissed(pass, pass.Graph.Blocks[place]))
                {
                    missed++;
                    top += pass.Graph.IsDirect[place] ? 1 : 0;
                }
            }

            direct += top;
            expected *= Math.Min(1, (top + 1.0) / common);
        }

        ExpectedErrors = expected * Math.Max(1, (double)missed / Math.Max(1, direct));
    }

    /// <summary>
    /// Blocks that a reading does not reach and that hang on one which another reading reaches, or on one of
    /// themselves: in the end no reading has anything to add.
    /// </summary>
    private void FindHeld()
    {
        _held.Clear();
        int before;
        do
        {
            before = _held.Count;
            foreach (Pass pass in _passes)
            {
                var open = new Stack<int>();
                for (int place = 0; place < pass.Graph.Blocks.Count; place++)
                {
                    if (IsHeld(pass, pass.Graph.Blocks[place]))
                    {
                        open.Push(place);
                    }
                }

                while (open.TryPop(out int from))
                {
                    foreach (int to in pass.Graph.From(from))
                    {
                        if (_held.Add(pass.Heap.Input.Blocks.AddressOf(pass.Graph.Blocks[to])))
                        {
                            open.Push(to);
                        }
                    }
                }
            }
        }
        while (_held.Count > before);
    }

    private bool IsHeld(Pass of, int block) => _held.Contains(of.Heap.Input.Blocks.AddressOf(block))
        || _passes.Any(pass => pass != of && Place(pass, of, block) is >= 0 and int there && !pass.Marked.Lost[there]);

    /// <summary>Whether a reading reaches a block that was a candidate, as it was in the first one.</summary>
    private bool IsReachedUnchanged(Pass last, ulong address) =>
        _passes[0].Heap.Input.Blocks.Find(address) is >= 0 and int block
            && Find(last, _passes[0], block) is >= 0 and int there && !last.Marked.Lost[there];

    private bool IsLostInAll(Pass of, int block) =>
        !_held.Contains(of.Heap.Input.Blocks.AddressOf(block))
        && _passes.All(pass => pass == of || (Find(pass, of, block) is >= 0 and int there && pass.Marked.Lost[there]));

    /// <summary>Whether a block that a reading does not reach is there in all and reached in another one.</summary>
    private bool IsMissed(Pass of, int block)
    {
        bool isReached = false;
        foreach (Pass pass in _passes)
        {
            if (pass == of)
            {
                continue;
            }

            if (Find(pass, of, block) is not (>= 0 and int there))
            {
                return false;
            }

            isReached |= !pass.Marked.Lost[there];
        }

        return isReached;
    }

    /// <summary>
    /// The block in another reading: at the same place, allocated, of the same size, zone and content; −1 where it is
    /// not.
    /// </summary>
    private static int Find(Pass pass, Pass of, int block) =>
        Place(pass, of, block) is >= 0 and int there
            && IsSame(
                pass.Dump,
                of.Dump,
                of.Heap.Input.Blocks.AddressOf(block),
                Math.Min(of.Heap.SizeOf(block), Compared))
                ? there
                : -1;

    /// <summary>The same, whatever its content.</summary>
    private static int Place(Pass pass, Pass of, int block)
    {
        ulong address = of.Heap.Input.Blocks.AddressOf(block);
        int there = pass.Heap.Input.Blocks.Find(address);
        return there >= 0
            && pass.Heap.Input.Blocks.AddressOf(there) == address
            && pass.Heap.Input.Allocated[there]
            && pass.Heap.SizeOf(there) == of.Heap.SizeOf(block)
            && pass.Heap.KegOf(there)?.Address == of.Heap.KegOf(block)?.Address
                ? there
                : -1;
    }

    private static bool IsSame(KernelDump one, KernelDump other, ulong address, long length)
    {
        Span<byte> first = stackalloc byte[Chunk];
        Span<byte> second = stackalloc byte[Chunk];
        for (long at = 0; at < length; at += Chunk)
        {
            int part = (int)Math.Min(Chunk, length - at);
            if (!one.Memory.TryRead(address + (ulong)at, first[..part])
                || !other.Memory.TryRead(address + (ulong)at, second[..part])
                || !first[..part].SequenceEqual(second[..part]))
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Pass(KernelDump Dump, HeapBlocks Heap, MarkResult Marked, LeakGraph Graph);
}
