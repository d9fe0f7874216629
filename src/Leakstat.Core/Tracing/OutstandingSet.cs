using System.Numerics;

namespace Leakstat.Tracing;

/// <summary>
/// Pairs allocations and releases by address. Events come processor by processor, so they need not be in order of time:
/// an address is outstanding when the latest event on it, by its time stamp, is an allocation. That makes the result
/// the same in whatever order events are added; of events with one time the last added counts.
/// </summary>
/// <remarks>
/// Releases are remembered too, because an earlier allocation may still come; they are forgotten once events have moved
/// on by <see cref="LateBy"/>. 32 bytes per address.
/// </remarks>
public sealed class OutstandingSet
{
    /// <summary>
    /// Nanoseconds by which an event may come late (a processor's buffer is read once per switch interval).
    /// </summary>
    public const long LateBy = 30_000_000_000;

    private const int Released = -1;
    private const int SmallestTable = 1 << 10;

    private readonly int _most;
    private Entry[] _table = new Entry[SmallestTable];
    private int _used;
    private long _latest = long.MinValue;

    /// <summary>An empty set that keeps at most so many addresses.</summary>
    public OutstandingSet(int most = 8 << 20) => _most = most;

    /// <summary>Events that were not taken because the set was full.</summary>
    public long Refused { get; private set; }

    /// <summary>Time stamp of the latest event, nanoseconds; null before the first.</summary>
    public long? Latest => _latest == long.MinValue ? null : _latest;

    /// <summary>Adds an allocation.</summary>
    /// <param name="address">Address; 0 is none and ignored.</param>
    /// <param name="bytes">Size.</param>
    /// <param name="time">Time stamp, nanoseconds.</param>
    /// <param name="stack">Number of the stack, from 0.</param>
    public void Allocate(ulong address, long bytes, long time, int stack) => Put(address, bytes, time, stack);

    /// <summary>Adds a release.</summary>
    public void Release(ulong address, long time) => Put(address, 0, time, Released);

    /// <summary>What is outstanding, in no particular order.</summary>
    public IEnumerable<OutstandingBlock> Blocks()
    {
        foreach (Entry entry in _table)
        {
            if (entry.Address != 0 && entry.Stack != Released)
            {
                yield return new OutstandingBlock(entry.Address, entry.Bytes, entry.Time, entry.Stack);
            }
        }
    }

    private void Put(ulong address, long bytes, long time, int stack)
    {
        if (address == 0)
        {
            return;
        }

        _latest = Math.Max(_latest, time);
        int place = Find(_table, address);
        if (_table[place].Address == 0)
        {
            if (_used >= _table.Length / 4 * 3)
            {
                Rebuild();
                place = Find(_table, address);
            }

            if (_used >= _most)
            {
                Refused++;
                return;
            }

            _used++;
        }
        else if (time < _table[place].Time)
        {
            return;
        }

        _table[place] = new Entry { Address = address, Bytes = bytes, Time = time, Stack = stack };
    }

    /// <summary>Forgets old releases, and doubles the table where that does not make room.</summary>
    private void Rebuild()
    {
        long forget = _latest - LateBy;
        int kept = 0;
        foreach (Entry entry in _table)
        {
            kept += entry.Address != 0 && !IsOld(entry, forget) ? 1 : 0;
        }

        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(kept * 2, SmallestTable));
        var table = new Entry[size];
        foreach (Entry entry in _table)
        {
            if (entry.Address != 0 && !IsOld(entry, forget))
            {
                table[Find(table, entry.Address)] = entry;
            }
        }

        _table = table;
        _used = kept;
    }

    private static bool IsOld(Entry entry, long forget) => entry.Stack == Released && entry.Time < forget;

    /// <summary>The place of an address, or the free place where it belongs.</summary>
    private static int Find(Entry[] table, ulong address)
    {
        int mask = table.Length - 1;
        int place = (int)((address * 0x9e37_79b9_7f4a_7c15) >> 32) & mask;
        while (table[place].Address != 0 && table[place].Address != address)
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    private struct Entry
    {
        public ulong Address;
        public long Bytes;
        public long Time;
        public int Stack;
    }
}

/// <summary>A block that was allocated and not released.</summary>
/// <param name="Address">Address.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Time">Time stamp of its allocation, nanoseconds.</param>
/// <param name="Stack">Number of its stack.</param>
public readonly record struct OutstandingBlock(ulong Address, long Bytes, long Time, int Stack);
