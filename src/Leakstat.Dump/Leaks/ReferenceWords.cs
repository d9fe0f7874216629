using System.Buffers.Binary;
using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Leaks;

/// <summary>Finds where in a root or block a reference stands: marking keeps only the values.</summary>
public static class ReferenceWords
{
    /// <summary>Address of a word of a root that refers to an address; null where there is none.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="input">Its heap.</param>
    /// <param name="root">Number of the root.</param>
    /// <param name="word">The address referred to.</param>
    /// <param name="skipped">How many such words of that root come before the one that is asked for.</param>
    public static ulong? InRoot(KernelDump dump, MarkInput input, int root, ulong word, int skipped = 0)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(input);
        return root < 0 || root >= input.Roots.Count ? null : Find(dump, input, input.Roots[root], word, skipped);
    }

    /// <summary>Address of a word of a block that refers to an address; null where there is none.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="input">Its heap.</param>
    /// <param name="block">The block.</param>
    /// <param name="word">The address referred to.</param>
    /// <param name="skipped">How many such words of that block come before the one that is asked for.</param>
    public static ulong? InBlock(KernelDump dump, MarkInput input, int block, ulong word, int skipped = 0)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(input);
        BlockShape shape = input.Blocks.ShapeOf(block);
        ulong first = input.Blocks.AddressOf(block);
        for (int copy = 0; copy < shape.Copies; copy++)
        {
            var range = new MarkRoot(first + ((ulong)copy * (ulong)shape.CopyStride), (ulong)shape.Size);
            if (Find(dump, input, range, word, skipped) is { } at)
            {
                return at;
            }
        }

        return null;
    }

    private static ulong? Find(KernelDump dump, MarkInput input, in MarkRoot range, ulong word, int skipped)
    {
        ulong end = range.Address + range.Length;
        ulong stored = unchecked(word - input.StoredOffset);
        for (ulong address = (range.Address + 7) & ~7UL; address < end;)
        {
            ReadOnlySpan<byte> page = dump.Memory.ToPageEnd(address);
            if (page.Length < 8)
            {
                ulong next = (address | ((ulong)dump.Memory.PageSize - 1)) + 1;
                if (next <= address)
                {
                    return null;
                }

                address = next;
                continue;
            }

            for (; page.Length >= 8 && address < end; page = page[8..], address += 8)
            {
                ulong value = BinaryPrimitives.ReadUInt64LittleEndian(page);
                if ((value == word || (value == stored && input.StoredOffset != 0))
                    && IsRead(range, address)
                    && skipped-- == 0)
                {
                    return address;
                }
            }
        }

        return null;
    }

    /// <summary>Whether marking reads the word; of a vm_page it reads one member only.</summary>
    private static bool IsRead(in MarkRoot root, ulong address) =>
        root.Step <= 0 || (address - root.Address) % (ulong)root.Step - (ulong)root.Offset < (ulong)root.Size;
}
