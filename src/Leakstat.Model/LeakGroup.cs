using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>What leaked blocks of a dump are blocks of.</summary>
public enum LeakKind
{
    /// <summary>Items of a UMA zone.</summary>
    Zone,

    /// <summary>Blocks of malloc(9) out of a bucket; they do not carry their type.</summary>
    Malloc,

    /// <summary>Allocations of whole pages, by malloc(9) or contigmalloc(9).</summary>
    Large,

    /// <summary>Wired pages without an object that no slab, page table, stack or other known user has.</summary>
    Page,

    /// <summary>Ranges of the kernel arena (<c>kmem_malloc(9)</c>) that no keg and no large allocation has.</summary>
    Range,
}

/// <summary>A malloc(9) type that leaked blocks may be of.</summary>
/// <param name="Type">Name of the type.</param>
/// <param name="Module">File that declares it; null where not known.</param>
/// <param name="Confidence">0–1.</param>
/// <param name="Why">The evidence; null where not said.</param>
public sealed record TypeCandidate(string Type, string? Module, double Confidence, string? Why);

/// <summary>Leaked blocks of one group that look alike.</summary>
/// <param name="Words">
/// What their first words are: <c>0</c>, a symbol, <c>→ keg</c>, <c>self</c>, <c>text</c>, <c>value</c>.
/// </param>
/// <param name="Count">Blocks.</param>
/// <param name="Example">Address of one; null where not said.</param>
/// <param name="Module">
/// File whose code or data they point to; null where they point to none, or to the kernel only.
/// </param>
/// <param name="Stack">
/// Functions that allocated them, the innermost first, by a DEBUG_REDZONE header; empty where there is none.
/// </param>
public sealed record ContentGroup(
    string Words, long Count, ulong? Example, string? Module, ImmutableArray<string> Stack);

/// <summary>So many indirect leaks of a group are kept by direct leaks of another one.</summary>
/// <param name="Kind">Kind of the other group.</param>
/// <param name="Name">Its name.</param>
/// <param name="Size">Bytes of one of its blocks; null where not said.</param>
/// <param name="Count">Indirect leaks.</param>
public sealed record LeakHolder(LeakKind Kind, string Name, long? Size, long Count);

/// <summary>How many of the blocks that were examined point into a module.</summary>
/// <param name="Module">File.</param>
/// <param name="Count">Blocks.</param>
public sealed record ModulePointers(string Module, long Count);

/// <summary>Why FreeBSD itself leaves such blocks without a pointer that can be followed.</summary>
/// <param name="Cause">Why.</param>
/// <param name="Source">Where that was seen.</param>
public sealed record KnownCause(string Cause, string Source);

/// <summary>How sure it is that blocks of a kernel that ran on while it was read are lost.</summary>
/// <param name="IsProved">Whether it was read often enough that none of them is expected to be held.</param>
/// <param name="Confidence">Probability that one of them is lost, 0–1.</param>
public sealed record LiveJudgement(bool IsProved, double Confidence);

/// <summary>
/// Leaked blocks of one zone, malloc(9) bucket or size: allocated, and no root of the kernel leads to them. A direct
/// leak is one that not even another leaked block points to (of a leaked ring one block counts as such); the others are
/// indirect leaks, which went with a direct one.
/// </summary>
public sealed record LeakGroup
{
    /// <summary>What they are blocks of.</summary>
    public required LeakKind Kind { get; init; }

    /// <summary>
    /// Zone, bucket (<c>malloc-256</c>), or the function that allocated (<c>malloc</c>, <c>contigmalloc</c>).
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Bytes of one block.</summary>
    public required long Size { get; init; }

    /// <summary>Blocks.</summary>
    public required long Count { get; init; }

    /// <summary>How many of them are direct leaks.</summary>
    public required long Direct { get; init; }

    /// <summary>
    /// How many direct leaks, of whatever group, they are or went with: each is a pointer that is missing. A list of a
    /// thousand blocks whose first one is lost lacks one pointer.
    /// </summary>
    public required long MissingPointers { get; init; }

    /// <summary>
    /// Allocated blocks of the same zone or bucket, or large allocations of the same size, these among them; null where
    /// not said.
    /// </summary>
    public long? Allocated { get; init; }

    /// <summary>
    /// Addresses, direct leaks first, each ascending; all in a dump that was searched just now, some in a report that
    /// was kept.
    /// </summary>
    public ImmutableArray<ulong> Addresses { get; init; } = [];

    /// <summary>Malloc types they may be of, likeliest first.</summary>
    public ImmutableArray<TypeCandidate> Candidates { get; init; } = [];

    /// <summary>What they look like, most frequent first.</summary>
    public ImmutableArray<ContentGroup> Contents { get; init; } = [];

    /// <summary>Other groups whose direct leaks they went with, most first.</summary>
    public ImmutableArray<LeakHolder> Holders { get; init; } = [];

    /// <summary>Modules that they point into (the kernel left out), most first.</summary>
    public ImmutableArray<ModulePointers> Modules { get; init; } = [];

    /// <summary>Blocks whose contents were examined.</summary>
    public long Examined { get; init; }

    /// <summary>Cause by the table of what is known; null where none is.</summary>
    public KnownCause? Cause { get; init; }

    /// <summary>What the search of a running kernel makes of it; null where the kernel stood still.</summary>
    public LiveJudgement? Live { get; init; }

    /// <summary>Line in the report that it was read from; 0 where it was found in a dump just now.</summary>
    public int Line { get; init; }

    /// <summary>Indirect leaks among them.</summary>
    public long Indirect => Count - Direct;

    /// <summary>Bytes of all.</summary>
    public long Bytes => Arithmetic.Multiply(Size, Count);
}

/// <summary>Kinds of leaks by the words that reports have for them.</summary>
public static class LeakKindName
{
    /// <summary>The word: <c>zone</c>, <c>malloc</c>, <c>large</c>, <c>page</c>, <c>kmem</c>.</summary>
    public static string InWords(this LeakKind kind) => kind switch
    {
        LeakKind.Zone => "zone",
        LeakKind.Malloc => "malloc",
        LeakKind.Page => "page",
        LeakKind.Range => "kmem",
        _ => "large",
    };

    /// <summary>The kind behind a word; null where it is none.</summary>
    public static LeakKind? Parse(string? word) => word switch
    {
        "zone" => LeakKind.Zone,
        "malloc" => LeakKind.Malloc,
        "large" => LeakKind.Large,
        "page" => LeakKind.Page,
        "kmem" => LeakKind.Range,
        _ => null,
    };
}
