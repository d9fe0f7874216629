using System.Buffers.Binary;

namespace Leakstat.Dump.Leaks;

/// <summary>The contents of a block for a person: words in hex, pointers named.</summary>
public sealed class BlockSample(KernelDump dump, HeapBlocks heap)
{
    private const int MostWords = 64;

    private readonly BlockContent _content = new(dump, heap);

    /// <summary>One line for each two words.</summary>
    public IEnumerable<string> Lines(ulong address)
    {
        int block = heap.Input.Blocks.Find(address);
        ulong[] words = block < 0 ? [] : _content.Words(block, MostWords);
        for (int i = 0; i < words.Length; i += 2)
        {
            ulong second = i + 1 < words.Length ? words[i + 1] : 0;
            string names = string.Join("; ", words.Skip(i).Take(2).Select(_content.Describe).OfType<string>());
            yield return $"+0x{i * 8:x3}  {words[i]:x16} "
                + $"{(i + 1 < words.Length ? second.ToString("x16", null) : new string(' ', 16))}  "
                + $"{Text(words[i], second)[..Math.Min(16, (words.Length - i) * 8)]}"
                + (names.Length > 0 ? "  " + names : "");
        }
    }

    private static string Text(ulong first, ulong second)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, first);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], second);
        Span<char> text = stackalloc char[16];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '.';
        }

        return new string(text);
    }
}
