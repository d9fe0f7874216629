namespace Leakstat.Store.Packing;

/// <summary>Writes bits, the lowest first.</summary>
internal sealed class BitWriter
{
    private byte[] _bytes = new byte[256];
    private ulong _held;
    private int _bits;
    private int _length;

    /// <summary>Bits written so far.</summary>
    public int Bits => (_length * 8) + _bits;

    /// <summary>Forgets everything.</summary>
    public void Clear() => (_held, _bits, _length) = (0, 0, 0);

    /// <summary>Writes the lowest bits of a number, at most 56.</summary>
    public void Write(ulong value, int bits)
    {
        _held |= (value & ((1UL << bits) - 1)) << _bits;
        _bits += bits;
        while (_bits >= 8)
        {
            if (_length == _bytes.Length)
            {
                Array.Resize(ref _bytes, _length * 2);
            }

            _bytes[_length++] = (byte)_held;
            _held >>= 8;
            _bits -= 8;
        }
    }

    /// <summary>Appends what was written, filled up to whole bytes.</summary>
    public void CopyTo(List<byte> output)
    {
        output.AddRange(_bytes.AsSpan(0, _length));
        if (_bits > 0)
        {
            output.Add((byte)_held);
        }
    }
}
