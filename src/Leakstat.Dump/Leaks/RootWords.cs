using System.Buffers.Binary;
using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Leaks;

/// <summary>Finds where in a root a reference stands: marking keeps only the values.</summary>
public static class RootWords
{
    /// <summary>Address of the first word of a root that refers to an address; null where there is none.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="input">Its heap.</param>
    /// <param name="root">Number of the root.</param>
    /// <param name="word">The address referred to.</param>
    public static ulong? Find(KernelDump dump, MarkInput input, int root, ulong word)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(input);
        if (root < 0 || root >= input.Roots.Count)
        {
            return null;
        }

        MarkRoot range = input.Roots[root];
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
                if ((value == word || (value == stored && input.StoredOffset != 0)) && IsRead(range, address))
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
