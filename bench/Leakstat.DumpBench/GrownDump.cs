using System.Buffers.Binary;
using System.Numerics;
using Leakstat.Dump;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Walking;
using Keg = Leakstat.Dump.Walking.Keg;
using Zone = Leakstat.Dump.Tests.Image.Zone;

namespace Leakstat.DumpBench;

/// <summary>
/// A minidump of any size: a small made image whose zone of 1,000-byte items gets further full slabs, each on a page of its own
/// above the image's memory, linked in shuffled order, as a long-running kernel's are. The new pages have no struct vm_page.
/// </summary>
internal static class GrownDump
{
    private const int Page = 4096;
    private const ulong NewMemory = 1UL << 33;

    /// <summary>Writes <c>vmcore.0</c>, <c>info.0</c> and the kernel into a folder.</summary>
    public static void Write(string folder, long bytes)
    {
        var heap = new Scenario();
        Zone zone = heap.Zone("grown", 1000);
        foreach (int _ in Enumerable.Range(0, 4))
        {
            heap.New(zone);
        }

        CrashedMachine crashed = heap.Crash();
        byte[] small = Minidump.Of(crashed);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "vmcore.0");
        File.WriteAllBytes(path, small);
        File.WriteAllText(Path.Combine(folder, "info.0"), crashed.Info(0, small.Length));
        string kernel = crashed.WriteKernel(Path.Combine(folder, "kernel"));
        Grow(path, kernel, small, (int)((bytes - small.Length) / Page));
    }

    private static void Grow(string path, string kernel, byte[] small, int pages)
    {
        using KernelDump dump = KernelDump.Open(path, new DumpOptions { KernelDirectory = kernel }, out DumpFault? fault)
            ?? throw new InvalidOperationException($"{fault}");
        KernelHeap heap = dump.Heap;
        Keg keg = heap.Kegs.Single(k => k.Name == "grown");
        int slab = heap.Slabs.FirstSlabOfKeg[keg.Index];

        // Offsets of uma_keg, uma_domain, uma_zone in 14.2: uk_domain 192, ud_full_slab 80, ud_pages 88, uz_allocs 144.
        long head = PlaceOf(dump, small, keg.Address + 192 + 80);
        ulong direct = dump.Memory.Translation.DirectMapStart;
        byte[] page = dump.Memory.Physical.Page(dump.Memory.SlotOf(heap.Slabs.Base[slab])).ToArray();
        int link = (int)(heap.Slabs.Header[slab] - heap.Slabs.Base[slab]);

        // A permutation without a table: odd steps visit every page of a power of two.
        uint mask = BitOperations.RoundUpToPowerOf2((uint)pages) - 1;
        var next = new ulong[pages];
        ulong behind = BinaryPrimitives.ReadUInt64LittleEndian(small.AsSpan((int)head));
        for (uint i = 0, at = 7; i <= mask; i++, at = (at + 0x9e3779b1) & mask)
        {
            if (at < pages)
            {
                next[at] = behind;
                behind = direct + NewMemory + ((ulong)at * Page) + (ulong)link;
            }
        }

        BinaryPrimitives.WriteUInt64LittleEndian(small.AsSpan((int)head), behind);
        AddTo(small, PlaceOf(dump, small, keg.Address + 192 + 88), 4, (ulong)pages);
        ulong counter = dump.Memory.UInt64(heap.Zones[keg.Zones[0]].Address + 144)!.Value + dump.Machine.PerCpuBase;
        AddTo(small, PlaceOf(dump, small, counter), 8, (ulong)pages * (ulong)keg.ItemsPerSlab);
        WriteGrown(path, small, page, link, next);
        File.Move(path + ".grown", path, overwrite: true);
    }

    /// <summary>Header, messages, dump_avail with one range more, bitmap with its bits, page tables and old pages, new pages.</summary>
    private static void WriteGrown(string path, byte[] small, byte[] page, int link, ulong[] next)
    {
        int messages = Round(U32(small, 28));
        int bitmap = (int)U32(small, 32);
        int avail = Round(U32(small, 64));
        int availAt = Page + messages;
        int ranges = 0;
        long bits = 0;
        while (BinaryPrimitives.ReadUInt64LittleEndian(small.AsSpan(availAt + (ranges * 16) + 8)) is not 0 and ulong end)
        {
            ulong start = BinaryPrimitives.ReadUInt64LittleEndian(small.AsSpan(availAt + (ranges * 16)));
            bits += (long)((end / Page) - (start / Page));
            ranges++;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(small.AsSpan(availAt + (ranges * 16)), NewMemory);
        BinaryPrimitives.WriteUInt64LittleEndian(small.AsSpan(availAt + (ranges * 16) + 8), NewMemory + ((ulong)next.Length * Page));
        byte[] grown = new byte[(bits + next.Length + 63) / 64 * 8];
        int bitmapAt = availAt + avail;
        small.AsSpan(bitmapAt, Math.Min(bitmap, grown.Length)).CopyTo(grown);
        for (long bit = bits; bit < bits + next.Length; bit++)
        {
            grown[bit / 8] |= (byte)(1 << (int)(bit % 8));
        }

        // The end of the direct map, behind its start.
        ulong direct = BinaryPrimitives.ReadUInt64LittleEndian(small.AsSpan(48));
        BinaryPrimitives.WriteUInt64LittleEndian(small.AsSpan(56), direct + NewMemory + ((ulong)next.Length * Page));
        BinaryPrimitives.WriteUInt32LittleEndian(small.AsSpan(32), (uint)grown.Length);
        using var file = new FileStream(path + ".grown", FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        file.Write(small, 0, bitmapAt);
        file.Write(grown);
        file.Write(new byte[Round((uint)grown.Length) - grown.Length]);
        file.Write(small.AsSpan(bitmapAt + Round((uint)bitmap)));
        foreach (ulong one in next)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(link), one);
            BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(link + 16), 0);
            page.AsSpan(link + 24, 8).Clear();
            file.Write(page);
        }

    }

    private static long PlaceOf(KernelDump dump, byte[] small, ulong address)
    {
        long data = Page + Round(U32(small, 28)) + Round(U32(small, 64)) + Round(U32(small, 32)) + Round(U32(small, 36));
        return data + ((long)dump.Memory.SlotOf(address) * Page) + (long)(address & (Page - 1));
    }

    private static void AddTo(byte[] bytes, long at, int size, ulong number)
    {
        Span<byte> place = bytes.AsSpan((int)at, size);
        if (size == 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(place, BinaryPrimitives.ReadUInt32LittleEndian(place) + (uint)number);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(place, BinaryPrimitives.ReadUInt64LittleEndian(place) + number);
        }
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static int Round(uint size) => (int)((size + Page - 1) / Page * Page);
}
