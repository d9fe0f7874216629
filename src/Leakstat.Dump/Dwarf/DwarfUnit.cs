namespace Leakstat.Dump.Dwarf;

/// <summary>A form of entries of a unit: tag, whether children follow, and how its attributes are stored.</summary>
internal sealed record Abbreviation(int Tag, bool HasChildren, AttributeForm[] Attributes);

/// <summary>How one attribute is stored.</summary>
internal readonly record struct AttributeForm(int Name, int Form, long Implicit);

/// <summary>A unit of <c>.debug_info</c>.</summary>
internal sealed record DwarfUnit(
    long Start,
    long First,
    long End,
    int Version,
    bool Is64,
    int AddressSize,
    Dictionary<ulong, Abbreviation> Abbreviations,
    long StringOffsets);

/// <summary>What is wanted of one entry.</summary>
internal struct DwarfEntry
{
    /// <summary>Its form; null at the end of a list of children.</summary>
    public Abbreviation? Kind;

    /// <summary>Where its name stands: a place in <see cref="NameSection"/>; −1 where it has none.</summary>
    public long NameAt;

    /// <summary>The section that its name stands in.</summary>
    public DwarfNameSection NameSection;

    /// <summary>DW_AT_byte_size; −1 where there is none.</summary>
    public long ByteSize;

    /// <summary>DW_AT_bit_size; 0 where there is none.</summary>
    public int BitSize;

    /// <summary>DW_AT_data_bit_offset; −1 where there is none.</summary>
    public long DataBitOffset;

    /// <summary>DW_AT_bit_offset (DWARF 3, counted from the most significant bit); −1 where there is none.</summary>
    public long OldBitOffset;

    /// <summary>DW_AT_data_member_location; 0 where there is none.</summary>
    public long Location;

    /// <summary>DW_AT_type: place of the entry in <c>.debug_info</c>; −1 where there is none.</summary>
    public long Type;

    /// <summary>DW_AT_count, or DW_AT_upper_bound + 1; −1 where there is none.</summary>
    public long Count;

    /// <summary>DW_AT_sibling: place of the next entry; −1 where there is none.</summary>
    public long Sibling;

    /// <summary>DW_AT_declaration.</summary>
    public bool IsDeclaration;

    /// <summary>Place behind it.</summary>
    public long Next;
}
