using System.Runtime.InteropServices;
using Leakstat.Dump.Marking;

namespace Leakstat.MarkBench;

/// <summary>
/// A heap of pages of equal blocks (64 to 2,048 bytes) at direct-map addresses. Of all words a share points to a random place in a
/// random block; the others are small numbers, text, or zero.
/// </summary>
internal sealed unsafe class SyntheticHeap : MarkMemory, IDisposable
{
    public const ulong Base = 0xfffff80000000000;
    private static readonly int[] s_sizes = [64, 128, 128, 256, 256, 256, 512, 1024, 2048];

    private readonly byte* _memory;

    public SyntheticHeap(long bytes, double pointers, int seed)
    {
        Bytes = bytes;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        var builder = new BlockTableBuilder([new(Base, ulong.MaxValue)]);
        BlockShape[] shapes = [.. s_sizes.Select(s => new BlockShape { Stride = s, Size = s, Count = 4096 / s })];
        ulong state = (ulong)seed + 0x9e3779b97f4a7c15;
        long pages = bytes / 4096;
        Strides = new ushort[pages];
        for (long page = 0; page < pages; page++)
        {
            int shape = (int)(Next(ref state) % (ulong)shapes.Length);
            Strides[page] = (ushort)s_sizes[shape];
            builder.Add(Base + ((ulong)page * 4096), shapes[shape]);
        }

        Table = builder.Build();
        Fill(pointers, state);
    }

    public long Bytes { get; }

    public BlockTable Table { get; }

    public ushort[] Strides { get; }

    public override ReadOnlySpan<byte> ToPageEnd(ulong address)
    {
        ulong offset = address - Base;
        return offset < (ulong)Bytes ? new ReadOnlySpan<byte>(_memory + offset, 4096 - (int)(offset & 4095)) : default;
    }

    public ulong Word(long index) => ((ulong*)_memory)[index];

    public MarkInput Input(int threads)
    {
        var allocated = new BlockBits(Table.BlockCount);
        for (int i = 0; i < Table.BlockCount; i++)
        {
            allocated[i] = true;
        }

        // 4,096 pages from all over the heap start it.
        MarkRoot[] roots = [.. Enumerable.Range(0, 4096).Select(i => new MarkRoot(Base + ((ulong)(Bytes / 4096 / 4096 * i) * 4096), 4096))];
        return new MarkInput { Blocks = Table, Allocated = allocated, Roots = roots, Memory = this, Threads = threads };
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private void Fill(double pointers, ulong state)
    {
        ulong limit = (ulong)(pointers * uint.MaxValue);
        ulong* words = (ulong*)_memory;
        for (long i = 0; i < Bytes / 8; i++)
        {
            ulong random = Next(ref state);
            words[i] = (uint)random < limit
                ? Base + (ulong)((UInt128)Next(ref state) * (ulong)Bytes >> 64)
                : (random >> 60) switch { < 6 => 0, < 12 => random >> 40 & 0xffff, _ => random & 0x7f7f7f7f7f7f7f7f };
        }
    }

    private static ulong Next(ref ulong state)
    {
        state ^= state << 13;
        state ^= state >> 7;
        return state ^= state << 17;
    }
}
