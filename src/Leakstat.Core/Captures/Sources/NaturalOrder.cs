namespace Leakstat.Captures.Sources;

/// <summary>Names in the order a person expects: runs of digits by their number, all else by character.</summary>
public sealed class NaturalOrder : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static NaturalOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x;
        ReadOnlySpan<char> b = y;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            if (char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]))
            {
                ReadOnlySpan<char> left = TakeNumber(ref a);
                ReadOnlySpan<char> right = TakeNumber(ref b);
                int byNumber = left.Length != right.Length
                    ? left.Length.CompareTo(right.Length)
                    : left.SequenceCompareTo(right);
                if (byNumber != 0)
                {
                    return byNumber;
                }

                continue;
            }

            // A folder's contents stay together: nothing sorts before the separator.
            int byCharacter = Weight(a[0]).CompareTo(Weight(b[0]));
            if (byCharacter != 0)
            {
                return byCharacter;
            }

            a = a[1..];
            b = b[1..];
        }

        int byRest = a.Length.CompareTo(b.Length);
        return byRest != 0 ? byRest : string.CompareOrdinal(x, y);
    }

    /// <summary>
    /// Whether two names are numbered alike (<c>cap-2</c>, <c>cap-10</c>; two timestamps), so that their order says
    /// something about time; <c>after</c> and <c>before</c> are not.
    /// </summary>
    public static bool AreNumberedAlike(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        bool anyNumber = false;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            if (char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]))
            {
                anyNumber = true;
                TakeNumber(ref a);
                TakeNumber(ref b);
                continue;
            }

            if (a[0] != b[0])
            {
                return false;
            }

            a = a[1..];
            b = b[1..];
        }

        return anyNumber && a.IsEmpty && b.IsEmpty;
    }

    private static int Weight(char c) => c == '/' ? -1 : c;

    private static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        int end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        ReadOnlySpan<char> digits = text[..end].TrimStart('0');
        text = text[end..];
        return digits;
    }
}
