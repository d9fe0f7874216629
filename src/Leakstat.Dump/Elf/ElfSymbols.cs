using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Elf;

/// <summary>A row of an ELF symbol table.</summary>
/// <param name="Value">Value: an address, in relocatable files an offset in the section.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Section">Number of its section; or none of one (SHN_UNDEF, SHN_ABS, SHN_COMMON).</param>
/// <param name="Type">Type: 0 none, 1 object, 2 function, 3 section, 4 file.</param>
internal readonly record struct ElfSymbol(ulong Value, ulong Size, ushort Section, byte Type);

/// <summary>
/// The symbol table of an ELF file, looked up by name through a table of hashes that is made when first asked. Local
/// symbols are
/// found too: most of what UMA and malloc(9) keep is static.
/// </summary>
internal sealed class ElfSymbols
{
    /// <summary>Bytes of a row (<c>Elf64_Sym</c>).</summary>
    private const int RowBytes = 24;

    /// <summary>The kind within <c>st_info</c>; the other half is the binding.</summary>
    private const int TypeMask = 15;

    private readonly ElfFile _file;
    private readonly ElfSection _table;
    private readonly ElfSection _strings;
    private readonly int _nameBytes;
    private readonly Lazy<int[]> _hash;

    private ElfSymbols(ElfFile file, in ElfSection table, in ElfSection strings, DumpLimits limits)
    {
        _file = file;
        _table = table;
        _strings = strings;
        _nameBytes = limits.NameBytes;
        Count = Math.Min(file.Contents(table).Length / RowBytes, limits.Symbols);
        _hash = new Lazy<int[]>(MakeHash);
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>The full table (<c>.symtab</c>), else the dynamic one; null where there is none.</summary>
    public static ElfSymbols? Read(ElfFile file, DumpLimits limits)
    {
        foreach (uint type in (ReadOnlySpan<uint>)[ElfSectionType.SymbolTable, ElfSectionType.DynamicSymbols])
        {
            foreach (ElfSection section in file.Sections)
            {
                if (section.Type == type
                    && section.Link < (uint)file.Sections.Count
                    && file.Contents(section).Length >= RowBytes)
                {
                    return new ElfSymbols(file, section, file.Sections[(int)section.Link], limits);
                }
            }
        }

        return null;
    }

    /// <summary>A row by its number.</summary>
    public ElfSymbol this[int index]
    {
        get
        {
            ReadOnlySpan<byte> row = Row(index);
            return new ElfSymbol(
                BinaryPrimitives.ReadUInt64LittleEndian(row[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(row[16..]),
                BinaryPrimitives.ReadUInt16LittleEndian(row[6..]),
                (byte)(row[4] & TypeMask));
        }
    }

    /// <summary>The name of a row.</summary>
    public string NameOf(int index) => Encoding.Latin1.GetString(NameBytes(index));

    /// <summary>
    /// The row of that name which is defined; a global one before local ones. −1 where there is none.
    /// </summary>
    public int Find(string name)
    {
        Span<byte> bytes = stackalloc byte[256];
        if (name.Length is 0 or > 256)
        {
            return -1;
        }

        int length = Encoding.Latin1.GetBytes(name, bytes);
        ReadOnlySpan<byte> wanted = bytes[..length];
        int[] hash = _hash.Value;
        int found = -1;
        for (uint place = Hash(
            wanted) & (uint)(hash.Length - 1); hash[place] != 0; place = (place + 1) & (uint)(hash.Length - 1))
        {
            int index = hash[place] - 1;
            if (NameBytes(index).SequenceEqual(wanted))
            {
                bool global = Row(index)[4] >> 4 != 0;
                if (global)
                {
                    return index;
                }

                found = found < 0 || index < found ? index : found;
            }
        }

        return found;
    }

    private ReadOnlySpan<byte> Row(int index) => _file.Contents(_table).Slice(index * RowBytes, RowBytes);

    private ReadOnlySpan<byte> NameBytes(int index) =>
        ElfFile.Name(_file.Contents(_strings), BinaryPrimitives.ReadUInt32LittleEndian(Row(index)), _nameBytes);

    private int[] MakeHash()
    {
        // Open addressing; row 0 is always undefined, so that 0 can mean empty once rows are counted from 1.
        int[] table = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, Count * 2))];
        uint mask = (uint)table.Length - 1;
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> row = Row(i);
            ushort section = BinaryPrimitives.ReadUInt16LittleEndian(row[6..]);
            ReadOnlySpan<byte> name = section == ElfSectionNumber.Undefined
                || (row[4] & TypeMask) >= ElfSymbolType.Section
                ? default : NameBytes(i);
            if (name.IsEmpty)
            {
                continue;
            }

            // Names repeated without end would make the table a list.
            uint place = Hash(name) & mask;
            for (int steps = 0; table[place] != 0 && steps < 4096; steps++)
            {
                place = (place + 1) & mask;
            }

            if (table[place] == 0)
            {
                table[place] = i + 1;
            }
        }

        return table;
    }

    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong hash = 14695981039346656037;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(name);
        foreach (ulong word in words)
        {
            hash = (hash ^ word) * 1099511628211;
            hash ^= hash >> 32;
        }

        foreach (byte b in name[(words.Length * 8)..])
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return (uint)(hash ^ (hash >> 29));
    }
}
