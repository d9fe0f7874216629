namespace Leakstat.Model;

/// <summary>
/// Numbers that a command printed in groups of three digits, as <c>sysctl -h</c> does by the user's locale
/// (<c>sbin/sysctl/sysctl.c</c>): 17,104,302,080.
/// </summary>
internal static class GroupedNumber
{
    private const int Group = 3;

    /// <summary>The digits alone; false where the text is no such number, or too long.</summary>
    /// <param name="text">What was printed.</param>
    /// <param name="digits">Takes the digits, and the sign before them.</param>
    /// <param name="length">Number of bytes written.</param>
    public static bool TryUngroup(ReadOnlySpan<byte> text, Span<byte> digits, out int length)
    {
        length = 0;
        if (text.Length > digits.Length || !text.Contains((byte)','))
        {
            return false;
        }

        int behind = 0;
        bool isGrouped = false;
        for (int i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] == (byte)',')
            {
                if (behind != Group || i == 0)
                {
                    return false;
                }

                (behind, isGrouped) = (0, true);
            }
            else if (text[i] is >= (byte)'0' and <= (byte)'9' && behind < Group)
            {
                digits[digits.Length - ++length] = text[i];
                behind++;
            }
            else if (text[i] == (byte)'-' && i == 0 && behind > 0)
            {
                digits[digits.Length - ++length] = text[i];
            }
            else
            {
                return false;
            }
        }

        digits[^length..].CopyTo(digits);
        return isGrouped && behind > 0;
    }
}
