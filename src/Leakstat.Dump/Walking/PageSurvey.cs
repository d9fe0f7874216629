using Leakstat.Dump.Containers;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>What a page is by its <c>struct vm_page</c>.</summary>
internal enum PageClass : byte
{
    /// <summary>It has none: memory taken at boot.</summary>
    NotManaged = 0,

    /// <summary>Free, in the page allocator or a cache of it.</summary>
    Free,

    /// <summary>Of the kernel object: mapped in the kernel map.</summary>
    KernelObject,

    /// <summary>Of an object of kernel stacks.</summary>
    StackObject,

    /// <summary>Of a file or of anonymous memory.</summary>
    Data,

    /// <summary>Of another object: a device, memory without a pager.</summary>
    OtherObject,

    /// <summary>In use without an object: slabs, page tables, pages that drivers took.</summary>
    NoObject,
}

/// <summary>
/// One pass over the vm_page array and the kernel map: the class and kernel-map address of each page, and large
/// allocations.
/// </summary>
internal sealed class PageSurvey
{
    /// <summary>Class by slot.</summary>
    public required PageClass[] Class { get; init; }

    /// <summary>Address in the kernel map by slot; 0 where the page has none but in the direct map.</summary>
    public required ulong[] KernelAddress { get; init; }

    /// <summary>Large allocations by address.</summary>
    public required List<LargeAllocation> Large { get; init; }

    /// <summary>The array; null where it is not known.</summary>
    public required PageArray? Array { get; init; }

    /// <summary>Whether pages in use are in the dump, by their place in its bitmap.</summary>
    public required LiveBitmap Bitmap { get; init; }

    /// <summary>Pages of each class, in the dump or not.</summary>
    public required long[] Pages { get; init; }

    /// <summary>Looks at every page.</summary>
    /// <param name="context">What every walk needs.</param>
    /// <param name="arenas">Allocations of address space, against which marks are held: a page keeps its mark after it
    /// was freed.</param>
    public static PageSurvey Make(WalkContext context, ArenaReader arenas)
    {
        PhysicalMemory physical = context.Memory.Physical;
        var survey = new PageSurvey
        {
            Class = new PageClass[physical.PageCount],
            KernelAddress = new ulong[physical.PageCount],
            Large = [],
            Array = PageArray.Find(context),
            Bitmap = new LiveBitmap(physical),
            Pages = new long[(int)PageClass.NoObject + 1],
        };
        survey.MapKernel(context);
        if (survey.Array is { } array)
        {
            survey.Classify(context, array, arenas);
        }

        survey.Large.Sort((a, b) => a.Address.CompareTo(b.Address));
        return survey;
    }

    private void MapKernel(WalkContext context)
    {
        ulong page = (ulong)context.Memory.PageSize;

        // Damaged tables map the same gigabytes over and over: a whole kernel map needs no more steps than this.
        var steps = new PageSteps(context, "the kernel map");
        foreach (KernelMapping mapping in context.Memory.Translation.Mappings())
        {
            for (ulong at = 0; at < mapping.Length; at += page)
            {
                if (!steps.Take())
                {
                    return;
                }

                int slot = context.Memory.Physical.SlotOf(mapping.Physical + at);
                if (slot >= 0 && KernelAddress[slot] == 0)
                {
                    KernelAddress[slot] = mapping.Address + at;
                }
            }
        }
    }

    private void Classify(WalkContext context, PageArray array, ArenaReader arenas)
    {
        var objects = new ObjectKinds(context);
        ulong page = (ulong)context.Memory.PageSize;
        ulong memory = (ulong)array.Count * page;
        ulong claimed = 0;
        var marks = new LargeMark(context);
        (ulong Start, ulong Length) image = BootImage.Find(context);
        foreach (PageState state in array.Pages())
        {
            int slot = context.Memory.Physical.SlotOf(state.Physical);
            PageClass kind = state.IsFree
                ? state.Physical - image.Start < image.Length ? PageClass.NotManaged : PageClass.Free
                : state.Object == 0 ? PageClass.NoObject : objects.Of(state.Object);
            Pages[(int)kind]++;
            if (kind == PageClass.NoObject)
            {
                Bitmap.Add(state.Physical, slot >= 0);
            }

            if (slot >= 0)
            {
                Class[slot] = kind;
            }

            if (kind == PageClass.KernelObject && state.References > 0 && marks.MayHave(state))
            {
                ulong address = slot >= 0
                    ? KernelAddress[slot]
                    : context.Memory.Translation.KernelStart + (state.Index * page);
                if (address == 0
                    || !context.Memory.Translation.TryTranslate(address, out ulong there)
                    || there != state.Physical
                    || marks.Read(
                        state, arenas.IsWhole ? arenas.Allocated.GetValueOrDefault(address) : null) is not { } mark
                    || mark.Size % page != 0 || mark.Size == 0 || mark.Size > memory - claimed)
                {
                    continue;
                }

                if (Large.Count >= context.Limits.LargeAllocations)
                {
                    context.Problems.Add(
                        DiagnosticId.TooMany,
                        "large allocations",
                        $"there are more than {context.Limits.LargeAllocations}; the rest is not listed");
                    break;
                }

                claimed += mark.Size;
                Large.Add(new LargeAllocation(address, mark.Size, mark.Kind));
            }
        }
    }
}

/// <summary>
/// The mark of a large allocation at the vm_page of its first page: in the page itself, or in kernels with long slab
/// headers a slab
/// of its own (<c>sys/kern/kern_malloc.c</c>, <c>uma_large_malloc</c> in <c>sys/vm/uma_core.c</c>).
/// </summary>
internal sealed class LargeMark(WalkContext context)
{
    /// <summary>UMA_SLAB_MALLOC of 10 to 12.</summary>
    private const byte MallocSlab = 0x20;

    /// <summary>
    /// From 14.2 on a mark has two bits for the kind; before, one, and contigmalloc left none. No member and no symbol
    /// tells which;
    /// where address space that is handed out is known its length does.
    /// </summary>
    private const int TwoKinds = 1_402_000;

    private readonly ulong _page = (ulong)context.Memory.PageSize;
    private readonly int _flags = context.Features.HasLongSlabHeader
        ? context.Types.Offset("uma_slab", "us_flags")
        : -1;
    private readonly int _size = context.Types.Offset("uma_slab", "us_type") is >= 0 and int type
        ? type
        : context.Types.Offset("uma_slab", "us_size");

    /// <summary>Whether a page may have one; costs next to nothing.</summary>
    public bool MayHave(in PageState page) =>
        context.Features.HasLongSlabHeader || (page.Zone == 0 && (page.Slab & 3) is 1 or 2);

    /// <summary>Reads a mark; null where the page has none that fits.</summary>
    /// <param name="page">The page.</param>
    /// <param name="length">Length of the range of address space that was handed out there, 0 for none; null where that
    /// is not known.</param>
    public (ulong Size, LargeKind Kind)? Read(in PageState page, ulong? length)
    {
        (ulong Size, LargeKind Kind)? mark = context.Features.HasLongSlabHeader ? OfSlab(page)
            : length is { } known ? (TwoBits(page) is { } two && two.Size == known ? two : OneBit(page))
            : context.Identity.IsBefore(TwoKinds) ? OneBit(page) : TwoBits(page);
        return length is null || mark?.Size == length ? mark : null;
    }

    private static (ulong Size, LargeKind Kind)? OneBit(in PageState page) =>
        (page.Slab & 3) == 1 ? (page.Slab >> 1, LargeKind.Malloc) : null;

    private (ulong Size, LargeKind Kind)? TwoBits(in PageState page) => (page.Slab & 3) switch
    {
        1 => (page.Slab >> 2, LargeKind.Malloc),

        // contigmalloc keeps the size that was asked for, which need not be whole pages, and takes whole pages.
        2 => (((page.Slab >> 2) + _page - 1) & ~(_page - 1), LargeKind.Contiguous),
        _ => null,
    };

    private (ulong Size, LargeKind Kind)? OfSlab(in PageState page)
    {
        // plinks.s.pv is the slab.
        ulong slab = page.Zone;
        return _flags >= 0
            && _size >= 0
            && slab != 0
            && slab % 8 == 0
            && context.Memory.Translation.IsKernelAddress(slab)
            && (context.Memory.Int8(slab, _flags) & MallocSlab) != 0
            && context.Memory.SlotOf(
                context.Memory.Pointer(slab, context.Types.Offset("uma_slab", "us_data"))) is >= 0 and int slot
            && context.Memory.Physical.AddressOf(slot) == page.Physical
                ? (context.Memory.Pointer(slab, _size), LargeKind.Malloc)
                : null;
    }
}

/// <summary>Tells what an object is, each looked at once.</summary>
internal sealed class ObjectKinds
{
    private readonly WalkContext _context;
    private readonly Dictionary<ulong, PageClass> _known = [];
    private readonly int _type;
    private readonly byte[] _swapTypes;

    /// <summary>
    /// Pagers that swap and get their number at boot: files of tmpfs and shared memory. Their pages are data as those
    /// of anonymous
    /// memory are (<c>vm_pager_alloc_dyn_type</c> in <c>sys/fs/tmpfs/tmpfs_subr.c</c> and <c>sys/kern/uipc_shm.c</c>,
    /// 13.1 on).
    /// </summary>
    private static readonly string[] s_swapPagers = ["tmpfs_pager_type", "shmfd_pager_type"];

    public ObjectKinds(WalkContext context)
    {
        _context = context;
        _type = context.Types.Offset("vm_object", "type");
        _swapTypes = [.. s_swapPagers.Select(name => context.Symbols.Address(name))
            .Where(at => at != 0).Select(at => context.Memory.UInt32(at) ?? 0).Where(
                type => type is > 0 and <= byte.MaxValue).Select(
                type => (byte)type)];
        Add("kernel_object_store", PageClass.KernelObject);
        Add("kmem_object_store", PageClass.KernelObject);
        foreach (string name in (ReadOnlySpan<string>)["kstack_object", "kstack_alt_object"])
        {
            if (context.Symbols.Address(name) is not 0 and ulong at && context.Memory.UInt64(at) is { } found and not 0)
            {
                _known[found] = PageClass.StackObject;
            }
        }

        void Add(string name, PageClass kind)
        {
            if (context.Symbols.Address(name) is not 0 and ulong at)
            {
                _known[at] = kind;
            }
        }
    }

    /// <summary>The class of pages of an object.</summary>
    public PageClass Of(ulong address)
    {
        if (_known.TryGetValue(address, out PageClass kind))
        {
            return kind;
        }

        // enum obj_type (sys/vm/vm.h): 0 default (up to 13), 1 swap, 2 vnode; others are not pages of data for certain.
        // Where
        // stacks have objects of their own, these look like anonymous memory: there nothing is taken for data.
        kind = _type >= 0 && _context.Features.HasStackObject && _context.Memory.TryReadUInt32(address, out _)
            && _context.Memory.Int8(address, _type) is var type
            && (type is 1 or 2 || Array.IndexOf(_swapTypes, type) >= 0)
            ? PageClass.Data
            : PageClass.OtherObject;
        if (_known.Count < 4_000_000)
        {
            _known[address] = kind;
        }

        return kind;
    }
}

/// <summary>
/// The physical memory that the loader and the kernel took before the page allocator was there: kernel, preloaded
/// files, first
/// stack and per-CPU data. It has vm_pages since 13 that look free (<c>sys/amd64/amd64/machdep.c</c>,
/// vm_phys_early_add_seg).
/// </summary>
internal static class BootImage
{
    private const ulong KernelStart = 0xffff_ffff_8020_0000;
    private const ulong LowMemory = 16 << 20;

    /// <summary>
    /// The segment of <c>vm_phys_segs</c> that begins with the kernel, with the next one where it was split at the
    /// bound of low
    /// memory; empty where there is none.
    /// </summary>
    public static (ulong Start, ulong Length) Find(WalkContext context)
    {
        int size = context.Types.Size("vm_phys_seg");
        int start = context.Types.Offset("vm_phys_seg", "start");
        int end = context.Types.Offset("vm_phys_seg", "end");
        ulong segments = context.Symbols.Address("vm_phys_segs");
        ulong count = context.Symbols.Address("vm_phys_nsegs");
        if (context.Identity.Architecture != "amd64" || size == 0 || start < 0 || end < 0 || segments == 0 || count == 0
            || !context.Memory.Translation.TryTranslate(KernelStart, out ulong kernel))
        {
            return default;
        }

        ulong found = kernel;
        int number = (int)Math.Min(context.Memory.UInt32(count) ?? 0, (uint)context.Limits.PhysicalRanges);
        for (int i = 0; i < number; i++)
        {
            ulong at = segments + ((ulong)i * (ulong)size);
            ulong first = context.Memory.Pointer(at, start);
            ulong last = context.Memory.Pointer(at, end);
            if (first == found && last > first && (first == kernel || first == LowMemory))
            {
                found = last;
            }
        }

        return (kernel, found - kernel);
    }
}
