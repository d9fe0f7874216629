using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>What lost blocks of a dump are blocks of.</summary>
public enum LostKind
{
    /// <summary>Items of a UMA zone.</summary>
    Zone,

    /// <summary>Blocks of malloc(9) out of a bucket; they do not carry their type.</summary>
    Malloc,

    /// <summary>Allocations of whole pages, by malloc(9) or contigmalloc(9).</summary>
    Large,
}

/// <summary>A malloc(9) type that lost blocks may be of.</summary>
/// <param name="Type">Name of the type.</param>
/// <param name="Module">File that declares it; null where not known.</param>
/// <param name="Confidence">0–1.</param>
/// <param name="Why">The evidence.</param>
public sealed record LostCandidate(string Type, string? Module, double Confidence, string? Why);

/// <summary>Lost blocks that look alike.</summary>
/// <param name="Words">What their first words are.</param>
/// <param name="Count">Blocks.</param>
/// <param name="Example">Address of one, as hex text; null where not said.</param>
/// <param name="Stack">
/// Functions that allocated them, the innermost first (DEBUG_REDZONE); empty where not known.
/// </param>
public sealed record LostLook(string Words, long Count, string? Example, ImmutableArray<string> Stack);

/// <summary>So many blocks of another kind or of a module.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Name">Name.</param>
/// <param name="Count">Blocks.</param>
public sealed record LostTie(LostKind Kind, string Name, long Count);

/// <summary>Blocks of one zone, bucket or size in a crash dump that nothing points to.</summary>
public sealed record LostGroup
{
    /// <summary>What they are blocks of.</summary>
    public required LostKind Kind { get; init; }

    /// <summary>
    /// Zone, bucket (<c>malloc-256</c>), or the function that allocated (<c>malloc</c>, <c>contigmalloc</c>).
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Bytes of one block.</summary>
    public required long Size { get; init; }

    /// <summary>Blocks.</summary>
    public required long Count { get; init; }

    /// <summary>Blocks that not even a lost block points to; of a lost ring one.</summary>
    public required long Heads { get; init; }

    /// <summary>Heads of any group that they are or hang on: pointers that are missing.</summary>
    public required long Losses { get; init; }

    /// <summary>Allocated blocks of the same zone, bucket or size, these among them; null where not said.</summary>
    public long? Allocated { get; init; }

    /// <summary>Some addresses, heads first, as hex text.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Malloc types they may be of, likeliest first.</summary>
    public ImmutableArray<LostCandidate> Candidates { get; init; } = [];

    /// <summary>What they look like, most frequent first.</summary>
    public ImmutableArray<LostLook> Looks { get; init; } = [];

    /// <summary>Groups whose heads they hang on, most first.</summary>
    public ImmutableArray<LostTie> HangsOn { get; init; } = [];

    /// <summary>Blocks whose contents were looked at.</summary>
    public long Examined { get; init; }

    /// <summary>Of these, how many point into a module, most first.</summary>
    public ImmutableArray<(string Module, long Count)> Modules { get; init; } = [];

    /// <summary>Line in the table's file.</summary>
    public required int Line { get; init; }

    /// <summary>Bytes of all.</summary>
    public long Bytes => Arithmetic.Multiply(Size, Count);
}

/// <summary>What a search for lost blocks in a crash dump gave (<c>leakstat dump VMCORE leaks --json</c>).</summary>
/// <param name="File">The file.</param>
/// <param name="Groups">Groups, in the order of the file; those of a known cause are not among them.</param>
public sealed record LostTable(SourceFile File, ImmutableArray<LostGroup> Groups)
{
    /// <summary>Allocated blocks that were searched; null where not said.</summary>
    public long? Objects { get; init; }

    /// <summary>Pages that were not in the dump and may have held pointers.</summary>
    public long MissingPages { get; init; }

    /// <summary>Whether all zones could be searched; true where nothing is said of it.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Whether the kernel went on running while the dump was written.</summary>
    public bool IsLive { get; init; }

    /// <summary>The dump's file; null where not said.</summary>
    public string? Dump { get; init; }

    /// <summary>The kernel's file; null where not said.</summary>
    public string? Kernel { get; init; }

    /// <summary>File and line of a group.</summary>
    public SourceLine At(LostGroup group) => new(File, group.Line);
}
