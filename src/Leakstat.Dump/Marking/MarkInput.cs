namespace Leakstat.Dump.Marking;

/// <summary>A heap to mark.</summary>
public sealed record MarkInput
{
    /// <summary>The blocks.</summary>
    public required BlockTable Blocks { get; init; }

    /// <summary>The blocks that are allocated: only these can be reached, and lost.</summary>
    public required BlockBits Allocated { get; init; }

    /// <summary>
    /// Blocks that are read from the start without being allocated (free ones that stay constructed); null = none.
    /// </summary>
    public BlockBits? Sources { get; init; }

    /// <summary>
    /// Allocated blocks that are held by something that is no word of memory; reached from the start. Null = none.
    /// </summary>
    public BlockBits? Held { get; init; }

    /// <summary>Where marking starts.</summary>
    public required IReadOnlyList<MarkRoot> Roots { get; init; }

    /// <summary>The words.</summary>
    public required MarkMemory Memory { get; init; }

    /// <summary>
    /// What is added to a stored word to have the address of a block whose shape says
    /// <see cref="BlockShape.IsStoredAsOffset"/>; 0 = no such form.
    /// </summary>
    public ulong StoredOffset { get; init; }

    /// <summary>Threads, at most 8; 1 marks on the calling thread.</summary>
    public int Threads { get; init; } = 1;
}

/// <summary>What marking cost, and what it saw: the figures <c>::findleaks -v</c> prints.</summary>
public readonly record struct MarkCounts
{
    /// <summary>Words read.</summary>
    public long Words { get; init; }

    /// <summary>Words with a value in the range where blocks lie.</summary>
    public long Candidates { get; init; }

    /// <summary>Candidates that lie in a block.</summary>
    public long Hits { get; init; }

    /// <summary>Blocks reached.</summary>
    public long Reached { get; init; }

    /// <summary>Bytes read from roots.</summary>
    public long RootBytes { get; init; }

    /// <summary>Bytes read in all.</summary>
    public long Bytes => Words * 8;

    /// <summary>Bytes the engine held besides its input.</summary>
    public long ExtraBytes { get; init; }

    internal static MarkCounts Sum(MarkCounts a, MarkCounts b) => new()
    {
        Words = a.Words + b.Words,
        Candidates = a.Candidates + b.Candidates,
        Hits = a.Hits + b.Hits,
        Reached = a.Reached + b.Reached,
        RootBytes = a.RootBytes + b.RootBytes,
        ExtraBytes = a.ExtraBytes + b.ExtraBytes,
    };
}

/// <summary>What marking gave.</summary>
/// <param name="Reached">Blocks that are reached from the roots (allocated ones only).</param>
/// <param name="Lost">Allocated blocks that are not.</param>
/// <param name="Counts">Cost and evidence.</param>
public sealed record MarkResult(BlockBits Reached, BlockBits Lost, MarkCounts Counts);

/// <summary>How far marking is; read while it runs.</summary>
public sealed class MarkProgress
{
    private long _bytes;

    /// <summary>Bytes read so far.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    internal void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
