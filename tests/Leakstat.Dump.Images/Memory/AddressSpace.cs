using System.Buffers.Binary;
using System.Text;

namespace Leakstat.Dump.Tests.Image;

/// <summary>The kernel's addresses: the direct map and the kernel map.</summary>
public sealed class AddressSpace(PhysicalMemory memory, ulong kernelBase, ulong directBase, ulong directPhysical)
{
    private const ulong PageSize = PhysicalMemory.PageSize;
    private ulong _nextKernel = kernelBase;

    public PhysicalMemory Memory { get; } = memory;

    /// <summary>Start of the kernel map (<c>VM_MIN_KERNEL_ADDRESS</c>).</summary>
    public ulong MapStart { get; init; } = kernelBase;

    /// <summary>What was reserved in the kernel map: address and bytes.</summary>
    public List<(ulong Address, ulong Bytes)> Reserved { get; } = [];

    public ulong DirectBase { get; } = directBase;

    /// <summary>Physical address of the start of the direct map: 0 on amd64.</summary>
    public ulong DirectPhysical { get; } = directPhysical;

    public ulong DirectEnd => DirectBase + Memory.End - DirectPhysical;

    /// <summary>Addresses of pages that belong to no object, though they are mapped in the kernel map.</summary>
    public HashSet<ulong> WithoutObject { get; } = [];

    /// <summary>Addresses of pages of kernel stacks, which have an object of their own.</summary>
    public HashSet<ulong> Stacks { get; } = [];

    /// <summary>Pages of the kernel map, virtual to physical.</summary>
    public SortedDictionary<ulong, ulong> Pages { get; } = [];

    /// <summary>Large pages of 2 MiB.</summary>
    public SortedDictionary<ulong, ulong> LargePages { get; } = [];

    public ulong Direct(ulong physical) => DirectBase + physical - DirectPhysical;

    /// <summary>Addresses of the kernel map that nothing has used, with an unmapped page behind them.</summary>
    public ulong ReserveKernel(int pages, ulong alignment = PageSize)
    {
        ulong start = (_nextKernel + alignment - 1) / alignment * alignment;
        _nextKernel = start + ((ulong)(pages + 1) * PageSize);
        Reserved.Add((start, (ulong)pages * PageSize));
        return start;
    }

    public void Map(ulong address, ulong physical) => Pages[address] = physical;

    public void MapLarge(ulong address, ulong physical) => LargePages[address] = physical;

    /// <summary>Kernel memory of whole pages that need not lie together.</summary>
    public ulong AllocateKernel(int pages, PageUse use = PageUse.Kernel, bool withObject = true, bool stack = false)
    {
        ulong address = ReserveKernel(pages);
        for (int i = 0; i < pages; i++)
        {
            ulong page = address + ((ulong)i * PageSize);
            Map(page, Memory.AllocatePage(use));
            if (stack)
            {
                Stacks.Add(page);
            }
            else if (!withObject)
            {
                WithoutObject.Add(page);
            }
        }

        return address;
    }

    public ulong Physical(ulong address)
    {
        if (address >= DirectBase && address < DirectEnd)
        {
            return address - DirectBase + DirectPhysical;
        }

        if (Pages.TryGetValue(address & ~(PageSize - 1), out ulong page))
        {
            return page + (address % PageSize);
        }

        return LargePages.TryGetValue(address & ~0x1fffffUL, out ulong large)
            ? large + (address & 0x1fffff)
            : throw new InvalidOperationException($"0x{address:x} is not mapped");
    }

    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            ulong physical = Physical(address);
            int at = (int)(physical % PageSize);
            int length = Math.Min(bytes.Length, (int)PageSize - at);
            bytes[..length].CopyTo(Memory.Writable(physical - (ulong)at)[at..]);
            bytes = bytes[length..];
            address += (ulong)length;
        }
    }

    public byte[] Read(ulong address, int length)
    {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length;)
        {
            ulong physical = Physical(address + (ulong)done);
            int at = (int)(physical % PageSize);
            int part = Math.Min(length - done, (int)PageSize - at);
            Memory.Page(physical - (ulong)at).Slice(at, part).CopyTo(bytes.AsSpan(done));
            done += part;
        }

        return bytes;
    }

    public void Write(ulong address, ulong value, int size = 8)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Write(address, bytes[..size]);
    }

    public ulong Read64(ulong address) => BinaryPrimitives.ReadUInt64LittleEndian(Read(address, 8));

    /// <summary>A LIST: the head points to the first, each to the next and back to the pointer that points to it.</summary>
    public void Link(IReadOnlyList<ulong> elements, ulong head, int linkOffset)
    {
        ulong from = head;
        Write(head, 0);
        foreach (ulong element in elements)
        {
            ulong link = element + (ulong)linkOffset;
            Write(from, element);
            Write(link, 0);
            Write(link + 8, from);
            from = link;
        }
    }

    public void WriteText(ulong address, string text) => Write(address, Encoding.UTF8.GetBytes(text + "\0"));
}

/// <summary>A structure at an address.</summary>
public readonly struct StructAt(AddressSpace space, StructLayout layout, ulong address)
{
    public ulong Address => address;

    public ulong this[string member]
    {
        get
        {
            byte[] bytes = new byte[8];
            space.Read(address + (ulong)layout[member].Offset, Math.Min(8, layout[member].Size)).CopyTo(bytes, 0);
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }

        set => space.Write(address + (ulong)layout[member].Offset, value, Math.Min(8, layout[member].Size));
    }

    public void Set(string member, ulong value) => space.Write(address + (ulong)layout[member].Offset, value, Math.Min(8, layout[member].Size));

    public ulong Of(string member) => address + (ulong)layout[member].Offset;

    public bool Has(string member) => layout.Has(member);
}
