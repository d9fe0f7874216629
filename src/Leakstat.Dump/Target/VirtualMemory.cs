using System.Buffers.Binary;
using System.Text;
using Leakstat.Dump.Containers;

namespace Leakstat.Dump.Target;

/// <summary>
/// The kernel's virtual memory as the dump has it. Reading never throws: what is not mapped, not in the dump or cut off
/// is
/// false, null or an empty span. Safe to use from several threads.
/// </summary>
public sealed class VirtualMemory(PhysicalMemory physical, AddressTranslation translation)
{
    private const int LargestField = 256;

    /// <summary>The pages.</summary>
    public PhysicalMemory Physical { get; } = physical;

    /// <summary>The page tables.</summary>
    public AddressTranslation Translation { get; } = translation;

    /// <summary>Bytes of a page.</summary>
    public int PageSize => Physical.PageSize;

    /// <summary>Slot of the page at a virtual address; −1 where it is not mapped or not in the dump.</summary>
    public int SlotOf(ulong address) =>
        Translation.TryTranslate(address, out ulong pa) ? Physical.SlotOf(pa) : -1;

    /// <summary>
    /// The bytes from an address to the end of its page, without copying; empty where there are none.
    /// </summary>
    public ReadOnlySpan<byte> ToPageEnd(ulong address)
    {
        if (!Translation.TryTranslate(address, out ulong pa))
        {
            return default;
        }

        ReadOnlySpan<byte> page = Physical.Page(Physical.SlotOf(pa));
        int offset = (int)(pa & (ulong)(PageSize - 1));
        return offset < page.Length ? page[offset..] : default;
    }

    /// <summary>
    /// Copies bytes that may lie on several pages; false where any of them is missing (what was read before stands in
    /// the buffer).
    /// </summary>
    public bool TryRead(ulong address, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            ReadOnlySpan<byte> part = ToPageEnd(address);
            if (part.IsEmpty)
            {
                return false;
            }

            int length = Math.Min(part.Length, buffer.Length);
            part[..length].CopyTo(buffer);
            buffer = buffer[length..];
            address += (ulong)length;
        }

        return true;
    }

    /// <summary>A 64-bit number.</summary>
    public bool TryReadUInt64(ulong address, out ulong value)
    {
        ReadOnlySpan<byte> part = ToPageEnd(address);
        if (part.Length >= 8)
        {
            value = BinaryPrimitives.ReadUInt64LittleEndian(part);
            return true;
        }

        Span<byte> bytes = stackalloc byte[8];
        bool done = TryRead(address, bytes);
        value = done ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return done;
    }

    /// <summary>A 32-bit number.</summary>
    public bool TryReadUInt32(ulong address, out uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        bool done = TryRead(address, bytes);
        value = done ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        return done;
    }

    /// <summary>A pointer or 64-bit number; null where it cannot be read.</summary>
    public ulong? UInt64(ulong address) => TryReadUInt64(address, out ulong value) ? value : null;

    /// <summary>A 32-bit number; null where it cannot be read.</summary>
    public uint? UInt32(ulong address) => TryReadUInt32(address, out uint value) ? value : null;

    /// <summary>
    /// The text in a field of a fixed size, as ASCII with everything else as <c>?</c>; empty where it cannot be read.
    /// </summary>
    /// <param name="address">Where the field begins.</param>
    /// <param name="size">Its size, bytes; 256 at most.</param>
    public string FixedText(ulong address, int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, LargestField);
        Span<byte> bytes = stackalloc byte[size];
        if (!TryRead(address, bytes))
        {
            return "";
        }

        int end = bytes.IndexOf((byte)0);
        return string.Concat(
            bytes[..(end < 0 ? size : end)].ToArray().Select(b => b is >= 0x20 and < 0x7f ? (char)b : '?'));
    }

    /// <summary>
    /// A string that ends with NUL, as ASCII with everything else as <c>?</c>; null where it cannot be read or is
    /// longer
    /// than <paramref name="limit"/>.
    /// </summary>
    public string? String(ulong address, int limit = 256)
    {
        if (address == 0)
        {
            return null;
        }

        var text = new StringBuilder();
        while (text.Length < limit)
        {
            ReadOnlySpan<byte> part = ToPageEnd(address);
            if (part.IsEmpty)
            {
                return null;
            }

            int end = part.IndexOf((byte)0);
            ReadOnlySpan<byte> shown = end < 0 ? part : part[..end];
            foreach (byte b in shown[..Math.Min(shown.Length, limit - text.Length)])
            {
                text.Append(b is >= 0x20 and < 0x7f or (byte)'\n' or (byte)'\t' ? (char)b : '?');
            }

            if (end >= 0)
            {
                return shown.Length <= limit ? text.ToString() : null;
            }

            address += (ulong)part.Length;
        }

        return null;
    }
}
