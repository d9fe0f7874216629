namespace Leakstat.Dump.Tests.Image;

/// <summary>A module that was loaded: its sections lie one behind the other, its file knows them from 0 on.</summary>
public sealed class Module
{
    private const int SectionSize = 4096;
    private static readonly string[] s_names = [".text", ".rodata", ".data", ".bss"];

    private readonly Machine _machine;
    private readonly ulong[] _used = new ulong[4];
    private readonly List<ElfSymbol> _symbols = [];

    internal Module(Machine machine, string name, ulong address)
    {
        _machine = machine;
        Name = name;
        Address = address;
        for (int i = 0; i < s_names.Length; i++)
        {
            machine.Space.Map(address + (ulong)(i * SectionSize), machine.Memory.AllocatePage());
        }
    }

    public string Name { get; }

    public ulong Address { get; }

    public static int Size => SectionSize * s_names.Length;

    /// <summary>A variable.</summary>
    public IPlace Variable(string name, int size = 8, string section = ".bss")
    {
        int index = Array.IndexOf(s_names, section);
        ulong at = (_used[index] + 15) / 16 * 16;
        _used[index] = at + (ulong)size;
        _symbols.Add(new ElfSymbol(name, at, (ulong)size, section == ".text" ? (byte)2 : (byte)1, true, section));
        return new Slot(Address + (ulong)(index * SectionSize) + at, size);
    }

    /// <summary>A text in read-only data.</summary>
    public ulong Text(string text)
    {
        ulong address = Address + SectionSize + _used[1];
        _used[1] += (ulong)text.Length + 1;
        _machine.Space.WriteText(address, text);
        return address;
    }

    /// <summary>Address of each section.</summary>
    public IEnumerable<(string Name, ulong Address, int Size)> Sections =>
        s_names.Select((name, i) => (name, Address + (ulong)(i * SectionSize), SectionSize));

    /// <summary>The file: a relocatable object on amd64.</summary>
    public byte[] ToBytes(ushort machine)
    {
        bool relocatable = machine == ElfWriter.Amd64;
        var elf = new ElfWriter(relocatable ? ElfWriter.Relocatable : ElfWriter.Shared, machine);
        foreach ((string name, ulong address, int size) in Sections)
        {
            elf.Add(new ElfSection
            {
                Name = name,
                Type = name == ".bss" ? 8u : 1u,
                Flags = name == ".text" ? 6u : name == ".rodata" ? 2u : 3u,
                Alignment = 16,
                Address = relocatable ? 0 : address - Address,
                Size = (ulong)size,
                Bytes = name is ".text" or ".rodata" ? _machine.Space.Read(address, size) : name == ".data" ? new byte[size] : [],
            });
        }

        if (!relocatable)
        {
            elf.AddLoad(5, 0, ".text", ".bss");
        }

        return elf.ToBytes([.. _symbols.Select(s => relocatable ? s : s with
        {
            Value = s.Value + (ulong)(Array.IndexOf(s_names, s.Section) * SectionSize),
        })]);
    }
}

/// <summary>The kernel's list of itself and what it loaded (<c>sys/kern/kern_linker.c</c>, <c>link_elf_obj.c</c>).</summary>
public sealed class Modules
{
    private const int SectionsOffset = 232;
    private const int EntrySize = 32;

    private readonly Machine _machine;
    private ulong _next;

    public Modules(Machine machine)
    {
        _machine = machine;
        _next = machine.Kernel.Address + 0x1400000;
    }

    public List<Module> All { get; } = [];

    public Module Load(string name)
    {
        var module = new Module(_machine, name, _next);
        _next += (ulong)Module.Size + 0x10000;
        All.Add(module);
        return module;
    }

    public void Write()
    {
        ulong head = _machine.Kernel.Define("linker_files", 16, local: true);
        ulong from = head;
        ulong kernelSize = KernelFile.Size;
        Add("kernel", "/boot/kernel/kernel", _machine.Kernel.Address, kernelSize, null);
        foreach (Module module in All)
        {
            Add(module.Name, $"/boot/kernel/{module.Name}", module.Address, (ulong)Module.Size, module);
        }

        _machine.Space.Write(head + 8, from);

        void Add(string name, string path, ulong address, ulong size, Module? module)
        {
            Item file = _machine.Malloc.Allocate("linker", 384);
            StructAt at = _machine.At("linker_file", file.Address);
            at["refs"] = 1;
            at["filename"] = Text(name);
            at["pathname"] = Text(path);
            at["id"] = module is null ? 1 : (ulong)All.IndexOf(module) + 2;
            at["address"] = address;
            at["size"] = size;
            _machine.Space.Write(at.Of("modules") + 8, at.Of("modules"));
            _machine.Space.Write(at.Of("common") + 8, at.Of("common"));
            _machine.Space.Write(from, file.Address);
            _machine.Space.Write(at.Of("link") + 8, from);
            from = at.Of("link");
            if (module is not null && !_machine.Options.IsArm)
            {
                WriteSections(file, module);
            }
        }
    }

    private ulong Text(string text)
    {
        Item item = _machine.Malloc.Allocate("linker", text.Length + 1);
        _machine.Space.WriteText(item.Address, text);
        return item.Address;
    }

    private void WriteSections(Item file, Module module)
    {
        (string Name, ulong Address, int Size)[] sections = [.. module.Sections];
        Item table = _machine.Malloc.Allocate("linker", sections.Length * EntrySize);
        _machine.Space.Write(file.Address + 208, module.Address);
        _machine.Space.Write(file.Address + SectionsOffset, table.Address);
        _machine.Space.Write(file.Address + SectionsOffset + 8, (ulong)sections.Length, 4);
        Item names = _machine.Malloc.Allocate("linker", 64);
        _machine.Space.Write(file.Address + 312, names.Address);
        ulong name = names.Address;
        for (int i = 0; i < sections.Length; i++)
        {
            ulong entry = table.Address + (ulong)(i * EntrySize);
            _machine.Space.Write(entry, sections[i].Address);
            _machine.Space.Write(entry + 8, (ulong)sections[i].Size);
            _machine.Space.Write(entry + 16, sections[i].Name == ".text" ? 6u : 3u, 4);
            _machine.Space.Write(entry + 20, (ulong)i + 1, 4);
            _machine.Space.Write(entry + 24, name);
            _machine.Space.WriteText(name, sections[i].Name);
            name += (ulong)sections[i].Name.Length + 1;
        }
    }
}
