using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>
/// A name that the kernel builds at run time: <c>zio_buf_comb_&lt;size&gt;</c>, <c>pass&lt;unit&gt;IO</c>. A part in
/// angle brackets stands for digits; <c>&lt;name&gt;</c> stands for any text.
/// </summary>
internal sealed class NamePattern
{
    /// <summary>No kernel prints names as long; it bounds the search on hostile ones.</summary>
    private const int LongestMatched = 64;

    private readonly ImmutableArray<(string Text, bool IsDigits, bool IsAny)> _parts;

    private NamePattern(ImmutableArray<(string, bool, bool)> parts) => _parts = parts;

    /// <summary>The pattern in a name of the table; null where it is an ordinary name.</summary>
    public static NamePattern? Of(string name)
    {
        if (!name.Contains('<', StringComparison.Ordinal))
        {
            return null;
        }

        var parts = ImmutableArray.CreateBuilder<(string, bool, bool)>();
        ReadOnlySpan<char> rest = name;
        while (!rest.IsEmpty)
        {
            int open = rest.IndexOf('<');
            int close = open < 0 ? -1 : rest[open..].IndexOf('>') + open;
            if (open < 0 || close < open)
            {
                parts.Add((rest.ToString(), false, false));
                break;
            }

            if (open > 0)
            {
                parts.Add((rest[..open].ToString(), false, false));
            }

            bool any = rest[(open + 1)..close] is "name" && parts.All(p => !p.Item3);
            parts.Add(("", !any, any));
            rest = rest[(close + 1)..];
        }

        return new NamePattern(parts.ToImmutable());
    }

    /// <summary>Whether a host's name is of this form.</summary>
    public bool Matches(ReadOnlySpan<char> name) => name.Length <= LongestMatched && Matches(name, 0);

    private bool Matches(ReadOnlySpan<char> name, int part)
    {
        if (part == _parts.Length)
        {
            return name.IsEmpty;
        }

        (string text, bool isDigits, bool isAny) = _parts[part];
        if (isDigits)
        {
            int digits = 0;
            while (digits < name.Length && char.IsAsciiDigit(name[digits]))
            {
                digits++;
            }

            return digits > 0 && Matches(name[digits..], part + 1);
        }

        if (isAny)
        {
            // Names have at most 31 characters and patterns one such part, so trying every length is cheap.
            for (int length = 1; length <= name.Length; length++)
            {
                if (Matches(name[length..], part + 1))
                {
                    return true;
                }
            }

            return false;
        }

        return name.StartsWith(text, StringComparison.Ordinal) && Matches(name[text.Length..], part + 1);
    }
}
