using System.Text;
using Leakstat.Store.Errors;

namespace Leakstat.Store.Packing;

/// <summary>
/// Reads numbers and bits out of bytes that may be damaged; <see cref="StoreException"/> where they end too early.
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private int _bit;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool IsAtEnd => _at >= _bytes.Length;

    /// <summary>One byte.</summary>
    public byte Byte() => _at < _bytes.Length ? _bytes[_at++] : throw StoreException.Damaged();

    /// <summary>A number in groups of seven bits.</summary>
    public ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte group = Byte();
            value |= (ulong)(group & 0x7f) << shift;
            if (group < 0x80)
            {
                return value;
            }
        }

        throw StoreException.Damaged();
    }

    /// <summary>A number with a sign.</summary>
    public long Signed() => PackedNumber.Unfold(Unsigned());

    /// <summary>A number within a bound.</summary>
    public int Count(int most)
    {
        ulong value = Unsigned();
        return value <= (ulong)most ? (int)value : throw StoreException.Damaged();
    }

    /// <summary>A number that may be absent.</summary>
    public long? Optional() => Byte() == 0 ? null : Signed();

    /// <summary>A text of at most that many bytes.</summary>
    public string Text(int most) => Encoding.UTF8.GetString(Take(Count(most)));

    /// <summary>Some bytes.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _at)
        {
            throw StoreException.Damaged();
        }

        _at += length;
        return _bytes.Slice(_at - length, length);
    }

    /// <summary>The next bit.</summary>
    public int Bit()
    {
        if (_at >= _bytes.Length)
        {
            throw StoreException.Damaged();
        }

        int bit = (_bytes[_at] >> _bit) & 1;
        if (++_bit == 8)
        {
            _bit = 0;
            _at++;
        }

        return bit;
    }

    /// <summary>The next bits as a number, the lowest first.</summary>
    public ulong Bits(int count)
    {
        ulong value = 0;
        int have = 0;
        while (have < count)
        {
            if (_at >= _bytes.Length)
            {
                throw StoreException.Damaged();
            }

            int take = Math.Min(count - have, 8 - _bit);
            value |= (((ulong)_bytes[_at] >> _bit) & ((1UL << take) - 1)) << have;
            have += take;
            _bit += take;
            if (_bit == 8)
            {
                _bit = 0;
                _at++;
            }
        }

        return value;
    }
}
