using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.VmstatMalloc;

/// <summary>One row of <c>vmstat -m</c> taken apart.</summary>
internal ref struct VmstatMallocLine
{
    /// <summary>Columns of a type's name up to 13 and from 14.2 on, right-aligned.</summary>
    private const int OldNameWidth = 13;
    private const int NewNameWidth = 16;

    /// <summary>The smallest block that malloc(9) hands out.</summary>
    private const int SmallestBlock = 16;

    /// <summary>Name as printed.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>Column behind the name's last character.</summary>
    public int NameEnd;

    /// <summary>Live allocations.</summary>
    public long InUse;

    /// <summary>Live bytes.</summary>
    public long Memory;

    /// <summary>Allocations since boot.</summary>
    public long Requests;

    /// <summary>Bucket sizes.</summary>
    public MallocSizes Sizes;

    /// <summary>How many sizes were listed.</summary>
    public int SizeCount;

    /// <summary>Whether the HighUse column was there (to 12).</summary>
    public bool HasHighUse;

    /// <summary>Whether the memory is a whole number of K, as every row up to 13 has it.</summary>
    public bool IsInK;

    /// <summary>Whether any number has a suffix.</summary>
    public bool IsRounded;

    /// <summary>Whether a number in it is below zero.</summary>
    public readonly bool HasUnderflow => InUse < 0 || Memory < 0 || Requests < 0;

    /// <summary>
    /// Whether nothing but <c>vmstat -m</c> prints such a line: sizes that are buckets of malloc(9), and either several
    /// of them, or the HighUse column, or a name aligned as the command aligns it.
    /// </summary>
    public readonly bool IsUnmistakable =>
        HasLetter(Name) && (HasHighUse || SizeCount > 1 || (SizeCount == 1 && IsAligned));

    private readonly bool IsAligned =>
        NameEnd is OldNameWidth or NewNameWidth || (Name.Length == NameEnd && NameEnd > OldNameWidth && NameEnd < 32);

    /// <summary>Takes a line apart from the right, because names hold blanks and digits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out VmstatMallocLine row)
    {
        row = default;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> last = Scan.LastWord(ref rest);
        if (last.IsEmpty || !(Scan.IsDigit(last[0]) || last[0] == '-'))
        {
            return false;
        }

        // The last word is the sizes, or, for a type that has only had large blocks, the requests.
        if (TrySizes(last, ref row) && TryNumbers(rest, ref row))
        {
            return true;
        }

        row = default;
        return TryNumbers(line, ref row);
    }

    /// <summary>KiB in bytes. An underflowed sum of 2⁶⁴−n bytes comes as some 2⁵⁴ KiB and is negative.</summary>
    public static bool TryKibibytes(long kibibytes, out long bytes)
    {
        bytes = unchecked(kibibytes * 1024);
        return kibibytes is > long.MinValue / 1024 and <= long.MaxValue / 512;
    }

    private static bool TrySizes(scoped ReadOnlySpan<byte> text, ref VmstatMallocLine row)
    {
        long previous = 0;
        while (true)
        {
            int comma = text.IndexOf((byte)',');
            ReadOnlySpan<byte> item = comma < 0 ? text : text[..comma];
            if (!Scan.TrySize(item, out long size, out bool rounded) || size <= previous)
            {
                return false;
            }

            MallocSizes with = row.Sizes.With(size);
            if (with == row.Sizes)
            {
                return false;
            }

            row.Sizes = with;
            row.SizeCount++;
            row.IsRounded |= rounded;
            previous = size;
            if (comma < 0)
            {
                return true;
            }

            text = text[(comma + 1)..];
        }
    }

    private static bool TryNumbers(ReadOnlySpan<byte> rest, ref VmstatMallocLine row)
    {
        if (!TryCount(Scan.LastWord(ref rest), ref row, out row.Requests))
        {
            return false;
        }

        ReadOnlySpan<byte> word = Scan.LastWord(ref rest);
        if (word is [(byte)'-'])
        {
            row.HasHighUse = true;
            word = Scan.LastWord(ref rest);
        }

        if (!TryMemory(word, ref row) || !TryCount(Scan.LastWord(ref rest), ref row, out row.InUse))
        {
            return false;
        }

        row.Name = Scan.Trim(rest);
        int end = rest.Length;
        while (end > 0 && Scan.IsBlank(rest[end - 1]))
        {
            end--;
        }

        row.NameEnd = end;

        // Blocks of at least 16 bytes: where that does not hold, the columns were mistaken for one another.
        bool isPlausible = row.IsRounded
            || row.InUse <= 0
            || row.Memory <= 0
            || row.Memory / SmallestBlock >= row.InUse;
        return !row.Name.IsEmpty && isPlausible && (row.IsInK || !row.HasHighUse);
    }

    private static bool TryCount(scoped ReadOnlySpan<byte> word, ref VmstatMallocLine row, out long count)
    {
        if (Scan.TryInteger(word, out count))
        {
            return true;
        }

        // Thousands are k, never K: that is the mark of the memory column.
        if (word.IsEmpty || word[^1] == 'K' || !Scan.TryCount(word, out count, out _))
        {
            return false;
        }

        row.IsRounded = true;
        return true;
    }

    private static bool TryMemory(scoped ReadOnlySpan<byte> word, ref VmstatMallocLine row)
    {
        if (Scan.TryInteger(word, out row.Memory))
        {
            return true;
        }

        if (word.Length > 1 && word[^1] == 'K' && Scan.TryInteger(word[..^1], out long kibibytes)
            && TryKibibytes(kibibytes, out row.Memory))
        {
            row.IsInK = true;
            row.IsRounded = true;
            return true;
        }

        row.IsRounded = true;
        return Scan.TrySize(word, out row.Memory, out _);
    }

    private static bool HasLetter(ReadOnlySpan<byte> name)
    {
        foreach (byte b in name)
        {
            if ((uint)((b | 0x20) - 'a') <= 'z' - 'a')
            {
                return true;
            }
        }

        return false;
    }
}
