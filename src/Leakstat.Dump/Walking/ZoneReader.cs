using System.Buffers.Binary;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>Reads zones with their counters, and the items that lie free in their caches.</summary>
internal sealed class ZoneReader(WalkContext context, UmaLayout layout)
{
    private readonly WalkContext _context = context;
    private readonly UmaLayout _layout = layout;
    private readonly VirtualMemory _memory = context.Memory;
    private readonly Machine _machine = context.Machine;

    /// <summary>Takes the address of a cached item.</summary>
    public delegate void CachedItem(ulong address);

    /// <summary>Reads a zone.</summary>
    /// <param name="at">Address.</param>
    /// <param name="keg">Keg; null for a cache zone.</param>
    /// <param name="cached">Called for every item in its caches.</param>
    public Zone Read(ulong at, Keg? keg, CachedItem cached)
    {
        string name = _memory.String(_memory.Pointer(at, _layout.UzName), _context.Limits.NameBytes)
            ?? $"(zone at 0x{at:x})";
        var flags = (UmaFlags)_memory.Int32(at, _layout.UzFlags);
        if (_context.Features.HasLongSlabHeader)
        {
            flags &= UmaFlags.Secondary | UmaFlags.Malloc | UmaFlags.PerCpu | UmaFlags.ZeroInit | UmaFlags.NoFree;
        }

        ulong allocations = Counter(at, _layout.UzAllocs);
        ulong frees = Counter(at, _layout.UzFrees);
        long onCpus = 0;
        long onCpusCounted = 0;
        var walk = new BucketWalk(this, name, cached);
        for (int cpu = 0; cpu < _machine.CpuIds; cpu++)
        {
            ulong cache = at + (ulong)_layout.UzCpu + ((ulong)cpu * (ulong)_layout.SizeofCache);
            allocations += _memory.Pointer(cache, _layout.UcAllocs);
            frees += _memory.Pointer(cache, _layout.UcFrees);
            foreach (
                int bucket in (ReadOnlySpan<int>)[_layout.UcAllocbucket, _layout.UcFreebucket, _layout.UcCrossbucket])
            {
                if (bucket >= 0)
                {
                    onCpus += walk.OnCpu(cache + (ulong)bucket, ref onCpusCounted);
                }
            }
        }

        long inDomains = InDomains(at, name, walk, out long counted);
        ulong init = _memory.Pointer(at, _layout.UzInit);
        return new Zone
        {
            Address = at,
            Name = name,
            SysctlName = _memory.String(
                _memory.Pointer(at, _context.Types.Offset("uma_zone", "uz_ctlname")), _context.Limits.NameBytes),
            Keg = keg?.Index,
            Flags = keg is null ? flags | UmaFlags.Cache : flags,
            Size = _memory.Int32(at, _layout.UzSize),
            Limit = Limit(at, keg),
            Constructs = keg?.InitKind == KegInit.Constructor || init != 0,
            Allocations = (long)allocations,
            Frees = (long)frees,
            Failures = (long)Counter(at, _layout.UzFails),
            Sleeps = _layout.UzSleeps < 0 ? 0 : (long)_memory.Pointer(at, _layout.UzSleeps),
            CrossDomain = _layout.UzXdomain < 0 ? null : (long)Counter(at, _layout.UzXdomain),
            CachedOnCpus = onCpus,
            CachedOnCpusCounted = onCpusCounted,
            CachedInDomains = inDomains,
            CachedInDomainsCounted = counted,
        };
    }

    private ulong Counter(ulong zone, int offset)
    {
        ulong value = _memory.Pointer(zone, offset);
        return _layout.PerCpuCounters ? _memory.Counter(value, _machine) ?? 0 : value;
    }

    private long Limit(ulong at, Keg? keg)
    {
        if (_layout.UzMaxItems >= 0)
        {
            return (long)Math.Min(long.MaxValue, _memory.Pointer(at, _layout.UzMaxItems));
        }

        int offset = _context.Types.Offset("uma_keg", "uk_maxpages");
        return keg is null || offset < 0
            ? 0
            : (long)_memory.Int32(keg.Address, offset) / keg.PagesPerSlab * keg.ItemsPerSlab;
    }

    /// <summary>Items in the buckets of the domains (12 and later) or of the zone (10, 11).</summary>
    private long InDomains(ulong at, string name, BucketWalk walk, out long counted)
    {
        counted = 0;
        long items = 0;
        if (_layout.UzBuckets >= 0)
        {
            items = walk.List(at + (ulong)_layout.UzBuckets);
            counted = items;
            return items;
        }

        if (_layout.SizeofZoneDomain == 0 || _layout.UzdBuckets < 0)
        {
            return 0;
        }

        ulong domains = _layout.UzDomain >= 0
            ? _memory.Pointer(at, _layout.UzDomain)
            : at + (ulong)_layout.UzCpu + ((ulong)_machine.CpuIds * (ulong)_layout.SizeofCache);
        for (int domain = 0; domain < _machine.Domains && domains != 0; domain++)
        {
            ulong place = domains + ((ulong)domain * (ulong)_layout.SizeofZoneDomain);
            items += walk.List(place + (ulong)_layout.UzdBuckets);
            if (_layout.UzdCross >= 0 && _memory.Pointer(place, _layout.UzdCross) is not 0 and ulong cross)
            {
                items += walk.Bucket(cross, _memory.Int16(cross, _layout.UbCnt));
            }

            counted += (long)_memory.Pointer(place, _layout.UzdNitems);
        }

        return items;
    }

    /// <summary>Goes through buckets of one zone.</summary>
    private sealed class BucketWalk(ZoneReader reader, string zone, CachedItem cached)
    {
        private int _buckets;

        /// <summary>
        /// A CPU's bucket: from 13 on with its true count beside the pointer, before a plain pointer.
        /// </summary>
        public long OnCpu(ulong place, ref long counted)
        {
            UmaLayout layout = reader._layout;
            VirtualMemory memory = reader._memory;
            ulong bucket = memory.Pointer(place, 0);
            if (bucket == 0)
            {
                return 0;
            }

            ushort count = layout.UcbCnt >= 0 ? memory.Int16(place, layout.UcbCnt) : memory.Int16(bucket, layout.UbCnt);
            counted += (short)count;
            return Bucket(bucket, count);
        }

        /// <summary>A list of full buckets.</summary>
        public long List(ulong head)
        {
            UmaLayout layout = reader._layout;
            long items = 0;
            foreach (ulong bucket in reader._context.List(
                head, layout.UbLink, $"zone {zone}", reader._context.Limits.Buckets))
            {
                items += Bucket(bucket, reader._memory.Int16(bucket, layout.UbCnt));
            }

            return items;
        }

        /// <summary>The items of one bucket.</summary>
        public long Bucket(ulong bucket, ushort count)
        {
            DumpLimits limits = reader._context.Limits;
            DumpProblems problems = reader._context.Problems;
            if ((short)count < 0 || count > limits.BucketEntries || ++_buckets > limits.Buckets)
            {
                problems.Add(
                    DiagnosticId.DamagedDump,
                    $"zone {zone}",
                    $"a bucket claims {(short)count} items, which cannot be; it is left out");
                return 0;
            }

            Span<byte> slots = stackalloc byte[512];
            int done = 0;
            while (done < count)
            {
                Span<byte> part = slots[..(Math.Min(64, count - done) * 8)];
                if (!reader._memory.TryRead(bucket + (ulong)reader._layout.UbBucket + ((ulong)done * 8), part))
                {
                    problems.Add(
                        DiagnosticId.MissingPages,
                        $"zone {zone}",
                        "a bucket is not in the dump; its items look allocated");
                    break;
                }

                for (; part.Length > 0; part = part[8..], done++)
                {
                    cached(BinaryPrimitives.ReadUInt64LittleEndian(part));
                }
            }

            return done;
        }
    }
}
