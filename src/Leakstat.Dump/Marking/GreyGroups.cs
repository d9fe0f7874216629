using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Leakstat.Dump.Marking;

/// <summary>
/// Which groups of 64 blocks may have blocks that are reached and not read yet: a bit for each, in words of 64 groups,
/// and above
/// them a bit for each word, so that the next one is found at once, however few there are. 2,048 times smaller than a
/// heap of
/// blocks of 64 bytes is large / 8: it stays in the nearest cache.
/// </summary>
/// <param name="groups">Groups.</param>
/// <param name="isShared">Whether several threads use it.</param>
internal sealed class GreyGroups(int groups, bool isShared)
{
    private readonly ulong[] _words = new ulong[(groups + 63L) / 64];
    private readonly ulong[] _tops = new ulong[((groups + 63L) / 64 + 63) / 64];

    /// <summary>Words of 64 groups.</summary>
    public int WordCount => _words.Length;

    /// <summary>Whether there is any, as far as can be told while others work.</summary>
    public bool HasAny => _tops.AsSpan().ContainsAnyExcept(0UL);

    public long Bytes => (_words.LongLength + _tops.LongLength) * 8;

    /// <summary>
    /// Adds a group in which a block has just been marked. Whoever takes the group later sees that mark: it is visible
    /// to all before this is called, the taking is atomic, and where the group's bit is still set here, it has not been
    /// taken yet.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int group)
    {
        ref ulong word = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_words), group >> 6);
        if ((Volatile.Read(ref word) & (1UL << group)) == 0)
        {
            AddNew(ref word, group);
        }
    }

    /// <summary>Takes the groups of the first word in a range that has any.</summary>
    /// <param name="from">First word to look at.</param>
    /// <param name="to">The word behind the last one.</param>
    /// <param name="word">The word.</param>
    /// <param name="taken">Bit i: group <paramref name="word"/> × 64 + i.</param>
    public bool TryTake(int from, int to, out int word, out ulong taken)
    {
        for (int top = from >> 6; top << 6 < to; top++)
        {
            ulong bits = Volatile.Read(ref _tops[top]);
            bits &= top == from >> 6 ? ulong.MaxValue << from : ulong.MaxValue;
            for (; bits != 0; bits &= bits - 1)
            {
                word = (top << 6) + BitOperations.TrailingZeroCount(bits);
                if (word >= to)
                {
                    break;
                }

                taken = Take(top, word);
                if (taken != 0)
                {
                    return true;
                }
            }
        }

        word = to;
        taken = 0;
        return false;
    }

    private ulong Take(int top, int word)
    {
        ulong taken;
        if (isShared)
        {
            // The upper bit first: a group that comes between the two sets it anew.
            Interlocked.And(ref _tops[top], ~(1UL << word));
            return Interlocked.Exchange(ref _words[word], 0);
        }

        _tops[top] &= ~(1UL << word);
        taken = _words[word];
        _words[word] = 0;
        return taken;
    }

    private void AddNew(ref ulong word, int group)
    {
        ref ulong top = ref _tops[group >> 12];
        ulong bit = 1UL << (group >> 6);
        if (isShared)
        {
            Interlocked.Or(ref word, 1UL << group);
            if ((Volatile.Read(ref top) & bit) == 0)
            {
                Interlocked.Or(ref top, bit);
            }

            return;
        }

        word |= 1UL << group;
        top |= bit;
    }
}
