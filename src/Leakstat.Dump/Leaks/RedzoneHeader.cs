using System.Buffers.Binary;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// The header that DEBUG_REDZONE puts in front of a malloc(9) block (<c>sys/vm/redzone.c</c>): the stack of the allocation
/// (<c>struct stack</c>: depth, 18 addresses), the size asked for, and 16 bytes 0x42.
/// </summary>
internal static class RedzoneHeader
{
    private const int MaxDepth = 18;
    private const int SizePlace = 8 + (MaxDepth * 8);
    private const int Length = SizePlace + 8 + 16;

    /// <summary>The stack, innermost first; null where the block has no such header.</summary>
    public static IReadOnlyList<string>? Stack(KernelDump dump, ulong block)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (!dump.Memory.TryRead(block, bytes) || bytes[(SizePlace + 8)..].ContainsAnyExcept((byte)0x42))
        {
            return null;
        }

        int depth = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (depth is < 1 or > MaxDepth)
        {
            return null;
        }

        var stack = new List<string>();
        for (int i = 0; i < depth; i++)
        {
            if (dump.Symbols.Describe(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 + (i * 8))..])) is not { } name)
            {
                return null;
            }

            stack.Add(name);
        }

        return stack;
    }
}
