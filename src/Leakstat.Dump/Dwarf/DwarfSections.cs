using System.Buffers.Binary;
using Leakstat.Dump.Elf;

namespace Leakstat.Dump.Dwarf;

/// <summary>The sections of debug information that structures need, expanded where they are compressed.</summary>
internal sealed class DwarfSections
{
    private readonly ElfFile? _file;
    private readonly Dictionary<string, (ElfSection Section, byte[]? Expanded)> _sections = new(StringComparer.Ordinal);

    private DwarfSections(ElfFile? file)
    {
        _file = file;
    }

    /// <summary>No sections.</summary>
    public static DwarfSections None { get; } = new(null);

    public ReadOnlySpan<byte> Info => Get(".debug_info");

    public ReadOnlySpan<byte> Abbreviations => Get(".debug_abbrev");

    public ReadOnlySpan<byte> StringOffsets => Get(".debug_str_offsets");

    /// <summary>Finds and expands the sections; null where one cannot be.</summary>
    public static DwarfSections? Read(ElfFile file)
    {
        var sections = new DwarfSections(file);
        foreach (string name in (ReadOnlySpan<string>)[
            ".debug_info", ".debug_abbrev", ".debug_str", ".debug_line_str", ".debug_str_offsets"])
        {
            if (file.Find(name) is not { } section)
            {
                continue;
            }

            byte[]? expanded = section.IsCompressed ? file.Expanded(section) : null;
            if (section.IsCompressed && expanded is null)
            {
                return null;
            }

            sections._sections.Add(name, (section, expanded));
        }

        return sections;
    }

    /// <summary>The name of an entry.</summary>
    public ReadOnlySpan<byte> Name(DwarfEntry entry, int limit) => entry.NameAt is < 0 or > uint.MaxValue
        ? default
        : ElfFile.Name(
            Get(entry.NameSection switch
            {
                DwarfNameSection.Strings => ".debug_str",
                DwarfNameSection.LineStrings => ".debug_line_str",
                _ => ".debug_info",
            }),
            (uint)entry.NameAt,
            limit);

    /// <summary>
    /// The place in <c>.debug_str</c> of a string by its number (DW_FORM_strx); −1 where there is none.
    /// </summary>
    public long StringAt(DwarfUnit unit, ulong number)
    {
        int size = unit.Is64 ? 8 : 4;
        ReadOnlySpan<byte> table = StringOffsets;
        if (number > (ulong)table.Length || unit.StringOffsets > table.Length - size - ((long)number * size))
        {
            return -1;
        }

        ReadOnlySpan<byte> row = table[(int)(unit.StringOffsets + ((long)number * size))..];
        return unit.Is64 ? (long)BinaryPrimitives.ReadUInt64LittleEndian(row)
            : BinaryPrimitives.ReadUInt32LittleEndian(row);
    }

    private ReadOnlySpan<byte> Get(string name) => _file is not null
        && _sections.TryGetValue(name, out (ElfSection Section, byte[]? Expanded) found)
        ? found.Expanded ?? _file.Contents(found.Section)
        : default;
}
