using System.Buffers.Binary;

namespace Leakstat.Dump.Dwarf;

/// <summary>A place in a DWARF section; reading beyond the end gives zeros and marks it as ended.</summary>
internal ref struct DwarfReader(ReadOnlySpan<byte> data, long position)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Place.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Whether something beyond the end was asked for.</summary>
    public bool Ended { get; private set; } = position < 0 || position > data.Length;

    public byte U8()
    {
        if (!Has(1))
        {
            return 0;
        }

        return _data[(int)Position++];
    }

    public ushort U16()
    {
        if (!Has(2))
        {
            return 0;
        }

        Position += 2;
        return BinaryPrimitives.ReadUInt16LittleEndian(_data[(int)(Position - 2)..]);
    }

    public uint U32()
    {
        if (!Has(4))
        {
            return 0;
        }

        Position += 4;
        return BinaryPrimitives.ReadUInt32LittleEndian(_data[(int)(Position - 4)..]);
    }

    public ulong U64()
    {
        if (!Has(8))
        {
            return 0;
        }

        Position += 8;
        return BinaryPrimitives.ReadUInt64LittleEndian(_data[(int)(Position - 8)..]);
    }

    public ulong Uleb()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte b = U8();
            value |= shift < 64 ? (ulong)(b & 0x7f) << shift : 0;
            if ((b & 0x80) == 0)
            {
                return value;
            }
        }

        return value;
    }

    public long Sleb()
    {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte b = U8();
            value |= shift < 64 ? (long)(b & 0x7f) << shift : 0;
            if ((b & 0x80) == 0)
            {
                return (b & 0x40) != 0 && shift < 57 ? value | (-1L << (shift + 7)) : value;
            }
        }

        return value;
    }

    /// <summary>Goes over bytes.</summary>
    public void Skip(ulong bytes)
    {
        if (bytes > (ulong)(_data.Length - Position))
        {
            Ended = true;
            Position = _data.Length;
        }
        else
        {
            Position += (long)bytes;
        }
    }

    /// <summary>Text up to its NUL.</summary>
    public ReadOnlySpan<byte> Text()
    {
        if (Position >= _data.Length)
        {
            Ended = true;
            return default;
        }

        ReadOnlySpan<byte> rest = _data[(int)Position..];
        int end = rest.IndexOf((byte)0);
        if (end < 0)
        {
            Ended = true;
            return default;
        }

        Position += end + 1;
        return rest[..end];
    }

    private bool Has(int bytes)
    {
        if (Position > _data.Length - bytes)
        {
            Ended = true;
            Position = _data.Length;
            return false;
        }

        return true;
    }
}
