namespace Leakstat.Dump.Unwinding;

/// <summary>One function of a backtrace.</summary>
/// <param name="Address">Address of the instruction that runs or is returned to.</param>
/// <param name="Symbol">What it lies in: <c>zfs.ko:arc_read+0x1c</c>; null where no symbol covers it.</param>
/// <param name="IsTrap">Whether the function was interrupted here by a trap or interrupt.</param>
public readonly record struct StackFrame(ulong Address, string? Symbol, bool IsTrap)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Symbol ?? $"0x{Address:x}"}{(IsTrap ? "   (trap here)" : "")}";
}

/// <summary>The thread that panicked, and where it was.</summary>
public sealed record PanicThread
{
    /// <summary>Thread id; null where the dump does not say.</summary>
    public int? ThreadId { get; init; }

    /// <summary>Name of the thread; null where its structure was not found.</summary>
    public string? Name { get; init; }

    /// <summary>Process id; null where its process was not found.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Name of the process; null where its process was not found.</summary>
    public string? Process { get; init; }

    /// <summary>Functions, the innermost first; empty where they cannot be told.</summary>
    public IReadOnlyList<StackFrame> Frames { get; init; } = [];

    /// <summary>Why there are no frames or no further ones; null where the stack was followed to its start.</summary>
    public string? Problem { get; init; }
}
