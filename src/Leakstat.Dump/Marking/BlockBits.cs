using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Leakstat.Dump.Marking;

/// <summary>One bit for each block.</summary>
public sealed class BlockBits(int count)
{
    private readonly ulong[] _words = new ulong[(count + 63L) / 64];

    /// <summary>Bytes held.</summary>
    public long Bytes => _words.LongLength * 8;

    internal ulong[] Words => _words;

    /// <summary>The bit of a block.</summary>
    public bool this[int block]
    {
        get => (_words[block >> 6] & (1UL << block)) != 0;
        set
        {
            if (value)
            {
                _words[block >> 6] |= 1UL << block;
            }
            else
            {
                _words[block >> 6] &= ~(1UL << block);
            }
        }
    }

    /// <summary>Bits that are set.</summary>
    public long Ones()
    {
        long ones = 0;
        foreach (ulong word in _words)
        {
            ones += BitOperations.PopCount(word);
        }

        return ones;
    }

    /// <summary>The blocks whose bit is set, ascending.</summary>
    public IEnumerable<int> Set()
    {
        for (int i = 0; i < _words.Length; i++)
        {
            for (ulong word = _words[i]; word != 0; word &= word - 1)
            {
                yield return (i << 6) + BitOperations.TrailingZeroCount(word);
            }
        }
    }

    /// <summary>The blocks that are set here and not there.</summary>
    public BlockBits Except(BlockBits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var result = new BlockBits(count);
        for (int i = 0; i < _words.Length; i++)
        {
            result._words[i] = _words[i] & ~other._words[i];
        }

        return result;
    }

    /// <summary>Sets a bit; false where it was set. For one thread only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TrySet(int block)
    {
        ref ulong word = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_words), block >> 6);
        ulong bit = 1UL << block;
        bool isNew = (word & bit) == 0;
        word |= bit;
        return isNew;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref byte PlaceOf(int block) =>
        ref Unsafe.As<ulong, byte>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_words), block >> 6));
}
