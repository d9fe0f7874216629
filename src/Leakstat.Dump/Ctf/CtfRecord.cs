using System.Buffers.Binary;
using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Ctf;

/// <summary>One type of a CTF section: what stands at a place, never beyond the section.</summary>
internal readonly struct CtfRecord
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int _version;
    private readonly int _body;

    public CtfRecord(CtfContainer owner, ReadOnlyMemory<byte> bytes, in CtfHeader header)
    {
        Owner = owner;
        _bytes = bytes;
        _version = header.Version;
        (Kind, Length, Size, Reference, _body) = Head(bytes.Span, _version);
        Name = bytes.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span) : 0;
    }

    /// <summary>The container it is in; null where there is no such type.</summary>
    public CtfContainer? Owner { get; }

    /// <summary>Kind: 1 integer … 13 restrict.</summary>
    public int Kind { get; }

    /// <summary>Members, values or arguments.</summary>
    public int Length { get; }

    /// <summary>Bytes.</summary>
    public long Size { get; }

    /// <summary>The type referred to, of pointers, typedefs and qualifiers.</summary>
    public uint Reference { get; }

    /// <summary>Reference to its name.</summary>
    public uint Name { get; }

    /// <summary>A member of a structure: name, type, offset in bits.</summary>
    public bool TryMember(int index, out uint name, out uint type, out ulong bits)
    {
        bool large = Size >= (_version == 2 ? 1L << 13 : 1L << 29);
        int size = (_version, large) switch { (2, false) => 8, (2, true) => 16, (_, false) => 12, _ => 16 };
        ReadOnlySpan<byte> row = _bytes.Span;
        long at = _body + ((long)index * size);
        if (at > row.Length - size)
        {
            name = type = 0;
            bits = 0;
            return false;
        }

        row = row[(int)at..];
        name = BinaryPrimitives.ReadUInt32LittleEndian(row);
        type = _version == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(row[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(row[4..]);
        bits = (_version, large) switch
        {
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(row[6..]),
            (_, false) => BinaryPrimitives.ReadUInt32LittleEndian(row[8..]),
            _ => ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(row[8..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(row[12..]),
        };
        return true;
    }

    /// <summary>An array: type of its elements, and their number.</summary>
    public bool TryArray(out uint contents, out uint count)
    {
        ReadOnlySpan<byte> row = _bytes.Span;
        int size = _version == 2 ? 8 : 12;
        contents = count = 0;
        if (_body > row.Length - size)
        {
            return false;
        }

        row = row[_body..];
        contents = _version == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(row) : BinaryPrimitives.ReadUInt32LittleEndian(row);
        count = BinaryPrimitives.ReadUInt32LittleEndian(row[(size - 4)..]);
        return true;
    }

    /// <summary>Bits of an integer.</summary>
    public bool TryIntegerBits(out int bits)
    {
        ReadOnlySpan<byte> row = _bytes.Span;
        bool there = _body <= row.Length - 4;
        bits = there ? (int)(BinaryPrimitives.ReadUInt32LittleEndian(row[_body..]) & 0xffff) : 0;
        return there;
    }

    /// <summary>
    /// Where each type begins; <paramref name="whole"/> tells whether the last ends where the section does,
    /// <paramref name="unknown"/> how many are of no kind, as words between types look.
    /// </summary>
    public static int[] Offsets(ReadOnlySpan<byte> types, in CtfHeader header, bool evenArguments, DumpLimits limits, out bool whole, out int unknown)
    {
        unknown = 0;
        var offsets = new List<int>(Math.Min(limits.Types, (types.Length / 16) + 16));
        long at = 0;
        int head = header.Version == 2 ? 8 : 12;
        whole = true;
        while (at < types.Length)
        {
            if (at > types.Length - head || offsets.Count >= limits.Types)
            {
                whole = false;
                break;
            }

            ReadOnlySpan<byte> record = types[(int)at..];
            (int kind, int length, long size, _, int body) = Head(record, header.Version);
            long bytes = BodyBytes(kind, length, size, header.Version, evenArguments);
            if (body == 0 || bytes < 0 || bytes > types.Length - at - body)
            {
                whole = false;
                break;
            }

            unknown += kind == 0 ? 1 : 0;
            offsets.Add((int)at);
            at += body + bytes;
        }

        return [.. offsets];
    }

    private static (int Kind, int Length, long Size, uint Reference, int Body) Head(ReadOnlySpan<byte> record, int version)
    {
        int head = version == 2 ? 8 : 12;
        if (record.Length < head)
        {
            return default;
        }

        uint info = version == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(record[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        uint value = version == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(record[6..]) : BinaryPrimitives.ReadUInt32LittleEndian(record[8..]);
        int kind = version == 2 ? (int)(info >> 11) : (int)(info >> 26);
        int length = (int)(info & (version == 2 ? 0x3ffu : 0xffffffu));
        if (value != (version == 2 ? 0xffffu : 0xffffffffu))
        {
            return (kind, length, value, value, head);
        }

        if (record.Length < head + 8)
        {
            return default;
        }

        ulong size = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(record[head..]) << 32)
            | BinaryPrimitives.ReadUInt32LittleEndian(record[(head + 4)..]);
        return (kind, length, (long)Math.Min(size, long.MaxValue), value, head + 8);
    }

    /// <summary>Bytes behind the head; −1 for a kind that there is not.</summary>
    private static long BodyBytes(int kind, int length, long size, int version, bool evenArguments)
    {
        bool large = size >= (version == 2 ? 1L << 13 : 1L << 29);
        return kind switch
        {
            1 or 2 => 4,
            4 => version == 2 ? 8 : 12,
            5 => (version == 2 ? 2L : 4L) * (evenArguments ? length + (length & 1) : length),
            6 or 7 => (long)length * ((version, large) switch { (2, false) => 8, (2, true) => 16, (_, false) => 12, _ => 16 }),
            8 => 8L * length,
            0 or 3 or (>= 9 and <= 13) => 0,
            _ => -1,
        };
    }
}
