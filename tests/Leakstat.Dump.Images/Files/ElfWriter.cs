using System.Buffers.Binary;
using System.Text;

namespace Leakstat.Dump.Tests.Image;

/// <summary>A section of an ELF file.</summary>
public sealed class ElfSection
{
    public required string Name { get; init; }

    public uint Type { get; init; } = 1;

    public ulong Flags { get; init; }

    public ulong Address { get; init; }

    public ulong Alignment { get; init; } = 1;

    public byte[] Bytes { get; init; } = [];

    /// <summary>Size in memory of a section without bytes (<c>SHT_NOBITS</c>).</summary>
    public ulong Size { get; init; }

    public uint Link { get; set; }

    public uint Info { get; set; }

    public ulong EntrySize { get; init; }
}

/// <summary>A symbol: where it is, by section and address.</summary>
public sealed record ElfSymbol(string Name, ulong Value, ulong Size, byte Kind, bool IsLocal, string Section);

/// <summary>Writes 64-bit little-endian ELF files: kernels, modules, memory dumps.</summary>
public sealed class ElfWriter(ushort type, ushort machine)
{
    public const ushort Relocatable = 1;
    public const ushort Executable = 2;
    public const ushort Shared = 3;
    public const ushort Core = 4;
    public const ushort Amd64 = 62;
    public const ushort Arm64 = 183;

    private readonly List<ElfSection> _sections = [];
    private readonly List<(uint Type, uint Flags, ulong Address, ulong Physical, string First, string Last)> _segments = [];

    public void Add(ElfSection section) => _sections.Add(section);

    /// <summary>A loadable segment over the sections from the first named to the last.</summary>
    public void AddLoad(uint flags, ulong physical, string first, string last) => _segments.Add((1, flags, 0, physical, first, last));

    public byte[] ToBytes(IReadOnlyList<ElfSymbol> symbols)
    {
        if (symbols.Count > 0)
        {
            AddSymbols(symbols);
        }

        var names = new MemoryStream();
        names.WriteByte(0);
        Dictionary<string, uint> nameAt = [];
        foreach (string name in _sections.Select(s => s.Name).Append(".shstrtab").Distinct())
        {
            nameAt[name] = (uint)names.Length;
            names.Write(Encoding.ASCII.GetBytes(name + "\0"));
        }

        _sections.Add(new ElfSection { Name = ".shstrtab", Type = 3, Bytes = names.ToArray() });
        var file = new MemoryStream();
        file.SetLength(64 + (56 * _segments.Count));
        file.Position = file.Length;
        Dictionary<string, (ulong Offset, ElfSection Section)> placed = [];
        List<ulong> offsets = [];
        foreach (ElfSection section in _sections)
        {
            // Pages of the file and of memory go together in what is loaded.
            ulong step = section.Address != 0 && section.Type != 8 ? 4096 : Math.Max(section.Alignment, 1);
            while ((ulong)file.Position % step != (section.Address != 0 ? section.Address % step : 0))
            {
                file.WriteByte(0);
            }

            offsets.Add((ulong)file.Position);
            placed[section.Name] = ((ulong)file.Position, section);
            file.Write(section.Bytes);
        }

        while (file.Position % 8 != 0)
        {
            file.WriteByte(0);
        }

        long headers = file.Position;
        file.Write(new byte[64]);
        for (int i = 0; i < _sections.Count; i++)
        {
            ElfSection s = _sections[i];
            byte[] header = new byte[64];
            Put(header, 0, nameAt[s.Name], 4);
            Put(header, 4, s.Type, 4);
            Put(header, 8, s.Flags, 8);
            Put(header, 16, s.Address, 8);
            Put(header, 24, offsets[i], 8);
            Put(header, 32, s.Type == 8 ? s.Size : (ulong)s.Bytes.Length, 8);
            Put(header, 40, s.Link, 4);
            Put(header, 44, s.Info, 4);
            Put(header, 48, s.Alignment, 8);
            Put(header, 56, s.EntrySize, 8);
            file.Write(header);
        }

        byte[] bytes = file.ToArray();
        Header(bytes, type, machine, _segments.Count, headers, _sections.Count + 1);
        for (int i = 0; i < _segments.Count; i++)
        {
            (uint kind, uint flags, _, ulong physical, string first, string last) = _segments[i];
            (ulong offset, ElfSection start) = placed[first];
            (ulong lastOffset, ElfSection end) = placed[last];
            ulong inFile = end.Type == 8 ? lastOffset - offset : lastOffset + (ulong)end.Bytes.Length - offset;
            ulong inMemory = end.Address + (end.Type == 8 ? end.Size : (ulong)end.Bytes.Length) - start.Address;
            Program(bytes.AsSpan(64 + (56 * i)), kind, flags, offset, start.Address, physical, Math.Min(inFile, inMemory), inMemory);
        }

        return bytes;
    }

    /// <summary>The head of the file.</summary>
    public static void Header(Span<byte> bytes, ushort type, ushort machine, int segments, long sections, int sectionCount)
    {
        "\u007fELF"u8.CopyTo(bytes);
        bytes[4] = 2;
        bytes[5] = 1;
        bytes[6] = 1;
        bytes[7] = 9;
        Put(bytes, 16, type, 2);
        Put(bytes, 18, machine, 2);
        Put(bytes, 20, 1, 4);
        Put(bytes, 32, segments > 0 ? 64u : 0, 8);
        Put(bytes, 40, (ulong)sections, 8);
        Put(bytes, 52, 64, 2);
        Put(bytes, 54, 56, 2);
        Put(bytes, 56, (ulong)segments, 2);
        Put(bytes, 58, 64, 2);
        Put(bytes, 60, (ulong)sectionCount, 2);
        Put(bytes, 62, sectionCount > 0 ? (ulong)sectionCount - 1 : 0, 2);
    }

    /// <summary>A program header.</summary>
    public static void Program(
        Span<byte> at, uint type, uint flags, ulong offset, ulong address, ulong physical, ulong fileSize, ulong memorySize)
    {
        Put(at, 0, type, 4);
        Put(at, 4, flags, 4);
        Put(at, 8, offset, 8);
        Put(at, 16, address, 8);
        Put(at, 24, physical, 8);
        Put(at, 32, fileSize, 8);
        Put(at, 40, memorySize, 8);
        Put(at, 48, 4096, 8);
    }

    public static void Put(Span<byte> bytes, int at, ulong value, int size)
    {
        Span<byte> whole = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(whole, value);
        whole[..size].CopyTo(bytes[at..]);
    }

    private void AddSymbols(IReadOnlyList<ElfSymbol> symbols)
    {
        var table = new MemoryStream();
        var strings = new MemoryStream();
        strings.WriteByte(0);
        table.Write(new byte[24]);
        int locals = 1;
        foreach (ElfSymbol symbol in symbols.Where(s => s.IsLocal).Concat(symbols.Where(s => !s.IsLocal)))
        {
            locals += symbol.IsLocal ? 1 : 0;
            byte[] entry = new byte[24];
            Put(entry, 0, (ulong)strings.Length, 4);
            entry[4] = (byte)((symbol.IsLocal ? 0 : 0x10) | symbol.Kind);
            int index = symbol.Section.Length == 0 ? 0xfff1 : _sections.FindIndex(s => s.Name == symbol.Section) + 1;
            Put(entry, 6, (ulong)index, 2);
            Put(entry, 8, symbol.Value, 8);
            Put(entry, 16, symbol.Size, 8);
            table.Write(entry);
            strings.Write(Encoding.UTF8.GetBytes(symbol.Name + "\0"));
        }

        // Index of the string table: behind the null section, what is there, and the symbol table itself.
        _sections.Add(new ElfSection
        {
            Name = ".symtab",
            Type = 2,
            Alignment = 8,
            EntrySize = 24,
            Bytes = table.ToArray(),
            Link = (uint)_sections.Count + 2,
            Info = (uint)locals,
        });
        _sections.Add(new ElfSection { Name = ".strtab", Type = 3, Bytes = strings.ToArray() });
    }
}
