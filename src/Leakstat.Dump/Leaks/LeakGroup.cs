namespace Leakstat.Dump.Leaks;

/// <summary>A malloc(9) type that lost blocks may be of, with the evidence.</summary>
/// <param name="Type">Name of the type.</param>
/// <param name="Module">File that declares it; null where not known.</param>
/// <param name="Confidence">0–1.</param>
/// <param name="Why">The evidence.</param>
public readonly record struct TypeCandidate(string Type, string? Module, double Confidence, string Why);

/// <summary>Lost blocks of one group that look alike.</summary>
/// <param name="Content">What their first words are: <c>0</c>, a symbol, <c>→ keg</c>, <c>self</c>, <c>text</c>, <c>value</c>.</param>
/// <param name="Count">Blocks.</param>
/// <param name="Example">Address of one.</param>
/// <param name="Module">File whose code or data they point to; null where they point to none, or to the kernel only.</param>
/// <param name="Stack">Where they were allocated, innermost first, by a DEBUG_REDZONE header; null where there is none.</param>
public sealed record ContentGroup(string Content, int Count, ulong Example, string? Module, IReadOnlyList<string>? Stack);

/// <summary>Blocks of another group whose heads blocks of a group hang on.</summary>
/// <param name="Kind">As in <see cref="LeakGroup.Kind"/>.</param>
/// <param name="Name">As in <see cref="LeakGroup.Name"/>.</param>
/// <param name="Size">Bytes of one block of that group.</param>
/// <param name="Count">Blocks, of the group that hangs there.</param>
public readonly record struct HangingBlocks(string Kind, string Name, long Size, int Count);

/// <summary>How many of the blocks that were looked at point into a module.</summary>
/// <param name="Module">File.</param>
/// <param name="Count">Blocks.</param>
public readonly record struct ModulePointers(string Module, int Count);

/// <summary>Lost blocks of one zone, malloc(9) bucket or size.</summary>
public sealed record LeakGroup
{
    /// <summary><c>zone</c>, <c>malloc</c> (a bucket of malloc(9)) or <c>large</c> (an allocation without a zone).</summary>
    public required string Kind { get; init; }

    /// <summary>Zone, bucket (<c>malloc-256</c>), or the function that allocated (<c>malloc</c>, <c>contigmalloc</c>).</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of one block.</summary>
    public required long Size { get; init; }

    /// <summary>Addresses: heads first, each ascending.</summary>
    public required IReadOnlyList<ulong> Addresses { get; init; }

    /// <summary>How many of them are heads: nothing at all points to them; of a lost cycle one.</summary>
    public required int Heads { get; init; }

    /// <summary>
    /// How many heads, of whatever group, they are or hang on: each is a pointer that is missing. A list of a thousand blocks whose
    /// head is lost is one loss.
    /// </summary>
    public required int Losses { get; init; }

    /// <summary>Allocated blocks of the same zone or bucket, or large allocations of the same size; these among them.</summary>
    public required long Allocated { get; init; }

    /// <summary>Heads of which other groups they hang on, most first.</summary>
    public IReadOnlyList<HangingBlocks> HangsOn { get; init; } = [];

    /// <summary>Modules that they point into (the kernel left out), most first.</summary>
    public IReadOnlyList<ModulePointers> Modules { get; init; } = [];

    /// <summary>Blocks whose contents were looked at.</summary>
    public int LookedAt { get; init; }

    /// <summary>Malloc types they may be of, likeliest first.</summary>
    public IReadOnlyList<TypeCandidate> Candidates { get; init; } = [];

    /// <summary>What they look like, most frequent first.</summary>
    public IReadOnlyList<ContentGroup> Contents { get; init; } = [];

    /// <summary>Cause by the table of what is known; null where none is.</summary>
    public KnownCause? Cause { get; init; }

    /// <summary>Blocks.</summary>
    public int Count => Addresses.Count;

    /// <summary>Bytes of all.</summary>
    public long Bytes => Size * Count;
}
