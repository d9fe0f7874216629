using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Dwarf;

/// <summary>Reads headers of units, tables of abbreviations, and entries (DWARF 5, 7.5).</summary>
internal static class DwarfUnitReader
{
    private const int AbbreviationLimit = 1 << 20;

    private const int MostTables = 4096;

    /// <summary>A unit that begins with it has the 64-bit format, and its length behind it (DWARF 5, 7.4).</summary>
    private const ulong LengthOf64 = 0xffffffff;

    /// <summary>
    /// Reads the unit at a place; null for one that is of no use (type units, versions unknown). <paramref
    /// name="next"/> is −1 at the end.
    /// </summary>
    public static DwarfUnit? Read(
        DwarfSections sections, long start, Dictionary<long, Dictionary<ulong, Abbreviation>> cache, DumpLimits limits,
        out long next)
    {
        var reader = new DwarfReader(sections.Info, start);
        ulong length = reader.U32();
        bool is64 = length == LengthOf64;
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

        int type = DwarfUnitType.Compile;
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

        if (reader.Ended || type is not (DwarfUnitType.Compile or DwarfUnitType.Partial) || addressSize is not (4 or 8)
            || abbreviations > (ulong)sections.Abbreviations.Length)
        {
            return null;
        }

        Dictionary<ulong, Abbreviation> table = CachedTable(sections, (long)abbreviations, cache, limits);

        // The base of string offsets stands in the unit's own entry; producers put one contribution behind its header.
        var unit = new DwarfUnit(start, reader.Position, end, version, is64, addressSize, table, is64 ? 16 : 8);
        return version >= 5 ? unit with { StringOffsets = StringBase(sections, unit) } : unit;
    }

    /// <summary>Reads the entry at a place; false where it leaves the unit or its form is not known.</summary>
    public static bool TryEntry(DwarfSections sections, DwarfUnit unit, long place, out DwarfEntry entry)
    {
        entry = new DwarfEntry
        {
            NameAt = -1,
            ByteSize = -1,
            DataBitOffset = -1,
            OldBitOffset = -1,
            Type = -1,
            Count = -1,
            Sibling = -1,
        };
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
            if (!DwarfAttributeReader.TryRead(sections, unit, ref reader, attribute, ref entry))
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
            if (attribute.Name == DwarfAttribute.StrOffsetsBase)
            {
                return (long)Math.Min(DwarfAttributeReader.Offset(unit, ref reader), int.MaxValue);
            }

            if (!DwarfAttributeReader.TryRead(sections, unit, ref reader, attribute, ref none))
            {
                break;
            }
        }

        return found;
    }

    /// <summary>Units have a table each, or all share one: the last few thousand are kept.</summary>
    private static Dictionary<ulong, Abbreviation> CachedTable(
        DwarfSections sections, long start, Dictionary<long, Dictionary<ulong, Abbreviation>> cache, DumpLimits limits)
    {
        if (cache.TryGetValue(start, out Dictionary<ulong, Abbreviation>? table))
        {
            return table;
        }

        if (cache.Count > MostTables)
        {
            cache.Clear();
        }

        cache.Add(start, table = Table(sections, start, limits));
        return table;
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
                long value = form == DwarfForm.ImplicitConst ? reader.Sleb() : 0;
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
