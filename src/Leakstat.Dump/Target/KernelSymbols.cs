using Leakstat.Dump.Elf;

namespace Leakstat.Dump.Target;

/// <summary>
/// Symbols of the kernel and of its modules at their addresses in the running kernel. Modules' files are opened when
/// something in
/// them is asked for. Safe to use from several threads.
/// </summary>
public sealed class KernelSymbols
{
    private readonly SymbolFile _kernel;
    private readonly Lazy<SymbolFile[]> _modules;

    internal KernelSymbols(
        KernelImage kernel, Func<IReadOnlyList<(LoadedFile File, KernelImage? Elf, ulong[] SectionAddresses)>> modules)
    {
        _kernel = new SymbolFile("kernel", kernel, sectionAddresses: null);
        _modules = new Lazy<SymbolFile[]>(() => [.. modules().Select(m => new SymbolFile(
            m.File.Name, m.Elf, m.SectionAddresses)
        {
            Loaded = m.File,
        })]);
    }

    /// <summary>The kernel and its modules, in the order of <c>linker_files</c>.</summary>
    public IReadOnlyList<LoadedFile> Files => _files ??= [.. _modules.Value.Select(m => m.Loaded!)];

    private LoadedFile[]? _files;

    /// <summary>A symbol of the kernel itself; static ones are found too.</summary>
    public bool TryFind(string name, out KernelSymbol symbol) => _kernel.TryFind(name, out symbol);

    /// <summary>Address of a symbol of the kernel; 0 where there is none.</summary>
    public ulong Address(string name) => TryFind(name, out KernelSymbol symbol) ? symbol.Address : 0;

    /// <summary>The symbol that an address lies in; false where it lies in none.</summary>
    public bool TryResolve(ulong address, out KernelSymbol symbol)
    {
        foreach (SymbolFile file in _modules.Value)
        {
            if (file.Loaded is { Id: not 1 } loaded && loaded.Contains(address))
            {
                return file.TryResolve(address, out symbol);
            }
        }

        return _kernel.TryResolve(address, out symbol);
    }

    /// <summary>
    /// What a person would call an address: <c>zfs.ko:arc_read+0x1c</c>, <c>uma_kegs</c>; null where it lies in no
    /// symbol.
    /// </summary>
    public string? Describe(ulong address)
    {
        if (!TryResolve(address, out KernelSymbol symbol))
        {
            return FileOf(address) is { } file ? $"{file.Name}+0x{address - file.Address:x}" : null;
        }

        string name = symbol.Module == "kernel" ? symbol.Name : $"{symbol.Module}:{symbol.Name}";
        return address == symbol.Address ? name : $"{name}+0x{address - symbol.Address:x}";
    }

    /// <summary>The kernel file that an address lies in; null where it lies in none.</summary>
    public LoadedFile? FileOf(ulong address)
    {
        foreach (LoadedFile file in Files)
        {
            if (file.Contains(address))
            {
                return file;
            }
        }

        return null;
    }

    /// <summary>Symbols of one file; sections of modules are where the kernel put them.</summary>
    private sealed class SymbolFile(string name, KernelImage? file, ulong[]? sectionAddresses)
    {
        private readonly Lazy<(ulong[] Addresses, int[] Rows)> _sorted = new(
            () => Sort(file?.Symbols, sectionAddresses));

        public LoadedFile? Loaded { get; init; }

        public bool TryFind(string symbolName, out KernelSymbol symbol)
        {
            if (file?.Symbols is { } table && table.Find(symbolName) is >= 0 and int row
                && TryAddress(table[row], sectionAddresses, out ulong address))
            {
                ElfSymbol found = table[row];
                symbol = new KernelSymbol(symbolName, address, found.Size, name);
                return true;
            }

            symbol = default;
            return false;
        }

        public bool TryResolve(ulong address, out KernelSymbol symbol)
        {
            symbol = default;
            if (file?.Symbols is not { } table)
            {
                return false;
            }

            (ulong[] addresses, int[] rows) = _sorted.Value;
            int index = Array.BinarySearch(addresses, address);
            index = index >= 0 ? index : ~index - 1;

            // Symbols may lie within others (labels in assembler): look back a little for one that is large enough.
            for (int steps = 0; index >= 0 && steps < 8; steps++, index--)
            {
                ElfSymbol row = table[rows[index]];
                ulong within = address - addresses[index];
                if (within < row.Size || (row.Size == 0 && within < 4096 && steps == 0))
                {
                    symbol = new KernelSymbol(table.NameOf(rows[index]), addresses[index], row.Size, name);
                    return true;
                }
            }

            return false;
        }

        private static bool TryAddress(in ElfSymbol symbol, ulong[]? sections, out ulong address)
        {
            address = symbol.Value;
            if (sections is null)
            {
                return symbol.Section != ElfSectionNumber.Undefined;
            }

            if (symbol.Section == ElfSectionNumber.Undefined || symbol.Section >= sections.Length
                || sections[symbol.Section] == 0)
            {
                return false;
            }

            address += sections[symbol.Section];
            return true;
        }

        private static (ulong[] Addresses, int[] Rows) Sort(ElfSymbols? table, ulong[]? sections)
        {
            if (table is null)
            {
                return ([], []);
            }

            var addresses = new ulong[table.Count];
            var rows = new int[table.Count];
            int count = 0;
            for (int i = 0; i < table.Count; i++)
            {
                ElfSymbol symbol = table[i];
                if (symbol.Type < ElfSymbolType.Section
                    && symbol.Section is not (ElfSectionNumber.Undefined or ElfSectionNumber.Absolute)
                    && TryAddress(symbol, sections, out ulong address))
                {
                    addresses[count] = address;
                    rows[count++] = i;
                }
            }

            Array.Resize(ref addresses, count);
            Array.Resize(ref rows, count);
            Array.Sort(addresses, rows);
            return (addresses, rows);
        }
    }
}
