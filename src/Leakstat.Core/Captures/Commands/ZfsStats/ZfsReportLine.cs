using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.ZfsStats;

/// <summary>Takes lines of <c>zfs-stats</c> and its kin apart.</summary>
internal static class ZfsReportLine
{
    private const int LongestLabel = 64;

    /// <summary>Whether a line has the look of one: a label with a number behind it, or shares.</summary>
    public static bool IsPlausible(ReadOnlySpan<byte> line)
    {
        if (TryShares(line))
        {
            return true;
        }

        if (!TryLabel(line, out _, out ReadOnlySpan<byte> rest))
        {
            return false;
        }

        ReadOnlySpan<byte> value = Scan.Trim(rest);
        return Scan.IsBlank(line[0]) ? value.IsEmpty || TryValue(ref rest, out _) : TryValue(ref rest, out _);
    }

    /// <summary>Whether the line begins with a share and a size, names standing behind sizes.</summary>
    public static bool TryShares(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> share = Scan.Word(ref rest);
        return share.Length > 1 && share[^1] == '%' && Scan.IsDigit(share[0]) && TryValue(ref line, out _);
    }

    /// <summary>The label up to its colon, and what is behind. A colon within a clock or a ratio is none.</summary>
    public static bool TryLabel(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> label, out ReadOnlySpan<byte> rest)
    {
        label = default;
        rest = default;
        ReadOnlySpan<byte> text = Scan.Trim(line);
        int colon = text.IndexOf((byte)':');
        if (colon is <= 0 or > LongestLabel || (colon + 1 < text.Length && !Scan.IsBlank(text[colon + 1])))
        {
            return false;
        }

        label = Scan.Trim(text[..colon]);
        rest = text[(colon + 1)..];
        return char.IsAsciiLetterUpper((char)label[0]) || label.StartsWith("l2"u8);
    }

    /// <summary>
    /// The next value: shares (<c>5.83%</c>, <c>42.1 %</c>, <c>&lt; 0.1 %</c>), ratios (<c>8:1</c>) and remarks in
    /// parentheses are passed over. A size with its unit in bytes, or a count with <c>k</c>, <c>m</c>, … in ones.
    /// </summary>
    public static bool TryValue(scoped ref ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        while (true)
        {
            ReadOnlySpan<byte> word = Scan.Word(ref text);
            if (word.IsEmpty)
            {
                return false;
            }

            ReadOnlySpan<byte> after = text;
            ReadOnlySpan<byte> unit = Scan.Word(ref after);
            if (unit.SequenceEqual("%"u8))
            {
                text = after;
                continue;
            }

            if (word[^1] == '%' || word[0] is (byte)'<' or (byte)'(' || word[^1] == ')' || IsRatio(word))
            {
                continue;
            }

            if (!Scan.IsDigit(word[0]))
            {
                return false;
            }

            if (IsUnit(unit))
            {
                text = after;
                return TrySize(word, unit, out value);
            }

            return TryCount(word, out value);
        }
    }

    private static bool IsRatio(ReadOnlySpan<byte> word) => Scan.IsDigit(word[0]) && word.Contains((byte)':');

    private static bool IsUnit(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("Bytes"u8)
        || word.SequenceEqual("B"u8)
        || (word.Length == 3
        && word[1] == 'i'
        && word[2] == 'B'
        && word[0] is (byte)'K' or (byte)'M' or (byte)'G' or (byte)'T' or (byte)'P');

    private static bool TrySize(ReadOnlySpan<byte> number, ReadOnlySpan<byte> unit, out long bytes)
    {
        Span<byte> joined = stackalloc byte[24];
        bytes = 0;
        if (number.Length >= joined.Length)
        {
            return false;
        }

        number.CopyTo(joined);
        int length = number.Length;
        if (unit[0] != 'B')
        {
            joined[length++] = unit[0];
        }

        return Scan.TrySize(joined[..length], out bytes, out _);
    }

    private static bool TryCount(ReadOnlySpan<byte> number, out long count)
    {
        Span<byte> joined = stackalloc byte[24];
        count = 0;
        if (number.Length >= joined.Length)
        {
            return false;
        }

        // The programs write thousand, million, billion, trillion, quadrillion in letters of their own.
        number.CopyTo(joined);
        joined[number.Length - 1] = number[^1] switch
        {
            (byte)'m' => (byte)'M',
            (byte)'b' or (byte)'B' => (byte)'G',
            (byte)'t' => (byte)'T',
            (byte)'q' => (byte)'P',
            byte other => other,
        };
        return Scan.TryCount(joined[..number.Length], out count, out _);
    }
}
