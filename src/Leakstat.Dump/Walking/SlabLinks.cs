using System.Buffers.Binary;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Walking;

/// <summary>
/// The word at one and the same place of every page of the dump, read in one go by all processors. Going along a list,
/// each step
/// must wait for memory before the next one is known; a keg that has much of the memory has its slabs' headers, and the
/// links in
/// them, at the same place of very many pages, and reading that place of all pages takes less time than waiting for
/// them one by one.
/// </summary>
internal sealed class SlabLinks
{
    private const int Chunk = 4096;

    // 256 GiB of pages of 4 KiB, for 512 MiB here: a sparse file may claim any number of pages.
    private const int MostPages = 1 << 26;

    // Stands for "not at hand"; a page where just this is written is read anew.
    private const ulong Unknown = 1;

    private readonly VirtualMemory _memory;
    private readonly int _offset;
    private readonly ulong[] _words;

    private SlabLinks(VirtualMemory memory, int offset)
    {
        _memory = memory;
        _offset = offset;
        _words = new ulong[memory.Physical.PageCount];
        Parallel.For(0, (_words.Length + Chunk - 1) / Chunk, Fill);
    }

    /// <summary>Whether a keg of so many slabs has enough of the dump's pages for this to pay.</summary>
    public static bool Pays(long slabs, VirtualMemory memory) =>
        memory.Physical.PageCount <= MostPages && slabs >= memory.Physical.PageCount / 8;

    /// <summary>
    /// Reads the place of all pages that an address has in its own; null where a word there would run over its page's
    /// end.
    /// </summary>
    public static SlabLinks? Read(VirtualMemory memory, ulong address)
    {
        int offset = (int)(address & ((ulong)memory.PageSize - 1));
        return offset <= memory.PageSize - 8 ? new SlabLinks(memory, offset) : null;
    }

    /// <summary>As <see cref="VirtualMemory.TryReadUInt64"/>.</summary>
    public bool TryReadUInt64(ulong address, out ulong value)
    {
        if ((int)(address & ((ulong)_memory.PageSize - 1)) == _offset
            && _memory.SlotOf(address) is >= 0 and int slot
            && slot < _words.Length)
        {
            value = _words[slot];
            if (value != Unknown)
            {
                return true;
            }
        }

        return _memory.TryReadUInt64(address, out value);
    }

    private void Fill(int chunk)
    {
        int end = Math.Min(_words.Length, (chunk + 1) * Chunk);
        for (int slot = chunk * Chunk; slot < end; slot++)
        {
            ReadOnlySpan<byte> page = _memory.Physical.Page(slot);
            _words[slot] = page.Length >= _offset + 8
                ? BinaryPrimitives.ReadUInt64LittleEndian(page[_offset..])
                : Unknown;
        }
    }
}
