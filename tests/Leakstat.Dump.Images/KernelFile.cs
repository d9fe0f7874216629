using System.Text;

namespace Leakstat.Dump.Tests.Image;

/// <summary>Sections of the kernel at their places, the symbols in them, and the file of it all.</summary>
public sealed class KernelFile
{
    private static readonly (string Name, ulong Offset, ulong Size, ulong Flags)[] s_sections =
    [
        (".text", 0x0, 0x10000, 6),
        (".rodata", 0x10000, 0x30000, 2),
        (".data", 0x40000, 0x20000, 3),
        ("set_pcpu", 0x60000, 0x4000, 3),
        ("set_vnet", 0x64000, 0x4000, 3),
        (".bss", 0x68000, 0x38000, 3),
    ];

    private readonly AddressSpace _space;
    private readonly Dictionary<string, ulong> _used = [];
    private readonly Dictionary<string, ulong> _strings = [];
    private readonly Dictionary<string, ElfSymbol> _symbols = [];

    /// <summary>Maps the kernel where a loader put it.</summary>
    public KernelFile(AddressSpace space, ulong address, ulong physical, bool largePages)
    {
        _space = space;
        Address = address;
        Physical = physical;
        if (largePages)
        {
            space.MapLarge(address, physical);
        }

        for (ulong at = 0; at < (largePages ? 0x200000u : Size); at += PhysicalMemory.PageSize)
        {
            space.Memory.SetUse(physical + at, PageUse.Boot);
            if (!largePages)
            {
                space.Map(address + at, physical + at);
            }
        }

        Symbol("btext", address, ".text");
        Symbol("etext", Start(".rodata"), ".text");
        Symbol("__start_set_pcpu", Start("set_pcpu"), "set_pcpu");
        Symbol("__stop_set_pcpu", Start("set_vnet"), "set_pcpu");
        Symbol("__start_set_vnet", Start("set_vnet"), "set_vnet");
        Symbol("__stop_set_vnet", Start(".bss"), "set_vnet");
        Symbol("_end", address + Size, ".bss");
    }

    public static ulong Size => s_sections[^1].Offset + s_sections[^1].Size;

    public ulong Address { get; }

    public ulong Physical { get; }

    public ulong this[string symbol] => _symbols[symbol].Value;

    public bool Has(string symbol) => _symbols.ContainsKey(symbol);

    public ulong Start(string section) => Address + s_sections.First(s => s.Name == section).Offset;

    /// <summary>A symbol with room of its own.</summary>
    public ulong Define(string name, int size, string section = ".bss", bool local = false, ulong alignment = 16)
    {
        ulong address = Take(section, size, alignment);
        bool code = section == ".text";
        _symbols.Add(name, new ElfSymbol(name, address, (ulong)size, code ? (byte)2 : (byte)1, local, section));
        return address;
    }

    /// <summary>A symbol with a value of 8 bytes or less.</summary>
    public ulong Define(string name, ulong value, int size = 8, bool local = false)
    {
        ulong address = Define(name, size, ".data", local);
        _space.Write(address, value, size);
        return address;
    }

    /// <summary>A symbol of memory that lies elsewhere.</summary>
    public void DefineAt(string name, ulong address, int size) =>
        _symbols.Add(name, new ElfSymbol(name, address, (ulong)size, 1, false, ".bss"));

    /// <summary>A function.</summary>
    public ulong Function(string name) => Has(name) ? this[name] : Define(name, 128, ".text");

    /// <summary>A text in read-only data.</summary>
    public ulong Text(string text)
    {
        if (!_strings.TryGetValue(text, out ulong address))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
            address = Take(".rodata", bytes.Length, 1);
            _space.Write(address, bytes);
            _strings[text] = address;
        }

        return address;
    }

    /// <summary>A variable that holds a text itself.</summary>
    public void DefineText(string name, string text, int size = 0)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
        _space.Write(Define(name, Math.Max(size, bytes.Length), ".data"), bytes);
    }

    /// <summary>The file that was booted: what is constant has its content, the rest is as it was at boot.</summary>
    public byte[] ToBytes(ushort machine, byte[]? ctf)
    {
        var elf = new ElfWriter(ElfWriter.Executable, machine);
        foreach ((string name, ulong offset, ulong size, ulong flags) in s_sections)
        {
            elf.Add(new ElfSection
            {
                Name = name,
                Type = name == ".bss" ? 8u : 1u,
                Flags = flags,
                Address = Address + offset,
                Alignment = 4096,
                Size = size,
                Bytes = name switch
                {
                    ".bss" => [],
                    ".text" or ".rodata" => _space.Read(Address + offset, (int)size),
                    _ => Initial(name, Address + offset, size),
                },
            });
        }

        if (ctf is not null)
        {
            elf.Add(new ElfSection { Name = ".SUNW_ctf", Bytes = ctf, Alignment = 4 });
        }

        elf.AddLoad(5, Physical, ".text", ".rodata");
        elf.AddLoad(6, Physical + 0x40000, ".data", ".bss");
        return elf.ToBytes([.. _symbols.Values]);
    }

    /// <summary>Initial data: the texts that name the kernel, which a booted kernel still has.</summary>
    private byte[] Initial(string section, ulong start, ulong size)
    {
        byte[] bytes = new byte[size];
        foreach (ElfSymbol symbol in _symbols.Values)
        {
            if (symbol.Section == section && symbol.Name is "version" or "osrelease" or "osreldate" or "ostype")
            {
                _space.Read(symbol.Value, (int)symbol.Size).CopyTo(bytes, (int)(symbol.Value - start));
            }
        }

        return bytes;
    }

    private ulong Take(string section, int size, ulong alignment = 16)
    {
        (_, ulong offset, ulong room, _) = s_sections.First(s => s.Name == section);
        ulong used = (_used.GetValueOrDefault(section) + alignment - 1) / alignment * alignment;
        if (used + (ulong)size > room)
        {
            throw new InvalidOperationException($"{section} of the test's kernel is full");
        }

        _used[section] = used + (ulong)size;
        return Address + offset + used;
    }

    private void Symbol(string name, ulong value, string section) =>
        _symbols[name] = new ElfSymbol(name, value, 0, 0, false, section);
}
