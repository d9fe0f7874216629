using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>Walks UMA: kegs, zones, slabs, caches, and puts the state of every item into one table.</summary>
internal sealed class HeapWalk
{
    private readonly WalkContext _context;
    private readonly UmaLayout _layout;
    private readonly VirtualMemory _memory;
    private readonly List<Keg> _kegs = [];
    private readonly List<Zone> _zones = [];
    private readonly List<SlabList> _slabs = [];
    private readonly List<(long Pages, long FreeCounted)> _counters = [];

    private HeapWalk(WalkContext context, UmaLayout layout)
    {
        _context = context;
        _layout = layout;
        _memory = context.Memory;
    }

    /// <summary>Walks; an empty heap with a note where this kernel's structures are not known.</summary>
    /// <remarks>Large allocations are found by <see cref="PageSurvey"/>.</remarks>
    public static KernelHeap Walk(WalkContext context)
    {
        UmaLayout? layout = UmaLayout.From(context.Types, context.Features, context.Problems);
        PointerForms forms = new()
        {
            PerCpuBase = context.Machine.PerCpuBase,
            PerCpuStride = context.Machine.PerCpuStride,
            Cpus = context.Machine.CpuIds,
        };
        if (layout is null)
        {
            return new KernelHeap
            {
                Kegs = [],
                Counts = [],
                Zones = [],
                Slabs = SlabTable.Empty,
                Large = [],
                Forms = forms,
            };
        }

        var walk = new HeapWalk(context, layout);
        return walk.Run(forms);
    }

    private KernelHeap Run(PointerForms forms)
    {
        var reader = new KegReader(_context, _layout);
        List<KegReader.Found> found = reader.ReadKegs();
        foreach ((Keg keg, _) in found)
        {
            _kegs.Add(keg);
            _slabs.Add(reader.ReadSlabs(keg, out long pages, out long free));
            _counters.Add((pages, free));
        }

        SlabTable table = MakeTable(out long[] freeInSlabs, out int[] unreadable);
        var cachedOf = new long[_kegs.Count];
        var zones = new ZoneReader(_context, _layout);
        foreach ((Keg keg, ulong[] addresses) in found)
        {
            int first = _zones.Count;
            foreach (ulong at in addresses)
            {
                ReadZone(zones, at, keg, table, cachedOf);
            }

            _kegs[keg.Index] = keg with { Zones = [.. Enumerable.Range(first, _zones.Count - first)] };
        }

        ulong cacheZones = _context.Symbols.Address("uma_cachezones");
        foreach (ulong at in _context.List(cacheZones, _layout.UzLink, "uma_cachezones", _context.Limits.Zones))
        {
            _zones.Add(zones.Read(at, keg: null, static _ => { }));
        }

        return new KernelHeap
        {
            Kegs = _kegs,
            Zones = _zones,
            Slabs = table,
            Large = [],
            Forms = forms,
            Counts = [.. _kegs.Select((k, i) => new KegCount(
                _slabs[i].Base.Count - unreadable[i],
                _slabs[i].Unreadable + unreadable[i],
                _counters[i].Pages,
                freeInSlabs[i],
                _counters[i].FreeCounted,
                table.FirstItem[table.FirstSlabOfKeg[i + 1]] - table.FirstItem[table.FirstSlabOfKeg[i]] - freeInSlabs[
                    i],
                cachedOf[i]))],
        };
    }

    /// <summary>Lays the slabs side by side and takes the free items from their headers.</summary>
    private SlabTable MakeTable(out long[] freeInSlabs, out int[] unreadable)
    {
        freeInSlabs = new long[_kegs.Count];
        unreadable = new int[_kegs.Count];
        int count = _slabs.Sum(s => s.Base.Count);
        long items = 0;
        for (int k = 0; k < _kegs.Count; k++)
        {
            items += (long)_slabs[k].Base.Count * _kegs[k].ItemsPerSlab;
        }

        if (items > _context.ItemLimit)
        {
            // Nothing real is like this: leave the kegs out that claim most, rather than everything.
            _context.Problems.Add(
                DiagnosticId.DamagedDump,
                "slabs",
                $"they claim {items} items, more than this dump can hold; kegs that claim most are left out");
            for (int k = 0; k < _kegs.Count; k++)
            {
                if ((long)_slabs[k].Base.Count * _kegs[k].ItemsPerSlab > _context.ItemLimit / Math.Max(1, _kegs.Count))
                {
                    count -= _slabs[k].Base.Count;
                    items -= (long)_slabs[k].Base.Count * _kegs[k].ItemsPerSlab;
                    _slabs[k] = new SlabList { Unreadable = _slabs[k].Base.Count };
                }
            }
        }

        var table = new SlabTable
        {
            Count = count,
            ItemCount = (int)items,
            Keg = new ushort[count],
            Base = new ulong[count],
            FirstAddress = new ulong[count],
            Header = new ulong[count],
            FirstItem = new int[count + 1],
            State = new byte[items],
            FirstSlabOfKeg = new int[_kegs.Count + 1],
        };
        int slab = 0;
        int item = 0;
        for (int k = 0; k < _kegs.Count; k++)
        {
            table.FirstSlabOfKeg[k] = slab;
            ReadOnlySpan<ulong> bases = CollectionsMarshal.AsSpan(_slabs[k].Base);
            ReadOnlySpan<ulong> headers = CollectionsMarshal.AsSpan(_slabs[k].Header);
            for (int i = 0; i < bases.Length; i++, slab++)
            {
                table.Keg[slab] = (ushort)k;
                table.Base[slab] = bases[i];
                table.FirstAddress[slab] = bases[i];
                table.Header[slab] = headers[i];
                table.FirstItem[slab] = item;
                item += _kegs[k].ItemsPerSlab;
            }
        }

        table.FirstSlabOfKeg[^1] = slab;
        table.FirstItem[slab] = item;
        for (int k = 0; k < _kegs.Count; k++)
        {
            (freeInSlabs[k], unreadable[k]) = FreeItems(_kegs[k], table);
        }

        return table;
    }

    /// <summary>
    /// Sets the state of all items of a keg, by several processors where it has many slabs; returns how many are free,
    /// and slabs that cannot be read.
    /// </summary>
    private (long Free, int Unreadable) FreeItems(Keg keg, SlabTable table)
    {
        const int Chunk = 8192;
        int first = table.FirstSlabOfKeg[keg.Index];
        int end = table.FirstSlabOfKeg[keg.Index + 1];
        int chunks = (end - first + Chunk - 1) / Chunk;
        var results = new (long Free, int Unreadable, string? Problem)[chunks];
        if (chunks > 1)
        {
            Parallel.For(0, chunks, Count);
        }
        else if (chunks == 1)
        {
            Count(0);
        }

        // The problem of the lowest slab is told, whichever processor came first.
        if (Array.Find(results, r => r.Problem is not null).Problem is { } told)
        {
            _context.Problems.Add(DiagnosticId.DamagedDump, $"keg {keg.Name}", told);
        }

        return (results.Sum(r => r.Free), results.Sum(r => r.Unreadable));

        void Count(int chunk)
        {
            long free = 0;
            int unreadable = 0;
            string? problem = null;
            int last = Math.Min(end, first + ((chunk + 1) * Chunk));
            for (int slab = first + (chunk * Chunk); slab < last; slab++)
            {
                int found = FreeItems(
                    keg, table.Header[slab], table.State.AsSpan(table.FirstItem[slab], keg.ItemsPerSlab), ref problem);
                free += Math.Max(0, found);
                unreadable += found < 0 ? 1 : 0;
            }

            results[chunk] = (free, unreadable, problem);
        }
    }

    /// <summary>
    /// Sets the state of the items of a slab; returns how many are free, −1 where its header cannot be read (all then
    /// count as allocated).
    /// </summary>
    private int FreeItems(Keg keg, ulong header, Span<byte> states, ref string? problem)
    {
        int bytes = (keg.ItemsPerSlab + 63) / 64 * 8;
        int size = Math.Max(_layout.UsFree + bytes, _layout.UsFreecount + 2);

        // Headers mostly lie on one page: then nothing is copied.
        ReadOnlySpan<byte> slab = _memory.ToPageEnd(header);
        if (slab.Length < size)
        {
            // By damaged types a header may have any size; a true one fits into a page.
            if (size > _memory.PageSize)
            {
                return -1;
            }

            byte[] copy = new byte[size];
            if (!_memory.TryRead(header, copy))
            {
                return -1;
            }

            slab = copy;
        }

        int claimed = _layout.UsFreecountSize == 1
            ? slab[_layout.UsFreecount]
            : BinaryPrimitives.ReadUInt16LittleEndian(slab[_layout.UsFreecount..]);
        byte state = (byte)(keg.InitKind == KegInit.Constructor ? ItemState.FreeConstructed : ItemState.Free);
        int free = 0;
        for (int word = 0; word < bytes / 8; word++)
        {
            ulong set = BinaryPrimitives.ReadUInt64LittleEndian(slab[(_layout.UsFree + (word * 8))..]);
            int left = keg.ItemsPerSlab - (word * 64);
            set &= left < 64 ? (1UL << left) - 1 : ulong.MaxValue;
            for (; set != 0; set &= set - 1, free++)
            {
                states[(word * 64) + BitOperations.TrailingZeroCount(set)] = state;
            }
        }

        if (free != claimed)
        {
            problem ??= $"the slab at 0x{header:x} counts {claimed} free items and marks {free}; the marks are used";
        }

        return free;
    }

    private void ReadZone(ZoneReader reader, ulong at, Keg keg, SlabTable table, long[] cachedOf)
    {
        int first = table.FirstSlabOfKeg[keg.Index];
        int end = table.FirstSlabOfKeg[keg.Index + 1];
        long strange = 0;
        long doubly = 0;
        var items = new List<int>();
        Zone zone = reader.Read(at, keg, address =>
        {
            int item = Find(table, keg, first, end, address);
            if (item < 0)
            {
                strange++;
                return;
            }

            if (table.State[item] != (byte)ItemState.Allocated)
            {
                doubly++;
                return;
            }

            table.State[item] = (byte)ItemState.Cached;
            items.Add(item);
        });
        if (zone.Constructs)
        {
            foreach (int item in CollectionsMarshal.AsSpan(items))
            {
                table.State[item] = (byte)ItemState.CachedConstructed;
            }
        }

        cachedOf[keg.Index] += items.Count;
        if (strange > 0)
        {
            bool known = _slabs[keg.Index].Unreadable > 0;
            _context.Problems.Add(
                DiagnosticId.DamagedDump,
                $"zone {zone.Name}",
                $"{strange} items in its caches lie in no slab that was "
                    + $"read{(known ? "" : "; the dump contradicts itself")}");
        }

        if (doubly > 0)
        {
            _context.Problems.Add(
                DiagnosticId.DamagedDump,
                $"zone {zone.Name}",
                $"{doubly} items in its caches are free already; each is counted once");
        }

        _zones.Add(zone);
    }

    /// <summary>The item that begins at an address, among slabs of one keg; −1 where none does.</summary>
    private static int Find(SlabTable table, Keg keg, int first, int end, ulong address)
    {
        int index = Array.BinarySearch(table.FirstAddress, first, end - first, address);
        index = index >= 0 ? index : ~index - 1;
        if (index < first)
        {
            return -1;
        }

        ulong within = address - table.FirstAddress[index];
        ulong number = within / (ulong)keg.Stride;
        return number < (ulong)keg.ItemsPerSlab && number * (ulong)keg.Stride == within
            ? table.FirstItem[index] + (int)number
            : -1;
    }
}
