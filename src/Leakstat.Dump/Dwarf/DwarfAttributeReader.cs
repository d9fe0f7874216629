namespace Leakstat.Dump.Dwarf;

/// <summary>What an attribute says: a number, or where a name stands; neither where it is of no use here.</summary>
internal readonly record struct DwarfValue(long? Number, long NameAt = -1, DwarfNameSection NameSection = default)
{
    public static DwarfValue None { get; } = new(null);

    public static DwarfValue Name(long at, DwarfNameSection section = DwarfNameSection.Strings) =>
        new(null, at, section);
}

/// <summary>Reads attributes by their form (DWARF 5, 7.5.5 and 7.5.6); DWARF 2 to 4 are parts of it.</summary>
internal static class DwarfAttributeReader
{
    /// <summary>The one operation that a member's place has in DWARF 2 (<c>DW_OP_plus_uconst n</c>).</summary>
    private const byte PlusUnsignedConstant = 0x23;

    /// <summary>Reads an attribute into an entry; false where its form is not known.</summary>
    public static bool TryRead(
        DwarfSections sections, DwarfUnit unit, ref DwarfReader reader, AttributeForm attribute, ref DwarfEntry entry)
    {
        int form = attribute.Form == DwarfForm.Indirect ? (int)reader.Uleb() : attribute.Form;
        if ((Number(unit, ref reader, form, attribute) ?? Text(sections, unit, ref reader, form)
            ?? Skipped(unit, ref reader, form)) is not { } value)
        {
            return false;
        }

        if (attribute.Name == DwarfAttribute.Name)
        {
            entry.NameAt = value.NameAt;
            entry.NameSection = value.NameSection;
        }
        else if (value.Number is { } number)
        {
            Set(ref entry, attribute.Name, number);
        }

        return true;
    }

    private static DwarfValue? Number(DwarfUnit unit, ref DwarfReader reader, int form, AttributeForm attribute)
    {
        long? number = form switch
        {
            DwarfForm.Data1 or DwarfForm.Flag => reader.U8(),
            DwarfForm.Data2 => reader.U16(),
            DwarfForm.Data4 => reader.U32(),
            DwarfForm.Data8 => (long)reader.U64(),
            DwarfForm.SData => reader.Sleb(),
            DwarfForm.UData => (long)reader.Uleb(),
            DwarfForm.ImplicitConst => attribute.Implicit,
            DwarfForm.FlagPresent => 1,
            DwarfForm.SecOffset => (long)Offset(unit, ref reader),
            DwarfForm.Ref1 => unit.Start + reader.U8(),
            DwarfForm.Ref2 => unit.Start + reader.U16(),
            DwarfForm.Ref4 => unit.Start + reader.U32(),
            DwarfForm.Ref8 => unit.Start + (long)reader.U64(),
            DwarfForm.RefUData => unit.Start + (long)reader.Uleb(),
            // An address in DWARF 2, and an offset from 3 on.
            DwarfForm.RefAddr => (long)(unit.Version == 2 ? reader.U64() : Offset(unit, ref reader)),
            DwarfForm.Block or DwarfForm.ExprLoc => Expression(ref reader, attribute.Name, reader.Uleb()),
            DwarfForm.Block1 => Expression(ref reader, attribute.Name, reader.U8()),
            _ => null,
        };
        return number is null ? null : new DwarfValue(number);
    }

    private static DwarfValue? Text(DwarfSections sections, DwarfUnit unit, ref DwarfReader reader, int form)
    {
        switch (form)
        {
            case DwarfForm.String:
                long at = reader.Position;
                reader.Text();
                return DwarfValue.Name(at, DwarfNameSection.Info);
            case DwarfForm.StrP:
                return DwarfValue.Name((long)Offset(unit, ref reader));
            case DwarfForm.LineStrP:
                return DwarfValue.Name((long)Offset(unit, ref reader), DwarfNameSection.LineStrings);
            case DwarfForm.StrX:
                return DwarfValue.Name(sections.StringAt(unit, reader.Uleb()));
            case DwarfForm.StrX1:
                return DwarfValue.Name(sections.StringAt(unit, reader.U8()));
            case DwarfForm.StrX2:
                return DwarfValue.Name(sections.StringAt(unit, reader.U16()));
            case DwarfForm.StrX3:
                return DwarfValue.Name(sections.StringAt(unit, reader.U16() | ((ulong)reader.U8() << 16)));
            case DwarfForm.StrX4:
                return DwarfValue.Name(sections.StringAt(unit, reader.U32()));
            default:
                return null;
        }
    }

    /// <summary>Steps over what says nothing of layouts: addresses, lists, and what stands in other files.</summary>
    private static DwarfValue? Skipped(DwarfUnit unit, ref DwarfReader reader, int form)
    {
        ulong? bytes = form switch
        {
            DwarfForm.Addr => (ulong)unit.AddressSize,
            DwarfForm.Block2 => reader.U16(),
            DwarfForm.Block4 => reader.U32(),
            DwarfForm.AddrX1 => 1,
            DwarfForm.AddrX2 => 2,
            DwarfForm.AddrX3 => 3,
            DwarfForm.AddrX4 or DwarfForm.RefSup4 => 4,
            DwarfForm.RefSig8 or DwarfForm.RefSup8 => 8,
            DwarfForm.Data16 => 16,
            DwarfForm.StrPSup => unit.Is64 ? 8u : 4u,
            _ => null,
        };
        if (bytes is { } length)
        {
            reader.Skip(length);
            return DwarfValue.None;
        }

        if (form is DwarfForm.AddrX or DwarfForm.LocListX or DwarfForm.RngListX)
        {
            reader.Uleb();
            return DwarfValue.None;
        }

        return null;
    }

    private static void Set(ref DwarfEntry entry, int attribute, long number)
    {
        switch (attribute)
        {
            case DwarfAttribute.Sibling: entry.Sibling = number; break;
            case DwarfAttribute.ByteSize: entry.ByteSize = number; break;
            case DwarfAttribute.BitOffset: entry.OldBitOffset = number; break;
            case DwarfAttribute.BitSize: entry.BitSize = (int)Math.Clamp(number, 0, 1024); break;
            case DwarfAttribute.UpperBound: entry.Count = number is < -1 or > int.MaxValue ? -1 : number + 1; break;
            case DwarfAttribute.Count: entry.Count = number; break;
            case DwarfAttribute.DataMemberLocation: entry.Location = number; break;
            case DwarfAttribute.Declaration: entry.IsDeclaration = number != 0; break;
            case DwarfAttribute.Type: entry.Type = number; break;
            case DwarfAttribute.DataBitOffset: entry.DataBitOffset = number; break;
        }
    }

    /// <summary>An offset into a section, as wide as the unit's format has it.</summary>
    public static ulong Offset(DwarfUnit unit, ref DwarfReader reader) => unit.Is64 ? reader.U64() : reader.U32();

    /// <summary>An expression; of a member's place only <c>DW_OP_plus_uconst n</c> occurs.</summary>
    private static long Expression(ref DwarfReader reader, int attribute, ulong length)
    {
        long start = reader.Position;
        long value = 0;
        if (attribute == DwarfAttribute.DataMemberLocation && length > 1 && reader.U8() == PlusUnsignedConstant)
        {
            value = (long)reader.Uleb();
        }

        ulong read = (ulong)(reader.Position - start);
        reader.Skip(length >= read ? length - read : 0);
        return value;
    }
}
