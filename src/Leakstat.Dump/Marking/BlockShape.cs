namespace Leakstat.Dump.Marking;

/// <summary>Which words of a block are references.</summary>
public enum ScanRule : byte
{
    /// <summary>All of them.</summary>
    All = 0,

    /// <summary>The first one only (the link of a UMA bucket, whose slots hold free items).</summary>
    FirstWord,

    /// <summary>None (data, headers of slabs).</summary>
    Nothing,

    /// <summary>Those that a <see cref="BlockReader"/> names after looking at the block.</summary>
    Reader,
}

/// <summary>What the blocks of a span have in common: size, spacing, and what of them is read.</summary>
public sealed record BlockShape
{
    /// <summary>Bytes from one block to the next. An address within them belongs to the block.</summary>
    public required long Stride { get; init; }

    /// <summary>Bytes of a block that are read; at most <see cref="Stride"/>.</summary>
    public required long Size { get; init; }

    /// <summary>Blocks of one span.</summary>
    public required int Count { get; init; }

    /// <summary>Which words are references.</summary>
    public ScanRule Rule { get; init; }

    /// <summary>Names the words to read; with <see cref="ScanRule.Reader"/> only.</summary>
    public BlockReader? Reader { get; init; }

    /// <summary>
    /// Copies of the whole span one after another (one per CPU); 1 for ordinary memory. All are read.
    /// </summary>
    public int Copies { get; init; } = 1;

    /// <summary>Bytes from one copy to the next.</summary>
    public long CopyStride { get; init; }

    /// <summary>
    /// Whether references may be stored with <see cref="MarkInput.StoredOffset"/> subtracted (the per-CPU items of
    /// amd64), besides
    /// plain ones.
    /// </summary>
    public bool IsStoredAsOffset { get; init; }

    /// <summary>Bytes of a span.</summary>
    public long Extent => Copies > 1 ? ((Copies - 1) * CopyStride) + (Stride * Count) : Stride * Count;
}

/// <summary>A run of words of a block that are references.</summary>
/// <param name="First">First word.</param>
/// <param name="Count">Words.</param>
/// <param name="Added">Added to each word before it is taken as an address (physical addresses: the base of the direct
/// map).</param>
public readonly record struct WordRun(int First, int Count, ulong Added = 0);

/// <summary>
/// Tells which words of a block are references from what stands in it: an mbuf without external storage has data there.
/// </summary>
public abstract class BlockReader
{
    /// <summary>The most runs one block may have.</summary>
    public const int MaxRuns = 16;

    /// <summary>
    /// The runs of a block. <paramref name="words"/> is the whole block; where it cannot be had at once (it crosses
    /// into a page
    /// that is missing) all its words are read instead. Must be safe to call from several threads.
    /// </summary>
    /// <returns>Runs written.</returns>
    public abstract int Read(ReadOnlySpan<ulong> words, Span<WordRun> runs);
}
