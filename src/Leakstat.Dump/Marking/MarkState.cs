namespace Leakstat.Dump.Marking;

/// <summary>
/// What the workers of one marking share: the bits, which groups of blocks are to be read, and roots to take.
/// </summary>
internal sealed class MarkState
{
    private const long RootUnit = 64 << 10;

    private readonly Lock _lock = new();
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
        Marked = [.. Enumerable.Range(0, input.Threads).Select(_ => new BlockBits(count))];
        Read = new BlockBits(count);
        IsShared = input.Threads > 1;
        Grey = new GreyGroups(Read.Words.Length, IsShared);
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

    /// <summary>
    /// For each thread, the blocks it has reached, and all that are not allocated: these need no visit. Threads mark
    /// blocks all over
    /// the heap, and a word that two of them write goes to and fro between their caches with each mark.
    /// </summary>
    public BlockBits[] Marked { get; }

    /// <summary>Blocks that have been read or need not be.</summary>
    public BlockBits Read { get; }

    /// <summary>Groups of blocks of which some may be marked and not read: group i is word i of both.</summary>
    public GreyGroups Grey { get; }

    /// <summary>Whether several threads mark.</summary>
    public bool IsShared { get; }

    /// <summary>Whether the work is over, done or not.</summary>
    public bool IsDone => Volatile.Read(ref _done);

    public long Bytes => (Marked.Length * Read.Bytes) + Read.Bytes + Grey.Bytes;

    /// <summary>The blocks of a group that any thread has reached, and those that are not allocated.</summary>
    public ulong MarkedOf(int group)
    {
        ulong marked = 0;
        foreach (BlockBits bits in Marked)
        {
            marked |= Volatile.Read(ref bits.Words[group]);
        }

        return marked;
    }

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
        piece = whole with
        {
            Address = whole.Address + offset,
            Length = Math.Min((ulong)UnitOf(whole), whole.Length - offset),
        };
        return true;
    }

    /// <summary>Bytes of a root that are handed out at once: whole records.</summary>
    private static long UnitOf(in MarkRoot root) =>
        root.Step > 0 ? Math.Max(1, RootUnit / root.Step) * root.Step : RootUnit;

    /// <summary>
    /// Waits until there is something to read, after a worker has found nothing anywhere. False when all work is done:
    /// when all
    /// wait. A worker looks for groups everywhere after it marked the last block, so that the last one to wait leaves
    /// none behind.
    /// </summary>
    public bool WaitForMore(int workers)
    {
        lock (_lock)
        {
            _done |= ++_idle == workers;
        }

        // Where references hang in one long list there is work for one; the others must not take its processor away.
        var spin = default(SpinWait);
        while (!Volatile.Read(ref _done))
        {
            spin.SpinOnce();
            if (Grey.HasAny)
            {
                lock (_lock)
                {
                    _idle -= _done ? 0 : 1;
                    return !_done;
                }
            }
        }

        return false;
    }

    /// <summary>Ends the work of all, after a failure of one.</summary>
    public void Abandon() => Volatile.Write(ref _done, true);

    private void Prepare()
    {
        ulong[] allocated = Input.Allocated.Words;
        ulong[]? sources = Input.Sources?.Words;
        ulong[]? held = Input.Held?.Words;
        for (int i = 0; i < allocated.Length; i++)
        {
            // The bits beyond the last block stand for nothing and must not be taken for blocks to read.
            ulong exist = i < allocated.Length - 1 || Input.Blocks.BlockCount % 64 == 0
                ? ulong.MaxValue
                : (1UL << Input.Blocks.BlockCount) - 1;
            ulong marked = ~allocated[i] | (held?[i] ?? 0);
            foreach (BlockBits bits in Marked)
            {
                bits.Words[i] = marked;
            }

            Read.Words[i] = ~allocated[i] & ~((sources?[i] ?? 0) & exist);
            if ((marked & ~Read.Words[i]) != 0)
            {
                Grey.Add(i);
            }
        }
    }
}
