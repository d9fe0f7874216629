using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Dwarf;

/// <summary>Reads headers of units, tables of abbreviations, and entries (DWARF 5, 7.5).</summary>
internal static class DwarfUnitReader
{
    private const int AbbreviationLimit = 1 << 20;

    /// <summary>
    /// Reads the unit at a place; null for one that is of no use (type units, versions unknown). <paramref
    /// name="next"/> is −1 at the end.
    /// </summary>
    public static DwarfUnit? Read(
        DwarfSections sections, long start, Dictionary<long, Dictionary<ulong, Abbreviation>> cache, DumpLimits limits, out long next)
    {
        var reader = new DwarfReader(sections.Info, start);
        ulong length = reader.U32();
        bool is64 = length == 0xffffffff;
        if (is64)
        {
            length = reader.U64();
        }

        if (reader.Ended || length == 0 || length > (ulong)(sections.Info.Length - reader.Position))
        {
            next = -1;
            return null;
        }

        long end = reader.Position + (long)length;
        next = end;
        int version = reader.U16();
        if (version is < 2 or > 5)
        {
            return null;
        }

        int type = 1;
        int addressSize;
        ulong abbreviations;
        if (version >= 5)
        {
            type = reader.U8();
            addressSize = reader.U8();
            abbreviations = is64 ? reader.U64() : reader.U32();
        }
        else
        {
            abbreviations = is64 ? reader.U64() : reader.U32();
            addressSize = reader.U8();
        }

        if (reader.Ended || type is not (1 or 3) || addressSize is not (4 or 8) || abbreviations > (ulong)sections.Abbreviations.Length)
        {
            return null;
        }

        if (!cache.TryGetValue((long)abbreviations, out Dictionary<ulong, Abbreviation>? table))
        {
            // One table for each unit, or one for all: keep the last few thousand.
            if (cache.Count > 4096)
            {
                cache.Clear();
            }

            cache.Add((long)abbreviations, table = Table(sections, (long)abbreviations, limits));
        }

        // The base of string offsets stands in the unit's own entry; producers put one contribution behind its header.
        var unit = new DwarfUnit(start, reader.Position, end, version, is64, addressSize, table, is64 ? 16 : 8);
        return version >= 5 ? unit with { StringOffsets = StringBase(sections, unit) } : unit;
    }

    /// <summary>Reads the entry at a place; false where it leaves the unit or its form is not known.</summary>
    public static bool TryEntry(DwarfSections sections, DwarfUnit unit, long place, out DwarfEntry entry)
    {
        entry = new DwarfEntry { NameAt = -1, ByteSize = -1, DataBitOffset = -1, OldBitOffset = -1, Type = -1, Count = -1, Sibling = -1 };
        var reader = new DwarfReader(sections.Info[..(int)unit.End], place);
        ulong code = reader.Uleb();
        if (code == 0)
        {
            entry.Next = reader.Position;
            return !reader.Ended;
        }

        if (!unit.Abbreviations.TryGetValue(code, out Abbreviation? kind))
        {
            return false;
        }

        entry.Kind = kind;
        foreach (AttributeForm attribute in kind.Attributes)
        {
            if (!TryAttribute(sections, unit, ref reader, attribute, ref entry))
            {
                return false;
            }
        }

        entry.Next = reader.Position;
        return !reader.Ended;
    }

    private static long StringBase(DwarfSections sections, DwarfUnit unit)
    {
        var reader = new DwarfReader(sections.Info[..(int)unit.End], unit.First);
        long found = unit.StringOffsets;
        if (!unit.Abbreviations.TryGetValue(reader.Uleb(), out Abbreviation? kind))
        {
            return found;
        }

        foreach (AttributeForm attribute in kind.Attributes)
        {
            DwarfEntry none = default;
            if (attribute.Name == 0x72)
            {
                return (long)Math.Min(unit.Is64 ? reader.U64() : reader.U32(), int.MaxValue);
            }

            if (!TryAttribute(sections, unit, ref reader, attribute, ref none))
            {
                break;
            }
        }

        return found;
    }

    private static bool TryAttribute(DwarfSections sections, DwarfUnit unit, ref DwarfReader reader, AttributeForm attribute, ref DwarfEntry entry)
    {
        long number = 0;
        bool hasNumber = true;
        long nameAt = -1;
        int nameSection = 1;
        int form = attribute.Form == 0x16 ? (int)reader.Uleb() : attribute.Form;
        switch (form)
        {
            case 0x01: reader.Skip((ulong)unit.AddressSize); hasNumber = false; break;
            case 0x03: reader.Skip(reader.U16()); hasNumber = false; break;
            case 0x04: reader.Skip(reader.U32()); hasNumber = false; break;
            case 0x05: number = reader.U16(); break;
            case 0x06: number = reader.U32(); break;
            case 0x07: number = (long)reader.U64(); break;
            case 0x08: nameAt = reader.Position; nameSection = 0; reader.Text(); hasNumber = false; break;
            case 0x09: number = Block(ref reader, attribute.Name, reader.Uleb()); break;
            case 0x0a: number = Block(ref reader, attribute.Name, reader.U8()); break;
            case 0x18: number = Block(ref reader, attribute.Name, reader.Uleb()); break;
            case 0x0b: number = reader.U8(); break;
            case 0x0c: number = reader.U8(); break;
            case 0x0d: number = reader.Sleb(); break;
            case 0x0e: nameAt = (long)(unit.Is64 ? reader.U64() : reader.U32()); hasNumber = false; break;
            case 0x1f: nameAt = (long)(unit.Is64 ? reader.U64() : reader.U32()); nameSection = 2; hasNumber = false; break;
            case 0x0f: number = (long)reader.Uleb(); break;
            case 0x10: number = (long)(unit.Version == 2 ? reader.U64() : unit.Is64 ? reader.U64() : reader.U32()); break;
            case 0x11: number = unit.Start + reader.U8(); break;
            case 0x12: number = unit.Start + reader.U16(); break;
            case 0x13: number = unit.Start + reader.U32(); break;
            case 0x14: number = unit.Start + (long)reader.U64(); break;
            case 0x15: number = unit.Start + (long)reader.Uleb(); break;
            case 0x17: number = (long)(unit.Is64 ? reader.U64() : reader.U32()); break;
            case 0x19: number = 1; break;
            case 0x1a: nameAt = sections.StringAt(unit, reader.Uleb()); hasNumber = false; break;
            case 0x1b: reader.Uleb(); hasNumber = false; break;
            case 0x1c: reader.Skip(4); hasNumber = false; break;
            case 0x1d: reader.Skip(unit.Is64 ? 8UL : 4UL); hasNumber = false; break;
            case 0x1e: reader.Skip(16); hasNumber = false; break;
            case 0x20: reader.Skip(8); hasNumber = false; break;
            case 0x21: number = attribute.Implicit; break;
            case 0x22 or 0x23: reader.Uleb(); hasNumber = false; break;
            case 0x24: reader.Skip(8); hasNumber = false; break;
            case 0x25: nameAt = sections.StringAt(unit, reader.U8()); hasNumber = false; break;
            case 0x26: nameAt = sections.StringAt(unit, reader.U16()); hasNumber = false; break;
            case 0x27: nameAt = sections.StringAt(unit, reader.U16() | ((ulong)reader.U8() << 16)); hasNumber = false; break;
            case 0x28: nameAt = sections.StringAt(unit, reader.U32()); hasNumber = false; break;
            case >= 0x29 and <= 0x2c: reader.Skip((ulong)(form == 0x2b ? 3 : form == 0x29 ? 1 : form == 0x2a ? 2 : 4)); hasNumber = false; break;
            default: return false;
        }

        if (attribute.Name == 0x03)
        {
            entry.NameAt = nameAt;
            entry.NameSection = nameSection;
        }
        else if (hasNumber)
        {
            switch (attribute.Name)
            {
                case 0x01: entry.Sibling = number; break;
                case 0x0b: entry.ByteSize = number; break;
                case 0x0c: entry.OldBitOffset = number; break;
                case 0x0d: entry.BitSize = (int)Math.Clamp(number, 0, 1024); break;
                case 0x2f: entry.Count = number is < -1 or > int.MaxValue ? -1 : number + 1; break;
                case 0x37: entry.Count = number; break;
                case 0x38: entry.Location = number; break;
                case 0x3c: entry.IsDeclaration = number != 0; break;
                case 0x49: entry.Type = number; break;
                case 0x6b: entry.DataBitOffset = number; break;
            }
        }

        return true;
    }

    /// <summary>An expression; of a member's place only <c>DW_OP_plus_uconst n</c> occurs.</summary>
    private static long Block(ref DwarfReader reader, int name, ulong length)
    {
        long start = reader.Position;
        long value = 0;
        if (name == 0x38 && length > 1 && reader.U8() == 0x23)
        {
            value = (long)reader.Uleb();
        }

        ulong read = (ulong)(reader.Position - start);
        reader.Skip(length >= read ? length - read : 0);
        return value;
    }

    private static Dictionary<ulong, Abbreviation> Table(DwarfSections sections, long start, DumpLimits limits)
    {
        var table = new Dictionary<ulong, Abbreviation>();
        var reader = new DwarfReader(sections.Abbreviations, start);
        var attributes = new List<AttributeForm>();
        while (!reader.Ended && table.Count < Math.Min(AbbreviationLimit, limits.Types))
        {
            ulong code = reader.Uleb();
            if (code == 0)
            {
                break;
            }

            int tag = (int)reader.Uleb();
            bool children = reader.U8() != 0;
            attributes.Clear();
            while (!reader.Ended && attributes.Count < 1024)
            {
                int name = (int)reader.Uleb();
                int form = (int)reader.Uleb();
                long value = form == 0x21 ? reader.Sleb() : 0;
                if (name == 0 && form == 0)
                {
                    break;
                }

                attributes.Add(new AttributeForm(name, form, value));
            }

            table.TryAdd(code, new Abbreviation(tag, children, [.. attributes]));
        }

        return table;
    }
}
