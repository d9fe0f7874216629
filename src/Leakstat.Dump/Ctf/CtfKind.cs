namespace Leakstat.Dump.Ctf;

/// <summary>Kinds of types (<c>sys/sys/ctf.h</c>, <c>CTF_K_*</c>).</summary>
internal static class CtfKind
{
    public const int Unknown = 0;
    public const int Integer = 1;
    public const int Float = 2;
    public const int Pointer = 3;
    public const int Array = 4;
    public const int Function = 5;
    public const int Struct = 6;
    public const int Union = 7;
    public const int Enum = 8;
    public const int Forward = 9;
    public const int Typedef = 10;
    public const int Volatile = 11;
    public const int Const = 12;
    public const int Restrict = 13;
}

/// <summary>
/// How records of a version are laid out: 2 up to FreeBSD 12, 3 from 13 on, with fields twice as wide
/// (<c>sys/sys/ctf.h</c>, <c>ctf_stype_v2</c> and <c>ctf_stype_v3</c>).
/// </summary>
/// <param name="HeadBytes">Bytes of the head of a type.</param>
/// <param name="KindShift">Where the kind begins in the information word.</param>
/// <param name="LengthMask">The number of members in the information word (<c>CTF_MAX_VLEN</c>).</param>
/// <param name="LongSize">The size that says that a wider one follows (<c>CTF_LSIZE_SENT</c>).</param>
/// <param name="LargeStruct">Bytes from which members are stored in the wide form (<c>CTF_LSTRUCT_THRESH</c>).</param>
/// <param name="MemberBytes">Bytes of a member.</param>
/// <param name="ArrayBytes">Bytes of an array.</param>
/// <param name="ArgumentBytes">Bytes of an argument of a function.</param>
/// <param name="FirstChild">First id of a type of a container whose shared types are in another.</param>
internal sealed record CtfLayout(
    int HeadBytes,
    int KindShift,
    uint LengthMask,
    uint LongSize,
    long LargeStruct,
    int MemberBytes,
    int ArrayBytes,
    int ArgumentBytes,
    uint FirstChild)
{
    /// <summary>The first two bytes of a section (<c>CTF_MAGIC</c>).</summary>
    public const ushort Magic = 0xcff1;

    /// <summary>The flag of a section whose data is compressed (<c>CTF_F_COMPRESS</c>).</summary>
    public const byte Compressed = 1;

    /// <summary>Bytes of a member in the wide form, of either version (<c>ctf_lmember_v2</c>, <c>_v3</c>).</summary>
    public const int LargeMemberBytes = 16;

    /// <summary>Bytes of the wider size behind the head.</summary>
    public const int LongSizeBytes = 8;

    /// <summary>Bytes of the encoding of an integer or a float.</summary>
    public const int EncodingBytes = 4;

    /// <summary>Bits of an integer within its encoding (<c>CTF_INT_BITS</c>).</summary>
    public const uint IntegerBits = 0xffff;

    /// <summary>Bytes of a value of an enumeration.</summary>
    public const int EnumeratorBytes = 8;

    private static readonly CtfLayout s_version2 = new(8, 11, 0x3ff, 0xffff, 1L << 13, 8, 8, 2, 0x8000);
    private static readonly CtfLayout s_version3 =
        new(12, 26, 0xffffff, 0xffffffff, 1L << 29, 12, 12, 4, 0x80000000);

    /// <summary>Whether its words have 16 bits where those of version 3 have 32.</summary>
    public bool IsNarrow => this == s_version2;

    /// <summary>The layout of a version, 2 or 3.</summary>
    public static CtfLayout Of(int version) => version == 2 ? s_version2 : s_version3;

    /// <summary>Whether the members of a structure of that size are stored in the wide form.</summary>
    public bool IsLarge(long structBytes) => structBytes >= LargeStruct;

    /// <summary>Bytes of a member of a structure of that size.</summary>
    public int MemberOf(long structBytes) => IsLarge(structBytes) ? LargeMemberBytes : MemberBytes;
}
