using System.Text;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Layouts;
using Leakstat.Dump.Target;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Dump;

/// <summary>
/// A dump together with its kernel: memory, symbols, types, and what was walked of it. Everything but the header and the
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

    private KernelDump(DumpFile file, KernelImage kernel, VirtualMemory memory, string directory, DumpOptions options, DumpProblems problems)
    {
        File = file;
        _kernel = kernel;
        _directory = directory;
        Problems = problems;
        Limits = options.Limits;
        Memory = memory;
        Symbols = new KernelSymbols(kernel, ReadFiles);
        Identity = ReadIdentity();
        Types = new KernelTypes(TypeSources(options));
        Identity = Identity with { HostName = Identity.HostName ?? ReadHostName(), DumpedAt = ReadClock() ?? Identity.DumpedAt };
        Features = KernelFeatures.Of(Types, Symbols, Identity);
        _messages = new Lazy<string?>(ReadMessages);
        _context = new Lazy<WalkContext>(() => new WalkContext(
            Memory, Symbols, Types, Identity, Features, Machine.Read(Memory, Symbols, Identity, Features, Limits, Problems), Limits, Problems));
        _walk = new Lazy<(KernelHeap Heap, PageSurvey Survey, ArenaReader Arenas)>(Walk);
        _buckets = new Lazy<IReadOnlyList<int>>(() =>
        {
            bool isRead = Heap.Kegs.Any(k => k.IsMalloc);
            bool hasMiddle = isRead ? Heap.Kegs.Any(k => k is { IsMalloc: true, ItemSize: 384 }) : !Features.HasLongSlabHeader;
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
            _context.Value, _walk.Value.Survey, Heap, Symbols.Files, Threads, _threads.Value.IsWhole, MessageRange()));
        _roots = new Lazy<IReadOnlyList<RootRange>>(() => RootSurvey.Find(_context.Value, PageOwners, _walk.Value.Survey, Symbols.Files, Threads));
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

    /// <summary>Arenas of kernel address space.</summary>
    public IReadOnlyList<Arena> Arenas => _walk.Value.Arenas.Arenas;

    /// <summary>Variants of the kernel.</summary>
    public KernelFeatures Features { get; }

    /// <summary>
    /// Sizes of malloc(9)'s buckets, bytes, ascending; the place of each is its bit in <see cref="MallocType.SizeMask"/>. The bucket of
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
        return DumpFile.Open(path, options, problems, out fault) is { } file ? Open(file, options, problems, out fault) : null;
    }

    /// <summary>Joins an opened dump with its kernel; takes the dump over, and gives it up where the kernel is not the one.</summary>
    public static KernelDump? Open(DumpFile file, DumpOptions options, DumpProblems problems, out DumpFault? fault)
    {
        string directory = options.KernelDirectory;
        string path = directory;
        if (System.IO.File.Exists(directory))
        {
            directory = Path.GetDirectoryName(Path.GetFullPath(directory)) ?? ".";
        }
        else
        {
            path = Path.Combine(directory, "kernel");
        }

        KernelImage? kernel = KernelImage.Open(path, options.Limits, out string? problem);
        if (kernel is null)
        {
            fault = new DumpFault(DumpFaultKind.NoKernel, path, $"{problem}; say with --kernel where the kernel of this dump is{Wanted(file)}");
            file.Dispose();
            return null;
        }

        fault = Join(file, kernel, out PhysicalMemory physical, out AddressTranslation? translation);
        if (fault is not null || translation is null)
        {
            kernel.Dispose();
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

    /// <summary>Whether this kernel is the one of the dump; the page tables where it is.</summary>
    private static DumpFault? Join(DumpFile file, KernelImage kernel, out PhysicalMemory physical, out AddressTranslation? translation)
    {
        physical = file.Physical;
        translation = file.Translation;
        int machine = file.Machine == DumpMachine.Amd64 ? 62 : 183;
        if (kernel.Elf.Machine != machine || kernel.Elf.Type == 4)
        {
            return new DumpFault(DumpFaultKind.WrongKernel, kernel.Path, $"is no kernel of {(machine == 62 ? "amd64" : "arm64")}, which the dump is of");
        }

        if (kernel.Symbols is not { } symbols || symbols.Find("version") is not (>= 0 and int row))
        {
            return new DumpFault(DumpFaultKind.NoKernel, kernel.Path, "has no symbol table, or is no FreeBSD kernel (it lacks the symbol version)");
        }

        ElfSymbol symbol = symbols[row];
        string own = Text(kernel.InitialData(symbol, 1024));
        string? told = file.Info?["Version String"] ?? file.PartitionHeader?.VersionText;
        if (told is { Length: > 0 } && own.Length > 0 && !KernelIdentity.IsSame(own, told))
        {
            return Wrong(file, kernel, own, told);
        }

        if (translation is null)
        {
            if (file.Machine == DumpMachine.Arm64)
            {
                if (Arm64Location.Find(file.Physical, kernel) is { } found)
                {
                    (physical, translation) = found;
                }
            }
            else
            {
                translation = KernelLocation.Find(file.Physical, kernel);
            }

            return translation is null ? Wrong(file, kernel, own, told) : null;
        }

        Span<byte> bytes = stackalloc byte[512];
        var memory = new VirtualMemory(file.Physical, translation);
        int length = 0;
        while (length < bytes.Length && memory.TryRead(symbol.Value + (ulong)length, bytes.Slice(length, 1)) && bytes[length] != 0)
        {
            length++;
        }

        string there = Encoding.Latin1.GetString(bytes[..length]);
        if (length == 0 && memory.ToPageEnd(symbol.Value).IsEmpty && told is not null)
        {
            // The page with the text is not in the dump (a cut one): info.N said that it fits.
            return null;
        }

        if (KernelIdentity.IsSame(own, there))
        {
            return null;
        }

        told ??= VersionSearch.Find(memory);
        return length == 0 && told is null && file.Physical.PagesCutOff > 0
            ? new DumpFault(
                DumpFaultKind.WrongKernel,
                file.Path,
                $"the dump is cut before the kernel's version, and there is no info.N of it beside: nothing says whether {kernel.Path} is its kernel")
            : Wrong(file, kernel, own, told);
    }

    private static DumpFault Wrong(DumpFile file, KernelImage kernel, string own, string? told) => new(
        DumpFaultKind.WrongKernel,
        file.Path,
        $"{kernel.Path} is not the kernel of this dump: the dump is of \"{OneLine(told ?? "a version that cannot be read")}\", the kernel is \"{OneLine(own)}\"");

    private static string Wanted(DumpFile file) =>
        (file.Info?["Version String"] ?? file.PartitionHeader?.VersionText) is { Length: > 0 } version ? $" ({OneLine(version)})" : "";

    private static string OneLine(string text) => string.Join(' ', text.Split([' ', '\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries));

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private List<(LoadedFile File, KernelImage? Elf, ulong[] SectionAddresses)> ReadFiles()
    {
        List<(LoadedFile File, KernelImage? Elf, ulong[] SectionAddresses)> files =
            new LoadedFiles(Memory, Types, _kernel, _directory, Limits, Problems).Read(Symbols.Address("linker_files"));
        _opened.AddRange(files.Where(f => f.Elf is not null && f.Elf != _kernel).Select(f => f.Elf!));
        return files;
    }

    private KernelIdentity ReadIdentity()
    {
        string version = Symbols.TryFind("version", out KernelSymbol symbol) ? Memory.String(symbol.Address, 1024) ?? "" : "";
        if (version.Length == 0)
        {
            version = File.Info?["Version String"] ?? File.PartitionHeader?.VersionText ?? "";
        }

        ulong panic = Symbols.Address("panicstr") is not 0 and ulong at ? Memory.UInt64(at) ?? 0 : 0;
        return new KernelIdentity
        {
            Version = version,
            OsRelDate = Symbols.Address("osreldate") is not 0 and ulong date && Memory.UInt32(date) is { } number and < 100_000_000 ? (int)number : 0,
            Architecture = File.Machine == DumpMachine.Amd64 ? "amd64" : "arm64",
            HostName = File.Info?["Hostname"] ?? (File.PartitionHeader is { HostName.Length: > 0 } header ? header.HostName : null),
            Panic = (panic != 0 ? Memory.String(panic, 1024) : null) ?? File.Info?["Panic String"]
                ?? (File.PartitionHeader is { PanicText.Length: > 0 } last ? last.PanicText : null),
            DumpedAt = DumpTime.Of(File.Info) ?? (File.PartitionHeader is { DumpTime: > 0 and < 253_402_300_800 } written
                ? DateTimeOffset.FromUnixTimeSeconds((long)written.DumpTime)
                : null),
        };
    }

    /// <summary>The host's name as the kernel has it: that of prison 0, where every process starts.</summary>
    private string? ReadHostName() =>
        Symbols.Address("prison0") is not 0 and ulong prison && Types.Offset("prison", "pr_hostname") is >= 0 and int offset
        && Memory.String(prison + (ulong)offset, 256) is { Length: > 0 } name && !name.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? name
            : null;

    /// <summary>The kernel's own clock at the moment of the dump; null where it is not in the dump.</summary>
    private DateTimeOffset? ReadClock() =>
        Symbols.Address("time_second") is not 0 and ulong clock && Memory.UInt64(clock) is > 0 and < 253_402_300_800 and ulong seconds
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;

    private List<Func<string, IEnumerable<StructLayout>>> TypeSources(DumpOptions options)
    {
        var sources = new List<Func<string, IEnumerable<StructLayout>>>();
        var builtIn = new Lazy<Dictionary<string, StructLayout>>(() => BuiltInLayouts.For(Identity.OsRelDate, Identity.Architecture));
        IEnumerable<StructLayout> BuiltIn(string name) => builtIn.Value.TryGetValue(name, out StructLayout? layout) ? [layout] : [];
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
        return (heap with { Large = survey.Large }, survey, found);
    }

    private (ulong Address, ulong Length) MessageRange()
    {
        ulong buffer = Symbols.Address("msgbufp") is not 0 and ulong at ? Memory.UInt64(at) ?? 0 : 0;
        return buffer == 0
            ? default
            : (Memory.Pointer(buffer, Types.Offset("msgbuf", "msg_ptr")), Memory.Int32(buffer, Types.Offset("msgbuf", "msg_size")));
    }

    private string? ReadMessages()
    {
        ulong buffer = Symbols.Address("msgbufp") is not 0 and ulong at ? Memory.UInt64(at) ?? 0 : 0;
        int pointer = Types.Offset("msgbuf", "msg_ptr");
        int size = Types.Offset("msgbuf", "msg_size");
        int next = Types.Offset("msgbuf", "msg_wseq");
        long? place = buffer != 0 && next >= 0 ? Memory.UInt32(buffer + (ulong)next) : null;
        if (!File.MessageBuffer.IsEmpty)
        {
            return MessageBuffer.Unroll(File.MessageBuffer.Span, place);
        }

        if (buffer == 0 || pointer < 0 || size < 0 || Memory.UInt64(buffer + (ulong)pointer) is not { } start
            || Memory.UInt32(buffer + (ulong)size) is not ({ } length and > 0) || length > (uint)Limits.MessageBytes)
        {
            return null;
        }

        byte[] ring = new byte[length];
        return Memory.TryRead(start, ring) ? MessageBuffer.Unroll(ring, place) : null;
    }
}
