using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>
/// What a search for leaks in a crash dump gave: in the dump itself, or in a report of it that was kept.
/// </summary>
/// <param name="File">The dump, or the file of the report.</param>
/// <param name="Groups">Groups in the order of the report; those of a known cause are not among them.</param>
public sealed record LeakTable(SourceFile File, ImmutableArray<LeakGroup> Groups)
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

    /// <summary>Where a group stands: the line of the report, or the address of its first block in the dump.</summary>
    public SourceLine At(LeakGroup group) => group.Line > 0 ? new SourceLine(File, group.Line)
        : group.Addresses is [var first, ..] ? File.InDump($"block 0x{first:x16}", "whatis")
        : File.InDump($"{group.Kind.InWords()} {group.Name}", "leaks");

    /// <summary>The whole table.</summary>
    public SourceLine Whole => new(File, 0);
}
