using System.Buffers.Binary;
using Leakstat.Dump.Layouts;
using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>What is used of one <c>struct vm_page</c> (<c>sys/vm/vm_page.h</c>).</summary>
/// <param name="Physical">Physical address of the page.</param>
/// <param name="Slab">First word of <c>plinks</c>: slab, or the mark of a large allocation; a queue link where the page
/// is no slab's.</param>
/// <param name="Zone">Second word of <c>plinks</c>.</param>
/// <param name="Object">The object it belongs to; 0 = none.</param>
/// <param name="Index">Its index there, pages.</param>
/// <param name="References">Wirings and other references; the marks of the object's own reference and of blocked ones
/// are taken out.</param>
/// <param name="IsObjectReferenced">Whether an object holds a reference (13 and later).</param>
/// <param name="IsLeftOut">Whether the kernel leaves the page out of dumps (PG_NODUMP).</param>
internal readonly record struct PageState(
    ulong Physical, ulong Slab, ulong Zone, ulong Object, ulong Index, uint References, bool IsObjectReferenced,
    bool IsLeftOut)
{
    /// <summary>Whether nothing refers to the page: it is free, in the page allocator or in a cache of it.</summary>
    public bool IsFree => Object == 0 && References == 0 && !IsObjectReferenced;
}

/// <summary>Goes through <c>vm_page_array</c>: one structure for each managed page.</summary>
internal sealed class PageArray
{
    private readonly VirtualMemory _memory;
    private readonly Offsets _offsets;

    private PageArray(VirtualMemory memory, ulong address, long count, Offsets offsets)
    {
        _memory = memory;
        Address = address;
        Count = count;
        _offsets = offsets;
    }

    /// <summary>Address of the first structure.</summary>
    public ulong Address { get; }

    /// <summary>Structures.</summary>
    public long Count { get; }

    /// <summary>Bytes of the array.</summary>
    public ulong Bytes => (ulong)Count * (ulong)_offsets.Size;

    /// <summary>Finds the array; null with a note where it or the layout is not known.</summary>
    public static PageArray? Find(WalkContext context)
    {
        Offsets offsets = new(
            context.Types.Size("vm_page"),
            context.Types.Offset("vm_page", "plinks"),
            context.Types.Offset("vm_page", "object"),
            context.Types.Offset("vm_page", "pindex"),
            context.Types.Offset("vm_page", "phys_addr"),
            context.Types.Offset("vm_page", "ref_count"),
            context.Types.Offset("vm_page", "wire_count"),
            context.Types.Field("vm_page", "flags"));
        ulong array = context.Symbols.Address("vm_page_array");
        ulong size = context.Symbols.Address("vm_page_array_size");
        ulong address = array == 0 ? 0 : context.Memory.UInt64(array) ?? 0;
        ulong count = size == 0 ? 0 : context.Memory.UInt64(size) ?? 0;
        if (offsets.Size is < 48 or > 4096
            || offsets.Links < 0
            || offsets.Object < 0
            || offsets.Physical < 0
            || address == 0
            || count == 0)
        {
            context.Problems.Add(
                DiagnosticId.UnknownLayout,
                "vm_page_array",
                "cannot be found, or its layout is not known: large allocations are not listed");
            return null;
        }

        // The array must be in the dump to be of use, which bounds what a damaged count can claim.
        long bound = ((long)context.Memory.Physical.PageCount * context.Memory.PageSize / offsets.Size) + 1;
        if (count > (ulong)bound)
        {
            context.Problems.Add(
                DiagnosticId.DamagedDump,
                "vm_page_array",
                $"claims {count} pages, more than the dump has room for; {bound} are read");
        }

        return new PageArray(context.Memory, address, (long)Math.Min(count, (ulong)bound), offsets);
    }

    /// <summary>Every page whose structure is in the dump.</summary>
    public IEnumerable<PageState> Pages()
    {
        const int Chunk = 256;
        byte[] buffer = new byte[Chunk * _offsets.Size];
        for (long first = 0; first < Count; first += Chunk)
        {
            int number = (int)Math.Min(Chunk, Count - first);
            ulong at = Address + ((ulong)first * (ulong)_offsets.Size);
            bool whole = _memory.TryRead(at, buffer.AsSpan(0, number * _offsets.Size));
            for (int i = 0; i < number; i++)
            {
                // Where the chunk is not whole, each structure may still be.
                if (whole
                    || _memory.TryRead(
                        at + (ulong)(i * _offsets.Size), buffer.AsSpan(i * _offsets.Size, _offsets.Size)))
                {
                    yield return State(buffer.AsSpan(i * _offsets.Size, _offsets.Size));
                }
            }
        }
    }

    private PageState State(ReadOnlySpan<byte> page)
    {
        uint references = _offsets.References >= 0
            ? Read32(page, _offsets.References)
            : _offsets.Wired >= 0 ? Read32(page, _offsets.Wired) : 1;
        return new PageState(
            Read64(page, _offsets.Physical),
            Read64(page, _offsets.Links),
            Read64(page, _offsets.Links + 8),
            Read64(page, _offsets.Object),
            _offsets.Index < 0 ? 0 : Read64(page, _offsets.Index),
            references & 0x3fff_ffff,
            _offsets.References >= 0 && (references & 0x8000_0000) != 0,
            IsLeftOut(page));
    }

    /// <summary>
    /// PG_NODUMP is 0x80 where the flags take 16 bits (up to 12) and 0x10 where they take 8 (<c>sys/vm/vm_page.h</c>).
    /// </summary>
    private bool IsLeftOut(ReadOnlySpan<byte> page) =>
        _offsets.Flags is { } flags && flags.Offset + flags.Size <= page.Length
        && flags.Size switch
        {
            1 => (page[flags.Offset] & 0x10) != 0,
            2 => (page[flags.Offset] & 0x80) != 0,
            _ => false,
        };

    private static ulong Read64(ReadOnlySpan<byte> page, int offset) =>
        (uint)offset <= (uint)(page.Length - 8) ? BinaryPrimitives.ReadUInt64LittleEndian(page[offset..]) : 0;

    private static uint Read32(ReadOnlySpan<byte> page, int offset) =>
        (uint)offset <= (uint)(page.Length - 4) ? BinaryPrimitives.ReadUInt32LittleEndian(page[offset..]) : 0;

    private readonly record struct Offsets(
        int Size, int Links, int Object, int Index, int Physical, int References, int Wired, FieldLayout? Flags);
}
