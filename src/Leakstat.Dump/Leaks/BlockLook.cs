namespace Leakstat.Dump.Leaks;

/// <summary>
/// What the lost blocks of one keg look like, so that others of the same kind are known. Coarser than what is printed:
/// a list's
/// first entry has no link where others have one, so nothing and a pointer to a block are the same; words that are
/// equal in all
/// blocks of a look (a magic number, a table of functions) must be equal.
/// </summary>
internal sealed class BlockLook(HeapBlocks heap, BlockContent content)
{
    /// <summary>Words that are looked at.</summary>
    public const int Words = 8;

    private readonly Dictionary<ulong, ulong?[]> _looks = [];

    /// <summary>Learns a lost block.</summary>
    public void Learn(int block)
    {
        Span<ulong> words = stackalloc ulong[Words];
        words = words[..content.Read(block, words)];
        ulong look = Of(words);
        if (!_looks.TryGetValue(look, out ulong?[]? constant))
        {
            _looks[look] = constant = new ulong?[words.Length];
            for (int i = 0; i < words.Length; i++)
            {
                constant[i] = words[i];
            }

            return;
        }

        for (int i = 0; i < constant.Length && i < words.Length; i++)
        {
            if (constant[i] != words[i])
            {
                constant[i] = null;
            }
        }
    }

    /// <summary>Whether a block looks like those that were learned.</summary>
    public bool Matches(int block)
    {
        Span<ulong> words = stackalloc ulong[Words];
        words = words[..content.Read(block, words)];
        if (!_looks.TryGetValue(Of(words), out ulong?[]? constant))
        {
            return false;
        }

        for (int i = 0; i < constant.Length && i < words.Length; i++)
        {
            if (constant[i] is { } value && value != words[i] && !IsLink(value) && !IsLink(words[i]))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsLink(ulong word) => word == 0 || heap.Input.Blocks.Find(word) >= 0;

    private ulong Of(ReadOnlySpan<ulong> words)
    {
        ulong hash = 14_695_981_039_346_656_037;
        foreach (ulong word in words)
        {
            hash = (hash ^ Class(word)) * 1_099_511_628_211;
            hash ^= hash >> 29;
        }

        return hash;
    }

    /// <summary>A link, a symbol (itself), text, or a number by its length.</summary>
    private ulong Class(ulong word) => IsLink(word) ? 1
        : content.IsInFile(word) ? word
        : BlockContent.IsText(word) ? 2
        : word <= ushort.MaxValue ? 3
        : word <= uint.MaxValue ? 4
        : 5UL;
}
