namespace Leakstat.Captures.Text;

/// <summary>The names that date(1), syslogd(8) and the kernel print in the C locale.</summary>
internal static class CalendarWords
{
    private static ReadOnlySpan<byte> Months => "JanFebMarAprMayJunJulAugSepOctNovDec"u8;

    private static ReadOnlySpan<byte> Days => "SunMonTueWedThuFriSat"u8;

    /// <summary>1 to 12; 0 for no month.</summary>
    public static int Month(ReadOnlySpan<byte> word) => Place(Months, word);

    /// <summary>Whether the word is a day of the week.</summary>
    public static bool IsDay(ReadOnlySpan<byte> word) => Place(Days, word) > 0;

    private static int Place(ReadOnlySpan<byte> names, ReadOnlySpan<byte> word)
    {
        for (int i = 0; word.Length == 3 && i < names.Length; i += 3)
        {
            if (names.Slice(i, 3).SequenceEqual(word))
            {
                return (i / 3) + 1;
            }
        }

        return 0;
    }
}
