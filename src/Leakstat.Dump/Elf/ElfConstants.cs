namespace Leakstat.Dump.Elf;

/// <summary>Kinds of ELF files (System V ABI, <c>e_type</c>).</summary>
internal static class ElfType
{
    /// <summary>An object file, such as a kernel module of amd64.</summary>
    public const ushort Relocatable = 1;

    /// <summary>A core file.</summary>
    public const ushort Core = 4;
}

/// <summary>Machines (<c>e_machine</c>).</summary>
internal static class ElfMachine
{
    /// <summary>EM_X86_64.</summary>
    public const ushort Amd64 = 62;

    /// <summary>EM_AARCH64.</summary>
    public const ushort Arm64 = 183;
}

/// <summary>Kinds of segments (<c>p_type</c>).</summary>
internal static class ElfSegmentType
{
    /// <summary>Bytes that are loaded to an address.</summary>
    public const uint Load = 1;
}

/// <summary>Kinds, flags and compression of sections (<c>sh_type</c>, <c>sh_flags</c>, <c>ch_type</c>).</summary>
internal static class ElfSectionType
{
    public const uint SymbolTable = 2;
    public const uint NoBits = 8;
    public const uint DynamicSymbols = 11;

    /// <summary>SHF_WRITE.</summary>
    public const ulong Writable = 1;

    /// <summary>SHF_ALLOC.</summary>
    public const ulong Allocated = 2;

    /// <summary>SHF_COMPRESSED.</summary>
    public const ulong Compressed = 0x800;

    /// <summary>ELFCOMPRESS_ZLIB.</summary>
    public const uint Zlib = 1;

    /// <summary>Bytes of the header in front of compressed data (<c>Elf64_Chdr</c>).</summary>
    public const int CompressionHeaderBytes = 24;
}

/// <summary>Numbers of sections that are none (<c>st_shndx</c>).</summary>
internal static class ElfSectionNumber
{
    /// <summary>The symbol is defined elsewhere.</summary>
    public const ushort Undefined = 0;

    /// <summary>The symbol's value is no address.</summary>
    public const ushort Absolute = 0xfff1;

    /// <summary>The number does not fit and stands elsewhere (SHN_XINDEX, PN_XNUM).</summary>
    public const ushort Extended = 0xffff;
}

/// <summary>Kinds of symbols (the low half of <c>st_info</c>).</summary>
internal static class ElfSymbolType
{
    public const byte Function = 2;

    /// <summary>A section; this one and those behind it are no objects of the program.</summary>
    public const byte Section = 3;
}
