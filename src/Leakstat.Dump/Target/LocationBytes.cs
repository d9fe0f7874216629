using System.Buffers.Binary;
using Leakstat.Dump.Containers;

namespace Leakstat.Dump.Target;

/// <summary>Reads physical memory while the page tables are not known yet.</summary>
internal static class LocationBytes
{
    /// <summary>Whether these bytes stand at a physical address.</summary>
    public static bool Matches(PhysicalMemory physical, ulong address, ReadOnlySpan<byte> wanted)
    {
        while (wanted.Length > 0)
        {
            ReadOnlySpan<byte> page = physical.Page(physical.SlotOf(address));
            int offset = (int)(address & (ulong)(physical.PageSize - 1));
            if (page.Length <= offset)
            {
                return false;
            }

            ReadOnlySpan<byte> part = page[offset..];
            int length = Math.Min(part.Length, wanted.Length);
            if (!part[..length].SequenceEqual(wanted[..length]))
            {
                return false;
            }

            wanted = wanted[length..];
            address += (ulong)length;
        }

        return true;
    }

    /// <summary>A number at a physical address; 0 where it is not in the dump.</summary>
    public static ulong U64(PhysicalMemory physical, ulong address)
    {
        ReadOnlySpan<byte> page = physical.Page(physical.SlotOf(address));
        int offset = (int)(address & (ulong)(physical.PageSize - 1));
        return page.Length >= offset + 8 ? BinaryPrimitives.ReadUInt64LittleEndian(page[offset..]) : 0;
    }
}
