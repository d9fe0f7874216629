using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// What DEBUG_REDZONE puts around the data of a malloc(9) block (<c>redzone_setup</c> in <c>sys/vm/redzone.c</c>). The
/// data begins at
/// a power of two within the block; right in front of it stand the stack of the allocation (<c>struct stack</c>: depth,
/// 18 addresses),
/// the size asked for and 16 bytes 0x42, right behind it 16 bytes 0x42 again. What stands before the header is
/// nobody's.
/// </summary>
/// <param name="Data">Bytes from the block's start to its data.</param>
/// <param name="Length">Bytes asked for.</param>
internal readonly record struct RedzoneHeader(int Data, int Length)
{
    /// <summary>Bytes of a block that may hold its header.</summary>
    public const int Furthest = 4096;

    private const int MaxDepth = 18;
    private const int Guard = 16;
    private const int HeaderLength = 8 + (MaxDepth * 8) + 8 + Guard;
    private const ulong Filled = 0x4242_4242_4242_4242;

    /// <summary>The kernel's function that writes it; kernels without it have no such blocks.</summary>
    public const string Function = "redzone_setup";

    /// <summary>Finds the header of a block; null where it has none.</summary>
    /// <param name="words">The block from its start, or as much of it as there is.</param>
    /// <param name="size">Bytes of the block.</param>
    public static RedzoneHeader? Find(ReadOnlySpan<ulong> words, long size)
    {
        for (int data = 256; data <= Furthest && data / 8 <= words.Length; data *= 2)
        {
            int end = data / 8;
            if (words[end - 1] != Filled
                || words[end - 2] != Filled
                || words[end - 3] is var length && length > (ulong)size
                || DataFor(length) != data)
            {
                continue;
            }

            // An earlier header may be left in the block: the sum must be what this bucket is for, and the data end in
            // a guard.
            long sum = data + (long)length + Guard;
            if (sum <= size
                && sum > Math.Min(size / 2, size - Furthest)
                && EndsInGuard(words, data + (int)Math.Min(length, int.MaxValue / 2)))
            {
                return new RedzoneHeader(data, (int)Math.Min(length, int.MaxValue));
            }
        }

        return null;
    }

    /// <summary>The header of a block in a dump; null where it has none.</summary>
    public static RedzoneHeader? Find(KernelDump dump, ulong block, long size)
    {
        if (!dump.Symbols.TryFind(Function, out _))
        {
            return null;
        }

        ulong[] words = new ulong[Math.Min(size, Furthest * 2L) / 8];
        Span<byte> bytes = MemoryMarshal.AsBytes(words.AsSpan());
        int done = 0;
        while (done < bytes.Length && dump.Memory.ToPageEnd(block + (ulong)done) is { Length: > 0 } part)
        {
            int count = Math.Min(part.Length, bytes.Length - done);
            part[..count].CopyTo(bytes[done..]);
            done += count;
        }

        return Find(words.AsSpan(0, done / 8), size);
    }

    /// <summary>The stack of the allocation, innermost first; null where the block has no header.</summary>
    public static IReadOnlyList<string>? Stack(KernelDump dump, ulong block, long size)
    {
        Span<byte> bytes = stackalloc byte[HeaderLength];
        if (Find(dump, block, size) is not { } header
            || !dump.Memory.TryRead(block + (ulong)(header.Data - HeaderLength), bytes))
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

    /// <summary>Where the data of so many bytes begins: as <c>redzone_roundup</c> has it.</summary>
    private static int DataFor(ulong length) => Math.Max(length, HeaderLength) switch
    {
        <= 256 => 256,
        <= 512 => 512,
        <= 1024 => 1024,
        <= 2048 => 2048,
        _ => Furthest,
    };

    private static bool EndsInGuard(ReadOnlySpan<ulong> words, int end)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(words);
        return end > bytes.Length - Guard || !bytes.Slice(end, Guard).ContainsAnyExcept((byte)0x42);
    }
}

/// <summary>Reads the data of malloc(9) blocks of a DEBUG_REDZONE kernel, and nothing around it.</summary>
internal sealed class RedzoneReader(long size) : BlockReader
{
    public override int Read(ReadOnlySpan<ulong> words, Span<WordRun> runs)
    {
        runs[0] = RedzoneHeader.Find(words, size) is { } header
            ? new WordRun(header.Data / 8, (header.Length + 7) / 8)
            : new WordRun(0, words.Length);
        return 1;
    }
}
