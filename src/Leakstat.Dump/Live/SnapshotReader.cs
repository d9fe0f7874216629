using Leakstat.Dump.Containers;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Live;

/// <summary>What is read of a running kernel, and how far it is.</summary>
/// <param name="Pass">Number of the pass, from 0.</param>
/// <param name="Part">What is being read.</param>
/// <param name="Done">Pages of the pass that were read.</param>
/// <param name="Whole">Pages of the pass; 0 while that is not known.</param>
public readonly record struct SnapshotProgress(int Pass, string Part, long Done, long Whole);

/// <summary>
/// Reads the memory of a running kernel into a snapshot: page tables, the kernel, the vm_page array, and by that
/// every page that a dump of a panic would have. Only memory is asked for (<c>dump_avail</c>), never what a device
/// answers for.
/// </summary>
public sealed class SnapshotReader
{
    private const int PageSize = Snapshot.PageSize;
    private const int LevelsAtMost = 8;

    private readonly ILiveMemory _memory;
    private readonly SnapshotWriter _writer;
    private readonly DumpOptions _options;
    private readonly LiveKernel _kernel;
    private readonly PageFetch _fetch;

    private SnapshotReader(ILiveMemory memory, SnapshotWriter writer, DumpOptions options, LiveKernel kernel)
    {
        _memory = memory;
        _writer = writer;
        _options = options;
        _kernel = kernel;
        _fetch = new PageFetch(memory, writer, kernel.Ranges);
    }

    /// <summary>Pages that a pass reads, once the first one has got so far; 0 before.</summary>
    public long PagesOfPass { get; private set; }

    /// <summary>Pages that the host could not give.</summary>
    public long Missing => _fetch.Missing;

    /// <summary>
    /// Begins; null and a fault where the kernel's file is not the one that runs, or is not read live.
    /// </summary>
    /// <param name="memory">The memory.</param>
    /// <param name="writer">Where it goes.</param>
    /// <param name="options">Where the kernel is.</param>
    /// <param name="fault">Why not.</param>
    /// <exception cref="LiveMemoryException">The host cannot be read.</exception>
    public static SnapshotReader? Begin(
        ILiveMemory memory, SnapshotWriter writer, DumpOptions options, out DumpFault? fault)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(options);
        return LiveKernel.Find(memory, options, out fault) is { } kernel
            ? new SnapshotReader(memory, writer, options, kernel)
            : null;
    }

    /// <summary>Reads one pass to its end, or what is left of it.</summary>
    /// <param name="told">Told how far it is.</param>
    /// <param name="isWanted">Asked, once it is known how many pages there are, whether they are to be read; null for
    /// yes.</param>
    /// <returns>Whether the pass was read.</returns>
    /// <exception cref="LiveMemoryException">The host can be read no more; what came is kept.</exception>
    /// <exception cref="IOException">The snapshot cannot be written.</exception>
    public bool ReadPass(Action<SnapshotProgress>? told = null, Func<long, bool>? isWanted = null)
    {
        _fetch.Begin(told);
        _fetch.Part = "page tables";
        ReadTables();
        _fetch.Part = "kernel";
        Demand(view => view.Touch(_kernel.Start, _kernel.Length));
        _fetch.Part = "page array";
        DemandOfKernel((dump, wanted) => TouchArray(dump.Context, wanted));
        _fetch.Part = "objects";
        DemandOfKernel((dump, _) => TouchObjects(dump.Context));
        List<ulong> pages = [];
        DemandOfKernel((dump, _) => pages = new LivePages(dump.Context, _kernel.Ranges).Find());
        PagesOfPass = pages.Count;
        if (isWanted?.Invoke(PagesOfPass) == false)
        {
            return false;
        }

        _fetch.Part = "memory";
        _fetch.Whole = PagesOfPass;
        using (MappedBytes bytes = MappedBytes.Open(_writer.Path))
        {
            SegmentMemory? there = Snapshot.Read(bytes)?.Memory(_writer.Pass);
            pages.RemoveAll(page => there?.SlotOf(page) >= 0);
        }

        _fetch.Done = PagesOfPass - pages.Count;
        _fetch.Read(pages);
        _writer.EndPass();
        return true;
    }

    private static void TouchArray(WalkContext context, WantedMemory wanted)
    {
        int size = context.Types.Size("vm_page");
        ulong array = context.Symbols.Address("vm_page_array");
        ulong count = context.Symbols.Address("vm_page_array_size");
        if (size == 0 || array == 0 || count == 0
            || context.Memory.UInt64(array) is not { } address || context.Memory.UInt64(count) is not { } pages)
        {
            throw new LiveMemoryException(
                "the kernel's vm_page array cannot be found: the layout of struct vm_page is not known");
        }

        ulong bytes = Math.Min(pages, 1UL << 36) * (ulong)size;
        for (ulong at = address & ~(ulong)(PageSize - 1); at < address + bytes; at += PageSize)
        {
            if (context.Memory.Translation.TryTranslate(at, out ulong physical))
            {
                _ = wanted.SlotOf(physical);
            }
        }
    }

    /// <summary>Objects tell data of files and processes from the kernel's own pages.</summary>
    private static void TouchObjects(WalkContext context)
    {
        int type = context.Types.Offset("vm_object", "type");
        var seen = new HashSet<ulong>();
        foreach (PageState page in type < 0 ? [] : PageArray.Find(context)?.Pages() ?? [])
        {
            if (page.Object != 0 && seen.Add(page.Object))
            {
                _ = context.Memory.SlotOf(page.Object + (ulong)type);
            }
        }
    }

    private void ReadTables() => Demand(view =>
    {
        foreach (KernelMapping _ in view.Translation.Mappings())
        {
            // Walked for the tables that are not there yet: each time one level further down.
        }
    });

    /// <summary>
    /// Does something with what is there, fetches what it asked for and did not find, and does it again.
    /// </summary>
    private void Demand(Action<LiveView> look)
    {
        for (int round = 0; round < LevelsAtMost; round++)
        {
            using var view = LiveView.Of(_writer, _kernel);
            look(view);
            if (!Fetch(view.Wanted))
            {
                return;
            }
        }
    }

    private void DemandOfKernel(Action<KernelDump, WantedMemory> look)
    {
        for (int round = 0; round < LevelsAtMost; round++)
        {
            LiveView view = LiveView.Of(_writer, _kernel);
            using KernelDump dump = view.Open(_options);
            look(dump, view.Wanted);
            if (!Fetch(view.Wanted))
            {
                return;
            }
        }
    }

    /// <summary>Fetches what was asked for; false where nothing new came.</summary>
    private bool Fetch(WantedMemory wanted)
    {
        long before = _fetch.Taken;
        _fetch.Read(wanted.Wanted);
        return _fetch.Taken > before;
    }
}
