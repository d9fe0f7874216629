using Leakstat.Dump.Containers;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Layouts;
using Leakstat.Dump.Target;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Dump;

/// <summary>
/// A dump together with its kernel: memory, symbols, types, and what was walked of it. Everything but the header and
/// the
/// kernel's symbol table is read when first asked for.
/// </summary>
public sealed class KernelDump : IDisposable
{
    private readonly KernelImage _kernel;
    private readonly string _directory;
    private readonly List<KernelImage> _opened = [];
    private readonly Lazy<string?> _messages;
    private readonly Lazy<WalkContext> _context;
    private readonly Lazy<(KernelHeap Heap, PageSurvey Survey, ArenaReader Arenas)> _walk;
    private readonly Lazy<IReadOnlyList<int>> _buckets;
    private readonly Lazy<IReadOnlyList<MallocType>> _types;
    private readonly Lazy<IReadOnlyDictionary<int, int>> _subzones;
    private readonly Lazy<(IReadOnlyList<KernelThread> Threads, bool IsWhole)> _threads;
    private readonly Lazy<IReadOnlyList<KernelCounter>> _counters;
    private readonly Lazy<PageOwners> _owners;
    private readonly Lazy<IReadOnlyList<RootRange>> _roots;

    private KernelDump(
        DumpFile file,
        KernelImage kernel,
        VirtualMemory memory,
        string directory,
        DumpOptions options,
        DumpProblems problems)
    {
        File = file;
        _kernel = kernel;
        _directory = directory;
        Problems = problems;
        Limits = options.Limits;
        Memory = memory;
        Symbols = new KernelSymbols(kernel, ReadFiles);
        var identity = new IdentityReader(File, Memory, Symbols);
        Identity = identity.Read();
        Types = new KernelTypes(TypeSources(options));
        Identity = identity.Complete(Identity, Types);
        IsLive = identity.IsLive();
        Features = KernelFeatures.Of(Types, Symbols, Identity);
        _messages = new Lazy<string?>(() => MessageBuffer.Read(File, Memory, Symbols, Types, Limits));
        _context = new Lazy<WalkContext>(() => new WalkContext(
            Memory, Symbols, Types, Identity, Features, Machine.Read(
                Memory, Symbols, Identity, Features, Limits, Problems), Limits, Problems)
        {
            IsLive = IsLive,
        });
        _walk = new Lazy<(KernelHeap Heap, PageSurvey Survey, ArenaReader Arenas)>(Walk);
        _buckets = new Lazy<IReadOnlyList<int>>(() =>
        {
            bool isRead = Heap.Kegs.Any(k => k.IsMalloc);
            bool hasMiddle = isRead
                ? Heap.Kegs.Any(k => k is { IsMalloc: true, ItemSize: 384 })
                : !Features.HasLongSlabHeader;
            return [.. MallocSizes.All.ToArray().Where(size => size != 384 || hasMiddle)];
        });
        _types = new Lazy<IReadOnlyList<MallocType>>(() => MallocReader.Read(_context.Value));
        _subzones = new Lazy<IReadOnlyDictionary<int, int>>(() => Walking.MallocSubzones.Read(_context.Value, Heap));
        _threads = new Lazy<(IReadOnlyList<KernelThread> Threads, bool IsWhole)>(() =>
        {
            var reader = new ThreadReader(_context.Value);
            return (reader.Read(), reader.IsWhole);
        });
        _counters = new Lazy<IReadOnlyList<KernelCounter>>(() => new KernelCounters(_context.Value).Read());
        _owners = new Lazy<PageOwners>(() => OwnerSurvey.Make(
            _context.Value, _walk.Value.Survey, Heap, Symbols.Files, Threads, _threads.Value.IsWhole,
            MessageBuffer.Range(
                Memory, Symbols, Types)));
        _roots = new Lazy<IReadOnlyList<RootRange>>(
            () => RootSurvey.Find(_context.Value, PageOwners, _walk.Value.Survey, Symbols.Files, Threads));
    }

    /// <summary>The dump's file.</summary>
    public DumpFile File { get; }

    /// <summary>The kernel's virtual memory.</summary>
    public VirtualMemory Memory { get; }

    /// <summary>Symbols and loaded files.</summary>
    public KernelSymbols Symbols { get; }

    /// <summary>Layouts of structures.</summary>
    public KernelTypes Types { get; }

    /// <summary>Which kernel was running.</summary>
    public KernelIdentity Identity { get; }

    /// <summary>
    /// Whether the kernel went on running while the dump was written (<c>savecore -L</c>), so that parts of it are of
    /// different
    /// moments.
    /// </summary>
    public bool IsLive { get; }

    /// <summary>Path of the kernel file.</summary>
    public string KernelPath => _kernel.Path;

    /// <summary>What was not as it should be; grows while parts are read for the first time.</summary>
    public DumpProblems Problems { get; }

    /// <summary>Bounds.</summary>
    public DumpLimits Limits { get; }

    /// <summary>The message buffer's text, oldest first; null where it is not in the dump.</summary>
    public string? Messages => _messages.Value;

    /// <summary>CPUs and domains.</summary>
    public Machine Machine => _context.Value.Machine;

    /// <summary>Kegs, zones, slabs with the state of each item, and large allocations.</summary>
    public KernelHeap Heap => _walk.Value.Heap;

    /// <summary>What walks of this kernel need.</summary>
    internal WalkContext Context => _context.Value;

    /// <summary>What each page is by its vm_page.</summary>
    internal PageSurvey Survey => _walk.Value.Survey;

    /// <summary>
    /// Allocations of kernel address space, bytes by start; none where the arenas cannot be followed.
    /// </summary>
    internal IReadOnlyDictionary<ulong, ulong> KernelRanges =>
        _walk.Value.Arenas.IsWhole ? _walk.Value.Arenas.Allocated : new Dictionary<ulong, ulong>();

    /// <summary>Whether it is a live dump that lacks most of the direct map, where slabs lie.</summary>
    internal bool LacksDirectMap => IsLive && _walk.Value.Survey.Bitmap.IsCutToAnEighth;

    /// <summary>Variants of the kernel.</summary>
    public KernelFeatures Features { get; }

    /// <summary>
    /// Sizes of malloc(9)'s buckets, bytes, ascending; the place of each is its bit in <see
    /// cref="MallocType.SizeMask"/>. The bucket of
    /// 384 bytes came between 1201000 and 1300139; whether this kernel has it its kegs tell, where they can be read.
    /// </summary>
    public IReadOnlyList<int> MallocBuckets => _buckets.Value;

    /// <summary>malloc(9) types, in the kernel's order.</summary>
    public IReadOnlyList<MallocType> MallocTypes => _types.Value;

    /// <summary>Set of malloc(9)'s zones by number of the keg; empty in kernels with one set.</summary>
    internal IReadOnlyDictionary<int, int> MallocSubzones => _subzones.Value;

    /// <summary>What sysctl(8) would say of memory, and <c>time_uptime</c>, <c>time_second</c> (seconds).</summary>
    public IReadOnlyList<KernelCounter> Counters => _counters.Value;

    /// <summary>Threads of all processes.</summary>
    public IReadOnlyList<KernelThread> Threads => _threads.Value.Threads;

    /// <summary>What each page of the dump belongs to.</summary>
    public PageOwners PageOwners => _owners.Value;

    /// <summary>Where marking starts. Ranges may overlap; allocated memory is in none.</summary>
    public IReadOnlyList<RootRange> Roots => _roots.Value;

    /// <summary>Blocks that are held by a pointer that leads nowhere into them; each by its address.</summary>
    internal IReadOnlyList<ulong> HeldFromOutside => CamQueues.Find(_context.Value);

    /// <summary>Opens a dump with its kernel; null and a fault where that cannot be.</summary>
    public static KernelDump? Open(string path, DumpOptions options, out DumpFault? fault)
    {
        var problems = new DumpProblems(options.Limits);
        return DumpFile.Open(path, options, problems, out fault) is { } file
            ? Open(file, options, problems, out fault)
            : null;
    }

    /// <summary>
    /// Joins an opened dump with its kernel; takes the dump over, and gives it up where the kernel is not the one.
    /// </summary>
    public static KernelDump? Open(DumpFile file, DumpOptions options, DumpProblems problems, out DumpFault? fault)
    {
        PhysicalMemory physical = file.Physical;
        AddressTranslation? translation = file.Translation;
        KernelImage? kernel = KernelMatch.Open(file, options, out string directory, out fault);
        fault ??= kernel is null ? null : KernelMatch.Find(file, kernel, out physical, out translation);
        if (kernel is null || fault is not null || translation is null)
        {
            kernel?.Dispose();
            file.Dispose();
            return null;
        }

        return new KernelDump(file, kernel, new VirtualMemory(physical, translation), directory, options, problems);
    }

    /// <summary>Gives up the files.</summary>
    public void Dispose()
    {
        foreach (KernelImage opened in _opened)
        {
            opened.Dispose();
        }

        _kernel.Dispose();
        File.Dispose();
    }

    private List<(LoadedFile File, KernelImage? Elf, ulong[] SectionAddresses)> ReadFiles()
    {
        List<(LoadedFile File, KernelImage? Elf, ulong[] SectionAddresses)> files =
            new LoadedFiles(Memory, Types, _kernel, _directory, Limits, Problems).Read(Symbols.Address("linker_files"));
        _opened.AddRange(files.Where(f => f.Elf is not null && f.Elf != _kernel).Select(f => f.Elf!));
        return files;
    }

    private List<Func<string, IEnumerable<StructLayout>>> TypeSources(DumpOptions options)
    {
        var sources = new List<Func<string, IEnumerable<StructLayout>>>();
        var builtIn = new Lazy<Dictionary<string, StructLayout>>(
            () => BuiltInLayouts.For(Identity.OsRelDate, Identity.Architecture));
        IEnumerable<StructLayout> BuiltIn(string name) =>
            builtIn.Value.TryGetValue(name, out StructLayout? layout) ? [layout] : [];
        if (options.PreferBuiltInLayouts)
        {
            sources.Add(BuiltIn);
        }

        sources.Add(name => _kernel.Types(parent: null, Problems)?.Find(name, "CTF of the kernel") ?? []);
        var debug = new Lazy<DebugFile?>(() =>
        {
            DebugFile? found = DebugFile.Find(_kernel, _directory, Limits, Problems);
            if (found is not null)
            {
                lock (_opened)
                {
                    _opened.Add(found.File);
                }
            }

            return found;
        });
        sources.Add(name => debug.Value?.Find(name) ?? []);
        sources.Add(BuiltIn);
        return sources;
    }

    /// <summary>Walks UMA while another processor goes through the pages.</summary>
    private (KernelHeap Heap, PageSurvey Survey, ArenaReader Arenas) Walk()
    {
        WalkContext context = _context.Value;
        var apart = new DumpProblems(Limits);
        Task<(PageSurvey Survey, ArenaReader Arenas)> pages = Task.Run(() =>
        {
            WalkContext own = context with { Problems = apart };
            ArenaReader arenas = ArenaReader.Read(own);
            return (PageSurvey.Make(own, arenas), arenas);
        });
        KernelHeap heap = HeapWalk.Walk(context);
        (PageSurvey survey, ArenaReader found) = pages.GetAwaiter().GetResult();
        Problems.AddAll(apart);
        if (IsLive && survey.Bitmap.IsCutToAnEighth)
        {
            Problems.Add(
                DiagnosticId.MissingPages,
                "page bitmap",
                $"this live dump has only the first eighth of the kernel's direct map: {survey.Bitmap.Missing} pages "
                    + "in use are missing "
                    + "(savecore -L of 14.x copies an eighth of the bitmap, sys/kern/kern_dump.c); a dump of a "
                    + "panic has all");
        }

        return (heap with { Large = survey.Large }, survey, found);
    }


}
