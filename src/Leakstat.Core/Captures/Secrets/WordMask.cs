using System.Buffers;

namespace Leakstat.Captures.Secrets;

/// <summary>
/// Masks in a line every word that is not known to be harmless: letters become <c>x</c>, digits <c>0</c>, so that
/// columns stay. Where a word had to be masked, long numbers beside it may be as telling and go too.
/// </summary>
internal sealed class WordMask(Pseudonyms names)
{
    /// <summary>Digits that no number of 64 bits has: a key.</summary>
    private const int LongestNumber = 20;

    /// <summary>Digits from which a number beside an unknown word is masked.</summary>
    private const int TellingNumber = 4;

    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The line without unknown words.</summary>
    /// <param name="line">The line; marks in it stay.</param>
    public string Of(string line)
    {
        char[]? masked = null;
        foreach ((int start, int end) in Words(line))
        {
            if (!IsHarmless(line.AsSpan(start, end - start)))
            {
                masked ??= line.ToCharArray();
                Mask(line, masked, start, end);
            }
        }

        if (masked is null)
        {
            return line;
        }

        foreach ((int start, int end) in Words(line))
        {
            if (masked[start] == line[start]
                && char.IsAsciiDigit(line[start])
                && IsTelling(line.AsSpan(start, end - start)))
            {
                Mask(line, masked, start, end);
            }
        }

        return new string(masked);
    }

    /// <summary>Whether all words of a name are known to be harmless.</summary>
    public bool IsHarmlessName(string name)
    {
        foreach ((int start, int end) in Words(name))
        {
            if (!IsHarmless(name.AsSpan(start, end - start)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Runs of letters and digits that are no name which is kept, nor an escape of JSON.</summary>
    private IEnumerable<(int Start, int End)> Words(string line)
    {
        for (int at = 0; at < line.Length;)
        {
            if (!IsWordCharacter(line[at]))
            {
                at += line[at] == '\\' ? EscapeLength(line, at) : 1;
                continue;
            }

            int end = at;
            while (end < line.Length && IsWordCharacter(line[end]))
            {
                end++;
            }

            int kept = names.KeptAt(line, at);
            if (kept == 0)
            {
                yield return (at, end);
            }

            at = Math.Max(end, at + kept);
        }
    }

    private static int EscapeLength(string line, int at) => at + 1 >= line.Length ? 1 : line[at + 1] == 'u' ? 6 : 2;

    private static void Mask(string line, char[] masked, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            masked[i] = char.IsAsciiDigit(line[i]) ? '0' : 'x';
        }
    }

    private static bool IsWordCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is >= '\u0080' and <= '\u00ff';

    /// <summary>
    /// Numbers with or without a unit, hexadecimal numbers, words of FreeBSD's own, and those with a number behind them
    /// as devices have (<c>ix0</c>, <c>ada0p3</c>).
    /// </summary>
    private static bool IsHarmless(ReadOnlySpan<char> word)
    {
        if (char.IsAsciiDigit(word[0]))
        {
            int digits = word.IndexOfAnyExceptInRange('0', '9');
            return digits < 0 ? word.Length <= LongestNumber
                : (word.StartsWith("0x") && word.Length <= 18 && word[2..].IndexOfAnyExcept(s_hexadecimal) < 0)
                    || (word.Length - digits <= 3 && digits <= LongestNumber && ProtectedWords.IsKnown(word[digits..]));
        }

        int letters = word.IndexOfAnyInRange('0', '9');
        return letters < 0
            ? ProtectedWords.IsKnown(word)
            : letters <= 16 && ProtectedWords.IsKnown(word[..letters]) && IsUnit(word[letters..], letters);
    }

    /// <summary>What stands behind a device's name: its number, and that of a slice or partition.</summary>
    private static bool IsUnit(ReadOnlySpan<char> tail, int letters)
    {
        int digits = tail.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0)
        {
            return tail.Length <= (letters > 1 ? 6 : 3);
        }

        ReadOnlySpan<char> rest = tail[digits..];
        return digits <= 3 && rest.Length <= 4 && rest[0] is 's' or 'p' or 'x' or 'a' or 'b' or 'd'
            && rest[1..].IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static bool IsTelling(ReadOnlySpan<char> number)
    {
        int digits = number.IndexOfAnyExceptInRange('0', '9');
        return digits < 0 ? number.Length >= TellingNumber : number.StartsWith("0x") && number.Length > 10;
    }
}
