using System.Buffers.Binary;
using Leakstat.Dump.Inputs;

namespace Leakstat.Dump.Ctf;

/// <summary>One type of a CTF section: what stands at a place, never beyond the section.</summary>
internal readonly struct CtfRecord
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly CtfLayout _layout;
    private readonly int _body;

    public CtfRecord(CtfContainer owner, ReadOnlyMemory<byte> bytes, in CtfHeader header)
    {
        Owner = owner;
        _bytes = bytes;
        _layout = header.Layout;
        (Kind, Length, Size, Reference, _body) = Head(bytes.Span, _layout);
        Name = bytes.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span) : 0;
    }

    /// <summary>The container it is in; null where there is no such type.</summary>
    public CtfContainer? Owner { get; }

    /// <summary>Kind, one of <see cref="CtfKind"/>.</summary>
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
        int size = _layout.MemberOf(Size);
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
        type = Word(row, 4, _layout);
        bits = (_layout.IsNarrow, _layout.IsLarge(Size)) switch
        {
            (true, false) => BinaryPrimitives.ReadUInt16LittleEndian(row[6..]),
            (false, false) => BinaryPrimitives.ReadUInt32LittleEndian(row[8..]),
            _ => ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(row[8..]) << 32)
                | BinaryPrimitives.ReadUInt32LittleEndian(row[12..]),
        };
        return true;
    }

    /// <summary>An array: type of its elements, and their number.</summary>
    public bool TryArray(out uint contents, out uint count)
    {
        ReadOnlySpan<byte> row = _bytes.Span;
        int size = _layout.ArrayBytes;
        contents = count = 0;
        if (_body > row.Length - size)
        {
            return false;
        }

        row = row[_body..];
        contents = Word(row, 0, _layout);
        count = BinaryPrimitives.ReadUInt32LittleEndian(row[(size - 4)..]);
        return true;
    }

    /// <summary>Bits of an integer.</summary>
    public bool TryIntegerBits(out int bits)
    {
        ReadOnlySpan<byte> row = _bytes.Span;
        bool there = _body <= row.Length - CtfLayout.EncodingBytes;
        bits = there ? (int)(BinaryPrimitives.ReadUInt32LittleEndian(row[_body..]) & CtfLayout.IntegerBits) : 0;
        return there;
    }

    /// <summary>
    /// Where each type begins; <paramref name="whole"/> tells whether the last ends where the section does,
    /// <paramref name="unknown"/> how many are of no kind, as words between types look.
    /// </summary>
    public static int[] Offsets(ReadOnlySpan<byte> types, in CtfHeader header, bool evenArguments, DumpLimits limits,
        out bool whole, out int unknown)
    {
        unknown = 0;
        var offsets = new List<int>(Math.Min(limits.Types, (types.Length / 16) + 16));
        long at = 0;
        CtfLayout layout = header.Layout;
        whole = true;
        while (at < types.Length)
        {
            if (at > types.Length - layout.HeadBytes || offsets.Count >= limits.Types)
            {
                whole = false;
                break;
            }

            ReadOnlySpan<byte> record = types[(int)at..];
            (int kind, int length, long size, _, int body) = Head(record, layout);
            long bytes = BodyBytes(kind, length, size, layout, evenArguments);
            if (body == 0 || bytes < 0 || bytes > types.Length - at - body)
            {
                whole = false;
                break;
            }

            unknown += kind == CtfKind.Unknown ? 1 : 0;
            offsets.Add((int)at);
            at += body + bytes;
        }

        return [.. offsets];
    }

    private static (int Kind, int Length, long Size, uint Reference, int Body) Head(
        ReadOnlySpan<byte> record, CtfLayout layout)
    {
        int head = layout.HeadBytes;
        if (record.Length < head)
        {
            return default;
        }

        uint info = Word(record, 4, layout);
        uint value = Word(record, layout.IsNarrow ? 6 : 8, layout);
        int kind = (int)(info >> layout.KindShift);
        int length = (int)(info & layout.LengthMask);
        if (value != layout.LongSize)
        {
            return (kind, length, value, value, head);
        }

        if (record.Length < head + CtfLayout.LongSizeBytes)
        {
            return default;
        }

        ulong size = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(record[head..]) << 32)
            | BinaryPrimitives.ReadUInt32LittleEndian(record[(head + 4)..]);
        return (kind, length, (long)Math.Min(size, long.MaxValue), value, head + CtfLayout.LongSizeBytes);
    }

    /// <summary>A word that is as wide as the version has it.</summary>
    private static uint Word(ReadOnlySpan<byte> record, int at, CtfLayout layout) => layout.IsNarrow
        ? BinaryPrimitives.ReadUInt16LittleEndian(record[at..])
        : BinaryPrimitives.ReadUInt32LittleEndian(record[at..]);

    /// <summary>Bytes behind the head; −1 for a kind that there is not.</summary>
    private static long BodyBytes(int kind, int length, long size, CtfLayout layout, bool evenArguments) => kind switch
    {
        CtfKind.Integer or CtfKind.Float => CtfLayout.EncodingBytes,
        CtfKind.Array => layout.ArrayBytes,
        CtfKind.Function => (long)layout.ArgumentBytes * (evenArguments ? length + (length & 1) : length),
        CtfKind.Struct or CtfKind.Union => (long)length * layout.MemberOf(size),
        CtfKind.Enum => (long)length * CtfLayout.EnumeratorBytes,
        CtfKind.Unknown or CtfKind.Pointer or (>= CtfKind.Forward and <= CtfKind.Restrict) => 0,
        _ => -1,
    };
}
