namespace Leakstat.Dump.Marking;

/// <summary>
/// Where the engine reads words from. Reading never throws; what is not there is an empty span. Called by several
/// threads at once.
/// </summary>
public abstract class MarkMemory
{
    /// <summary>
    /// The bytes at an address, up to the end of its page at most, without copying: little-endian words. Empty where
    /// the memory
    /// is not at hand; shorter where it is cut off.
    /// </summary>
    public abstract ReadOnlySpan<byte> ToPageEnd(ulong address);
}

/// <summary>A stretch of memory to start from. Its words are references; it is no block itself.</summary>
/// <param name="Address">First byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Step">Bytes from one record to the next where only some words of each are references; 0 = all
/// words.</param>
/// <param name="Offset">With a step: bytes from a record's start to its references.</param>
/// <param name="Size">With a step: bytes of them.</param>
public readonly record struct MarkRoot(ulong Address, ulong Length, int Step = 0, int Offset = 0, int Size = 0);
