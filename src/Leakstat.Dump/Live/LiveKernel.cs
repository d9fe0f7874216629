using System.Buffers.Binary;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Live;

/// <summary>
/// Where a running kernel has its page tables and its memory: variables of the kernel image, read at the addresses that
/// the kernel's file gives.
/// </summary>
internal sealed class LiveKernel
{
    private const int VersionBytes = 512;

    private readonly Func<PhysicalMemory, AddressTranslation> _tables;

    private LiveKernel(DumpMachine machine, Func<PhysicalMemory, AddressTranslation> tables)
    {
        Machine = machine;
        _tables = tables;
    }

    /// <summary>The machine that it is of.</summary>
    public DumpMachine Machine { get; }

    /// <summary>Ranges of memory: first and first no more, physical.</summary>
    public required IReadOnlyList<(ulong Start, ulong End)> Ranges { get; init; }

    /// <summary>First address of the kernel image.</summary>
    public required ulong Start { get; init; }

    /// <summary>Bytes of it.</summary>
    public required ulong Length { get; init; }

    /// <summary>Finds it; null and a fault where the file is not of the kernel that runs.</summary>
    public static LiveKernel? Find(ILiveMemory memory, DumpOptions options, out DumpFault? fault)
    {
        string path = File.Exists(options.KernelDirectory)
            ? options.KernelDirectory
            : Path.Combine(options.KernelDirectory, "kernel");
        using KernelImage? kernel = KernelImage.Open(path, options.Limits, out string? problem);
        if (kernel is null)
        {
            fault = new DumpFault(
                DumpFaultKind.NoKernel, path, $"{problem}; say with --kernel where the kernel that runs is");
            return null;
        }

        if (kernel.Elf.Machine is not (ElfMachine.Amd64 or ElfMachine.Arm64)
            || kernel.Symbols is not { } symbols
            || Symbol(symbols, "version") is not { } version)
        {
            fault = new DumpFault(
                DumpFaultKind.Unsupported,
                path,
                "is no kernel of amd64 or arm64 with symbols; running kernels of these are read (elsewhere: savecore "
                    + "-L)");
            return null;
        }

        byte[] text = new byte[VersionBytes];
        ReadOnlySpan<byte> own = kernel.InitialData(version, VersionBytes);
        bool isRead = memory.TryRead(version.Value, text);
        if (!isRead || own.IsEmpty || !KernelIdentity.IsSame(FieldText.Of(own), FieldText.Of(text)))
        {
            fault = new DumpFault(
                DumpFaultKind.WrongKernel,
                path,
                isRead
                    ? $"is not the kernel that runs: that is \"{OneLine(text)}\", the file \"{OneLine(own)}\""
                    : "is not the kernel that runs: nothing is mapped where its version text would be");
            return null;
        }

        fault = null;
        return Of(memory, kernel.Elf, symbols)
            ?? throw new LiveMemoryException(
                "the kernel's page tables or its memory ranges "
                    + (kernel.Elf.Machine == ElfMachine.Arm64
                        ? "(pagetable_l0_ttbr1, dmap_phys_base, dump_avail)"
                        : "(KPML4phys, dump_avail)")
                    + " cannot be read");
    }

    /// <summary>The page tables, in memory that was read.</summary>
    public AddressTranslation Tables(PhysicalMemory physical) => _tables(physical);

    private static LiveKernel? Of(ILiveMemory memory, ElfFile elf, ElfSymbols symbols)
    {
        List<(ulong, ulong)> ranges = Memory(memory, symbols);
        DumpMachine machine = elf.Machine == ElfMachine.Arm64 ? DumpMachine.Arm64 : DumpMachine.Amd64;
        Func<PhysicalMemory, AddressTranslation>? tables = machine == DumpMachine.Arm64
            ? LiveArm64.Find(memory, name => Symbol(symbols, name)?.Value) is { } arm ? arm.Tables : null
            : Amd64Tables(memory, symbols);
        if (tables is null || ranges.Count == 0
            || ImageStart(elf, symbols) is not { } start
            || Symbol(symbols, "_end") is not { } end
            || end.Value <= start)
        {
            return null;
        }

        return new LiveKernel(machine, tables) { Ranges = ranges, Start = start, Length = end.Value - start };
    }

    private static Func<PhysicalMemory, AddressTranslation>? Amd64Tables(ILiveMemory memory, ElfSymbols symbols)
    {
        ulong four = Number(memory, symbols, "KPML4phys");
        ulong five = (uint)Number(memory, symbols, "la57", 4) == 1 ? Number(memory, symbols, "KPML5phys") : 0;
        if (four == 0 && five == 0)
        {
            return null;
        }

        byte[] layout = new byte[32];
        if (Symbol(symbols, "kva_layout") is not { } said || !memory.TryRead(said.Value, layout))
        {
            Array.Clear(layout);
        }

        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(layout.AsSpan(16));
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(layout.AsSpan(24));
        return physical => Amd64PageWalk.Of(physical, five != 0 ? five : four, five != 0 ? 5 : 4, low, high);
    }

    /// <summary>
    /// Where the image begins: <c>btext</c> is a symbol of amd64 only, elsewhere the first segment says it.
    /// </summary>
    private static ulong? ImageStart(ElfFile elf, ElfSymbols symbols) => Symbol(symbols, "btext")?.Value
        ?? elf.Segments.Where(s => s.Type == ElfSegmentType.Load).Select(s => (ulong?)s.Address).Min();

    /// <summary>
    /// <c>dump_avail</c>: pairs of first and first no more, ended by zeros (<c>sys/kern/subr_physmem.c</c> and
    /// before).
    /// </summary>
    private static List<(ulong Start, ulong End)> Memory(ILiveMemory memory, ElfSymbols symbols)
    {
        var ranges = new List<(ulong, ulong)>();
        if (Symbol(symbols, "dump_avail") is not { } symbol)
        {
            return ranges;
        }

        byte[] bytes = new byte[Math.Clamp(symbol.Size, 16, 16 * 1024)];
        if (!memory.TryRead(symbol.Value, bytes))
        {
            return ranges;
        }

        for (int at = 0; at + 16 <= bytes.Length; at += 16)
        {
            ulong start = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            ulong end = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at + 8));
            if (end == 0 || end <= start)
            {
                break;
            }

            ranges.Add((start, end));
        }

        return ranges;
    }

    private static ulong Number(ILiveMemory memory, ElfSymbols symbols, string name, int size = 8)
    {
        byte[] bytes = new byte[8];
        return Symbol(symbols, name) is { } symbol && memory.TryRead(symbol.Value, bytes.AsSpan(0, size))
            ? BinaryPrimitives.ReadUInt64LittleEndian(bytes)
            : 0;
    }

    private static ElfSymbol? Symbol(ElfSymbols symbols, string name) =>
        symbols.Find(name) is >= 0 and int row ? symbols[row] : null;

    private static string OneLine(ReadOnlySpan<byte> field) => FieldText.OneLine(FieldText.Of(field));
}
