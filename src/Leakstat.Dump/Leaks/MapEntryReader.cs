using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// Which words of an entry of the kernel's own map are references (<c>sys/vm/vm_map.h</c>): all but its bounds. An
/// entry begins where
/// an arena imported address space, which is where the first allocation from it stands.
/// </summary>
internal sealed class MapEntryReader : BlockReader
{
    private readonly int _first;
    private readonly int _after;
    private readonly int _words;

    private MapEntryReader(int first, int after, int words)
    {
        _first = first;
        _after = after;
        _words = words;
    }

    /// <summary>
    /// A reader for this kernel; null where the entry's layout is not known, and it is to be read whole.
    /// </summary>
    public static MapEntryReader? For(KernelDump dump, int itemSize)
    {
        int start = dump.Types.Offset("vm_map_entry", "start");
        int end = dump.Types.Offset("vm_map_entry", "end");
        int next = dump.Types.Offset("vm_map_entry", "next_read");
        return start >= 0 && start % 8 == 0 && end == start + 8 && next == end + 8 && next + 8 <= itemSize
            ? new MapEntryReader(start / 8, (next / 8) + 1, itemSize / 8)
            : null;
    }

    public override int Read(ReadOnlySpan<ulong> words, Span<WordRun> runs)
    {
        runs[0] = new WordRun(0, _first);
        runs[1] = new WordRun(_after, _words - _after);
        return 2;
    }
}
