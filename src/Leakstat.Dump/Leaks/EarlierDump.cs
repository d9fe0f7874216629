namespace Leakstat.Dump.Leaks;

/// <summary>
/// An earlier dump of the same boot: what is lost now and was not there then was allocated, and lost, in between. A
/// lost block
/// cannot be written any more, so that one of the same place, size and content was there already.
/// </summary>
public sealed class EarlierDump
{
    /// <summary>Clocks of two dumps of one boot may differ by as much: they can be set while the host runs.</summary>
    private static readonly TimeSpan s_clock = TimeSpan.FromMinutes(5);

    private const int Compared = 4096;

    private readonly KernelDump _dump;
    private readonly HeapBlocks _heap;

    private EarlierDump(KernelDump dump, TimeSpan between)
    {
        _dump = dump;
        _heap = HeapBlocks.Make(dump);
        Between = between;
    }

    /// <summary>Path of the dump.</summary>
    public string Path => _dump.File.Path;

    /// <summary>From that dump to the later one.</summary>
    public TimeSpan Between { get; }

    /// <summary>Takes a dump as the earlier one; null and a reason where it is none of the same boot.</summary>
    public static EarlierDump? Of(KernelDump earlier, KernelDump later, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(later);
        problem = null;
        if (Clock(earlier) is not { } first || Clock(later) is not { } second)
        {
            problem = "its time of boot, or that of the other dump, cannot be read: nothing says that both are "
                + "of one boot";
        }
        else if (earlier.Identity.HostName != later.Identity.HostName
            || (first.Boot - second.Boot).Duration() > s_clock)
        {
            problem = "is of another host or boot: everything that is allocated in the other dump is younger";
        }
        else if (second.Now <= first.Now)
        {
            problem = "is not the older of the two";
        }
        else
        {
            return new EarlierDump(earlier, second.Now - first.Now);
        }

        return null;
    }

    /// <summary>Whether a block of the later dump was there, as it is.</summary>
    internal bool Had(KernelDump later, HeapBlocks heap, int block)
    {
        ulong address = heap.Input.Blocks.AddressOf(block);
        int place = _heap.Input.Blocks.Find(address);
        if (place < 0
            || _heap.Input.Blocks.AddressOf(place) != address
            || !_heap.Input.Allocated[place]
            || _heap.SizeOf(place) != heap.SizeOf(block))
        {
            return false;
        }

        int length = (int)Math.Min(heap.SizeOf(block), Compared);
        Span<byte> then = stackalloc byte[Compared];
        Span<byte> now = stackalloc byte[Compared];
        return _dump.Memory.TryRead(address, then[..length]) && later.Memory.TryRead(address, now[..length])
            && then[..length].SequenceEqual(now[..length]);
    }

    /// <summary>When the kernel was started, and its time, by its own clock.</summary>
    private static (DateTimeOffset Boot, DateTimeOffset Now)? Clock(KernelDump dump)
    {
        var counters = dump.Counters.DistinctBy(c => c.Name).ToDictionary(
            c => c.Name, c => c.Value, StringComparer.Ordinal);
        return counters.TryGetValue("time_second", out long now) && counters.TryGetValue("time_uptime", out long up)
            && now is > 0 and < 253_402_300_800 && up >= 0 && up < now
                ? (DateTimeOffset.FromUnixTimeSeconds(now - up), DateTimeOffset.FromUnixTimeSeconds(now))
                : null;
    }
}
