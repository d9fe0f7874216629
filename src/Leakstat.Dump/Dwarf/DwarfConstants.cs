namespace Leakstat.Dump.Dwarf;

/// <summary>What an entry describes (DWARF 5, 7.5.3, table 7.3); those that layouts need.</summary>
internal static class DwarfTag
{
    public const int Array = 0x01;
    public const int Member = 0x0d;
    public const int Pointer = 0x0f;
    public const int Structure = 0x13;
    public const int Typedef = 0x16;
    public const int Union = 0x17;
    public const int Const = 0x26;
    public const int Volatile = 0x35;
    public const int Restrict = 0x37;
    public const int Atomic = 0x47;
}

/// <summary>Attributes of an entry (DWARF 5, 7.5.4, table 7.5); those that layouts need.</summary>
internal static class DwarfAttribute
{
    public const int Sibling = 0x01;
    public const int Name = 0x03;
    public const int ByteSize = 0x0b;
    public const int BitOffset = 0x0c;
    public const int BitSize = 0x0d;
    public const int UpperBound = 0x2f;
    public const int Count = 0x37;
    public const int DataMemberLocation = 0x38;
    public const int Declaration = 0x3c;
    public const int Type = 0x49;
    public const int DataBitOffset = 0x6b;
    public const int StrOffsetsBase = 0x72;
}

/// <summary>How an attribute is stored (DWARF 5, 7.5.6, table 7.6); each has to be stepped over.</summary>
internal static class DwarfForm
{
    public const int Addr = 0x01;
    public const int Block2 = 0x03;
    public const int Block4 = 0x04;
    public const int Data2 = 0x05;
    public const int Data4 = 0x06;
    public const int Data8 = 0x07;
    public const int String = 0x08;
    public const int Block = 0x09;
    public const int Block1 = 0x0a;
    public const int Data1 = 0x0b;
    public const int Flag = 0x0c;
    public const int SData = 0x0d;
    public const int StrP = 0x0e;
    public const int UData = 0x0f;
    public const int RefAddr = 0x10;
    public const int Ref1 = 0x11;
    public const int Ref2 = 0x12;
    public const int Ref4 = 0x13;
    public const int Ref8 = 0x14;
    public const int RefUData = 0x15;
    public const int Indirect = 0x16;
    public const int SecOffset = 0x17;
    public const int ExprLoc = 0x18;
    public const int FlagPresent = 0x19;
    public const int StrX = 0x1a;
    public const int AddrX = 0x1b;
    public const int RefSup4 = 0x1c;
    public const int StrPSup = 0x1d;
    public const int Data16 = 0x1e;
    public const int LineStrP = 0x1f;
    public const int RefSig8 = 0x20;
    public const int ImplicitConst = 0x21;
    public const int LocListX = 0x22;
    public const int RngListX = 0x23;
    public const int RefSup8 = 0x24;
    public const int StrX1 = 0x25;
    public const int StrX2 = 0x26;
    public const int StrX3 = 0x27;
    public const int StrX4 = 0x28;
    public const int AddrX1 = 0x29;
    public const int AddrX2 = 0x2a;
    public const int AddrX3 = 0x2b;
    public const int AddrX4 = 0x2c;
}

/// <summary>Kinds of units that hold types (DWARF 5, 7.5.1, table 7.2); units before 5 are compilations.</summary>
internal static class DwarfUnitType
{
    public const int Compile = 0x01;
    public const int Partial = 0x03;
}

/// <summary>Sections that names stand in.</summary>
internal enum DwarfNameSection
{
    /// <summary><c>.debug_info</c>: in the entry itself.</summary>
    Info,

    /// <summary><c>.debug_str</c>.</summary>
    Strings,

    /// <summary><c>.debug_line_str</c>.</summary>
    LineStrings,
}
