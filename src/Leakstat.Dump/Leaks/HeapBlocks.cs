using Leakstat.Dump.Containers;
using Leakstat.Dump.Marking;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// A kernel's heap as the mark engine wants it: items and large allocations as blocks, roots, and FreeBSD's rules of
/// what a
/// reference is. The one place where the two meet.
/// </summary>
public sealed class HeapBlocks
{
    private readonly KernelDump _dump;
    private readonly BlockTableBuilder _builder;
    private readonly List<int> _slabOfSpan = [];
    private readonly List<MarkRoot> _roots = [];
    private readonly List<string> _rootNames = [];
    private readonly MbufReader? _mbufs;
    private BlockBits _allocated = new(0);
    private BlockBits _held = new(0);

    private HeapBlocks(KernelDump dump)
    {
        _dump = dump;
        AddressTranslation t = dump.Memory.Translation;
        _builder = new BlockTableBuilder(
            [new(t.DirectMapStart, t.DirectMapEnd - 1), new(t.KernelStart, ulong.MaxValue)], dump.Memory.PageSize);
        Keg? mbuf = dump.Heap.Kegs.FirstOrDefault(k => k.Name == ZoneNames.Mbuf);
        _mbufs = mbuf is null ? null : MbufReader.For(dump, mbuf.ItemSize);
    }

    /// <summary>The heap for the engine; on one thread.</summary>
    public MarkInput Input { get; private set; } = null!;

    /// <summary>Name of each root of <see cref="Input"/>.</summary>
    public IReadOnlyList<string> RootNames => _rootNames;

    /// <summary>Allocated blocks.</summary>
    public long Objects { get; private set; }

    /// <summary>Bytes that marking reads at most.</summary>
    public long ScanBytes { get; private set; }

    /// <summary>Lays out the heap of a dump.</summary>
    public static HeapBlocks Make(KernelDump dump)
    {
        ArgumentNullException.ThrowIfNull(dump);
        var blocks = new HeapBlocks(dump);
        blocks.AddSlabs();
        blocks.AddLarge();
        BlockTable table = blocks._builder.Build();
        blocks.SetStates(table);
        blocks.SetHeldFromOutside(table);
        blocks.AddRoots();
        blocks.Input = new MarkInput
        {
            Blocks = table,
            Allocated = blocks._allocated,
            Held = blocks._held,
            Roots = blocks._roots,
            Memory = new HeapMemory(dump.Memory),
            StoredOffset = dump.Heap.Forms.PerCpuBase,
        };
        blocks.Objects = blocks._allocated.Ones();
        blocks.ScanBytes += blocks._roots.Sum(
            r => (long)Math.Min(r.Step > 0 ? r.Length / (ulong)r.Step * (ulong)r.Size : r.Length, long.MaxValue / 4));
        if (blocks._builder.RefusedSpans > 0)
        {
            dump.Problems.Add(DiagnosticId.DamagedDump, "slabs",
                $"{blocks._builder.RefusedSpans} lie outside the kernel's address ranges; they are left out");
        }

        return blocks;
    }

    /// <summary>The keg of a block; null for a large allocation.</summary>
    public Keg? KegOf(int block) =>
        _slabOfSpan[Input.Blocks.SpanOf(block)] is >= 0 and int slab ? _dump.Heap.Kegs[_dump.Heap.Slabs.Keg[slab]]
            : null;

    /// <summary>The slab of a block; −1 for a large allocation.</summary>
    public int SlabOf(int block) => Math.Max(-1, _slabOfSpan[Input.Blocks.SpanOf(block)]);

    /// <summary>The large allocation of a block; null for an item.</summary>
    public LargeAllocation? LargeOf(int block) =>
        _slabOfSpan[Input.Blocks.SpanOf(block)] is < 0 and int large ? _dump.Heap.Large[~large] : null;

    /// <summary>State of a block that is an item.</summary>
    public ItemState StateOf(int block)
    {
        int span = Input.Blocks.SpanOf(block);
        int slab = _slabOfSpan[span];
        return slab < 0
            ? ItemState.Allocated
            : (ItemState)_dump.Heap.Slabs.State[
                _dump.Heap.Slabs.FirstItem[slab] + (block - Input.Blocks.Spans[span].FirstBlock)];
    }

    /// <summary>Bytes a block was allocated with.</summary>
    public long SizeOf(int block) => KegOf(block)?.ItemSize ?? (long)(LargeOf(block)?.Size ?? 0);

    /// <summary>Whether what stands in a keg's items can hold other blocks.</summary>
    public static bool CanHold(Keg keg) => !ZoneNames.IsBookkeeping(keg.Name) && !keg.IsData;

    private void AddSlabs()
    {
        SlabTable slabs = _dump.Heap.Slabs;
        BlockShape[] shapes = [.. _dump.Heap.Kegs.Select(ShapeOf)];
        for (int slab = 0; slab < slabs.Count; slab++)
        {
            int keg = slabs.Keg[slab];
            if (_builder.Add(slabs.FirstAddress[slab], shapes[keg]) >= 0)
            {
                _slabOfSpan.Add(slab);
                AddAliases(slabs.Base[slab], _dump.Heap.Kegs[keg].PagesPerSlab);
            }
        }
    }

    private void AddLarge()
    {
        var shapes = new Dictionary<ulong, BlockShape>();
        for (int i = 0; i < _dump.Heap.Large.Count; i++)
        {
            LargeAllocation large = _dump.Heap.Large[i];
            if (!shapes.TryGetValue(large.Size, out BlockShape? shape))
            {
                long size = (long)Math.Min(large.Size, 1UL << 45);
                shapes[large.Size] = shape = new BlockShape { Stride = size, Size = size, Count = 1 };
            }

            if (_builder.Add(large.Address, shape) >= 0)
            {
                _slabOfSpan.Add(~i);
                AddAliases(large.Address, (long)Math.Min(
                    large.Size / (ulong)_dump.Memory.PageSize, (ulong)_dump.Memory.Physical.PageCount * 4));
            }
        }
    }

    /// <summary>Pages in the kernel map have a second address in the direct map.</summary>
    private void AddAliases(ulong address, long pages)
    {
        AddressTranslation translation = _dump.Memory.Translation;
        if (translation.IsDirectMap(address))
        {
            return;
        }

        for (long i = 0; i < pages; i++)
        {
            ulong page = address + (ulong)(i * _dump.Memory.PageSize);
            if (translation.TryTranslate(page, out ulong physical) && translation.ToDirectMap(physical) is var alias
                && translation.IsDirectMap(alias))
            {
                _builder.AddAlias(alias, page);
            }
        }
    }

    private BlockShape ShapeOf(Keg keg)
    {
        BlockReader? reader = keg.Name switch
        {
            ZoneNames.Mbuf => _mbufs,
            ZoneNames.KernelMapEntry => MapEntryReader.For(_dump, keg.ItemSize),
            _ => keg.IsMalloc
                && _dump.Symbols.TryFind(RedzoneHeader.Function, out _) ? new RedzoneReader(keg.ItemSize) : null,
        };
        return new BlockShape
        {
            Stride = keg.Stride,
            Size = keg.ItemSize,
            Count = keg.ItemsPerSlab,
            Rule = !CanHold(keg) ? ScanRule.Nothing
                : keg.IsBucket ? ScanRule.FirstWord
                : reader is not null ? ScanRule.Reader
                : ScanRule.All,
            Reader = reader,
            Copies = keg.IsPerCpu ? Math.Max(1, _dump.Heap.Forms.Cpus) : 1,
            CopyStride = keg.IsPerCpu && _dump.Heap.Forms.Cpus > 1 ? _dump.Heap.Forms.PerCpuStride : 0,
            IsStoredAsOffset = keg.IsPerCpu,
        };
    }

    private void SetStates(BlockTable table)
    {
        _allocated = new BlockBits(table.BlockCount);
        _held = new BlockBits(table.BlockCount);
        SlabTable slabs = _dump.Heap.Slabs;
        bool[] ownNothing = [.. _dump.Heap.Kegs.Select(k => ConstructedItems.OwnNothing(_dump, k.Init))];
        for (int span = 0; span < table.SpanCount; span++)
        {
            SpanRow row = table.Spans[span];
            BlockShape shape = table.Shapes[row.Shape];
            int slab = _slabOfSpan[span];
            if (slab < 0)
            {
                _allocated[row.FirstBlock] = true;
                ScanBytes += shape.Size;
                continue;
            }

            Keg keg = _dump.Heap.Kegs[slabs.Keg[slab]];
            bool bookkeeping = ZoneNames.IsBookkeeping(keg.Name);
            long bytes = shape.Rule switch
            {
                ScanRule.Nothing => 0,
                ScanRule.FirstWord => 8,
                _ => shape.Size * shape.Copies,
            };
            ReadOnlySpan<byte> states = slabs.State.AsSpan(slabs.FirstItem[slab], shape.Count);
            for (int i = 0; i < states.Length; i++)
            {
                switch ((ItemState)states[i])
                {
                    case ItemState.Allocated:
                        _allocated[row.FirstBlock + i] = true;
                        _held[row.FirstBlock + i] = bookkeeping;
                        ScanBytes += bytes;
                        if (keg.Name == ZoneNames.Mbuf)
                        {
                            AddControl(row.First + ((ulong)i * (ulong)shape.Stride));
                        }

                        break;
                    case ItemState.CachedConstructed or ItemState.FreeConstructed when bytes > 0
                        && !ownNothing[keg.Index]:
                        AddConstructed(keg, shape, row.First + ((ulong)i * (ulong)shape.Stride));
                        break;
                }
            }
        }
    }

    /// <summary>Blocks whose only pointer leads beside them, by the structures that have it.</summary>
    private void SetHeldFromOutside(BlockTable table)
    {
        foreach (ulong address in _dump.HeldFromOutside)
        {
            int block = table.Find(address);
            if (block >= 0 && table.AddressOf(block) == address && _allocated[block])
            {
                _held[block] = true;
            }
        }
    }

    /// <summary>
    /// A free item that stays constructed is a root; of an mbuf with its cluster (<c>mbuf_packet</c>) only the place of
    /// the cluster.
    /// </summary>
    private void AddConstructed(Keg keg, BlockShape shape, ulong address)
    {
        MarkRoot root = shape.Rule switch
        {
            ScanRule.Reader when keg.Name == ZoneNames.Mbuf =>
                new MarkRoot(address + (ulong)_mbufs!.ExternalOffset, (ulong)MbufReader.ExternalSize),
            ScanRule.FirstWord => new MarkRoot(address, 8),
            _ => new MarkRoot(address, (ulong)shape.Size),
        };
        _roots.Add(root);
        _rootNames.Add($"constructed free item of {keg.Name}");
    }

    /// <summary>Clusters are not read, but for those that a control message lies in.</summary>
    private void AddControl(ulong mbuf)
    {
        if (_mbufs is not null && _dump.Memory.TryReadUInt64(mbuf + 24, out ulong state)
            && _dump.Memory.TryReadUInt64(mbuf + 16, out ulong data)
            && MbufReader.ControlOutside(data, state) is { } control)
        {
            _roots.Add(new MarkRoot(control.Address, control.Length));
            _rootNames.Add("control message in a cluster");
        }
    }

    private void AddRoots()
    {
        int pageSize = _dump.Types.Size("vm_page");
        int member = _dump.Types.Offset("vm_page", "object");
        foreach (RootRange range in _dump.Roots)
        {
            // The links of a vm_page (plinks) keep pointing to a slab's header after its page was freed and given away;
            // to
            // allocations only the object member leads.
            bool pages = range.Kind == RootKind.PageArray && member >= 0 && pageSize >= member + 8;
            _roots.Add(pages ? new MarkRoot(range.Address, range.Length, pageSize, member, 8)
                : new MarkRoot(range.Address, range.Length));
            _rootNames.Add(range.Name);
        }
    }
}
