using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Leakstat.Dump.Target;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Leaks;

/// <summary>Tells what the words of a block are.</summary>
internal sealed class BlockContent(KernelDump dump, HeapBlocks heap)
{
    private readonly Dictionary<ulong, (string? Name, string? Module)> _symbols = [];
    private readonly bool _hasRedzones = dump.Symbols.TryFind(RedzoneHeader.Function, out _);
    private readonly LoadedFile[] _files = [.. dump.Symbols.Files];
    private readonly ulong _lowestFile = dump.Symbols.Files.Select(f => f.Address).DefaultIfEmpty(ulong.MaxValue).Min();

    /// <summary>The words of a block from the start of its data; fewer where memory is missing.</summary>
    public ulong[] Words(int block, int most)
    {
        var words = new ulong[(int)Math.Min(most, DataOf(block).Length / 8)];
        int count = Read(block, words);
        return count == words.Length ? words : words[..count];
    }

    /// <summary>
    /// Reads words of a block from the start of its data into a buffer; how many there were before memory is missing.
    /// </summary>
    public int Read(int block, Span<ulong> words)
    {
        (ulong address, long length) = DataOf(block);
        words = words[..(int)Math.Min(words.Length, length / 8)];
        int count = 0;
        while (count < words.Length && dump.Memory.ToPageEnd(address + ((ulong)count * 8)) is { Length: >= 8 } part)
        {
            ReadOnlySpan<ulong> there = MemoryMarshal.Cast<byte, ulong>(part);
            there = there[..Math.Min(there.Length, words.Length - count)];
            there.CopyTo(words[count..]);
            count += there.Length;
        }

        return count;
    }

    /// <summary>Where the data of a block stands: all of it, but for what DEBUG_REDZONE puts around.</summary>
    private (ulong Address, long Length) DataOf(int block)
    {
        ulong address = heap.Input.Blocks.AddressOf(block);
        long size = heap.SizeOf(block);
        return _hasRedzones
            && heap.KegOf(block) is null or { IsMalloc: true }
            && RedzoneHeader.Find(dump, address, size) is { } header
            ? (address + (ulong)header.Data, header.Length)
            : (address, size);
    }

    /// <summary>What a word is, in a few letters; equal for blocks that look alike.</summary>
    public string Class(int block, ulong word)
    {
        if (word == 0)
        {
            return "0";
        }

        if (Symbol(word).Name is { } name)
        {
            return name;
        }

        int target = heap.Input.Blocks.Find(word);
        if (target >= 0)
        {
            return target == block ? "self" : $"→ {heap.KegOf(target)?.Name ?? "large"}";
        }

        return IsText(word) ? "text" : "value";
    }

    /// <summary>What a word points to, for a person; null where it is no pointer that is known.</summary>
    public string? Describe(ulong word)
    {
        if (Symbol(word).Name is { } name)
        {
            return name;
        }

        int target = heap.Input.Blocks.Find(word);
        if (target < 0)
        {
            return null;
        }

        ulong start = heap.Input.Blocks.AddressOf(target);
        Keg? keg = heap.KegOf(target);
        string state = heap.StateOf(target) == ItemState.Allocated ? "" : " (free)";
        string what = keg is null ? "large allocation" : keg.Name;
        return word == start ? $"{what}{state}" : $"{what} 0x{start:x16}+0x{word - start:x}{state}";
    }

    /// <summary>The symbol a word points to, and the file it is in.</summary>
    public (string? Name, string? Module) Symbol(ulong word)
    {
        if (!IsInFile(word))
        {
            return default;
        }

        if (_symbols.TryGetValue(word, out (string? Name, string? Module) known))
        {
            return known;
        }

        LoadedFile? file = Array.Find(_files, f => f.Contains(word));
        (string? Name, string? Module) found = file is null ? (null, null) : (dump.Symbols.Describe(word), file.Name);
        if (_symbols.Count < 200_000)
        {
            _symbols[word] = found;
        }

        return found;
    }

    /// <summary>Whether a word points into the kernel or a module.</summary>
    public bool IsInFile(ulong word) => word >= _lowestFile && Array.Exists(_files, f => f.Contains(word));

    /// <summary>Whether a word is four letters or more, up to its end or a NUL.</summary>
    internal static bool IsText(ulong word)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
        int end = bytes.IndexOf((byte)0);
        ReadOnlySpan<byte> text = end < 0 ? bytes : bytes[..end];
        return text.Length >= 4
            && !text.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e)
            && (end < 0 || !bytes[end..].ContainsAnyExcept((byte)0));
    }
}
