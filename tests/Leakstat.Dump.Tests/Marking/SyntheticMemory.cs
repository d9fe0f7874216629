using System.Runtime.InteropServices;
using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Tests.Marking;

/// <summary>Pages by address, made on first writing.</summary>
internal sealed class SyntheticMemory : MarkMemory
{
    private readonly Dictionary<ulong, ulong[]> _pages = [];

    public void Write(ulong address, ulong word)
    {
        if (!_pages.TryGetValue(address >> 12, out ulong[]? page))
        {
            _pages[address >> 12] = page = new ulong[512];
        }

        page[(address & 4095) >> 3] = word;
    }

    public ulong Read(ulong address) => _pages.TryGetValue(address >> 12, out ulong[]? page) ? page[(address & 4095) >> 3] : 0;

    /// <summary>Makes a page readable under a second address.</summary>
    public void Alias(ulong address, ulong page)
    {
        Write(page, Read(page));
        _pages[address >> 12] = _pages[page >> 12];
    }

    public override ReadOnlySpan<byte> ToPageEnd(ulong address) => _pages.TryGetValue(address >> 12, out ulong[]? page)
        ? MemoryMarshal.AsBytes(page.AsSpan())[(int)(address & 4095)..]
        : default;
}
