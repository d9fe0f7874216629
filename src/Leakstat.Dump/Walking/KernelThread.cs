namespace Leakstat.Dump.Walking;

/// <summary>A thread and its kernel stack (<c>struct thread</c>, <c>sys/sys/proc.h</c>).</summary>
public sealed record KernelThread
{
    /// <summary>Address of the structure.</summary>
    public required ulong Address { get; init; }

    /// <summary>Thread id.</summary>
    public required int Id { get; init; }

    /// <summary>Process id.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Name of the process.</summary>
    public required string Command { get; init; }

    /// <summary>Name of the thread; may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>Lowest address of the stack; 0 where it has none.</summary>
    public required ulong Stack { get; init; }

    /// <summary>Bytes of the stack.</summary>
    public required ulong StackSize { get; init; }

    /// <summary>
    /// Registers it was left with: the ones saved when it was switched out, or when its CPU was stopped; null where
    /// neither is
    /// known.
    /// </summary>
    public SavedRegisters? Registers { get; init; }

    /// <summary>What a person would call it: <c>pid 12 tid 100034 (intr: irq16)</c>.</summary>
    public string Title =>
        $"pid {ProcessId} tid {Id} ({Command}{(Name.Length > 0 && Name != Command ? ": " + Name : "")})";
}

/// <summary>Where a thread was.</summary>
/// <param name="StackPointer">Stack pointer.</param>
/// <param name="FramePointer">Frame pointer.</param>
/// <param name="InstructionPointer">Place in the code.</param>
public readonly record struct SavedRegisters(ulong StackPointer, ulong FramePointer, ulong InstructionPointer);
