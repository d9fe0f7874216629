using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Undoes quoted-printable (RFC 2045, 6.7), in which mail is stored and archives show it. Lines keep their numbers: a
/// <see cref="TranscriptReader.Filler"/> stands for each that was put behind another.
/// </summary>
internal static class QuotedPrintable
{
    /// <summary>
    /// Whether a text is encoded so: lines that end in <c>=</c>, or an equals sign written as <c>=3D</c>, and no equals
    /// sign that this encoding does not allow.
    /// </summary>
    public static bool Is(ReadOnlySpan<byte> text)
    {
        bool any = false;
        while (true)
        {
            int at = text.IndexOf((byte)'=');
            if (at < 0)
            {
                return any;
            }

            text = text[(at + 1)..];
            if (SoftBreak(text) > 0)
            {
                any = true;
            }
            else if (text.Length < 2 || !Scan.TryHex(text[..2], out ulong code))
            {
                return false;
            }
            else
            {
                any |= code == '=';
            }
        }
    }

    /// <summary>The text as it was.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> text)
    {
        var output = new List<byte>(text.Length);
        int joined = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            if (b == '=' && SoftBreak(text[(i + 1)..]) is > 0 and int length)
            {
                joined++;
                i += length;
            }
            else if (b == '=' && i + 2 < text.Length && Scan.TryHex(text.Slice(i + 1, 2), out ulong code))
            {
                output.Add((byte)code);
                i += 2;
            }
            else
            {
                output.Add(b);
                for (; b == '\n' && joined > 0; joined--)
                {
                    output.AddRange([TranscriptReader.Filler, (byte)'\n']);
                }
            }
        }

        return [.. output];
    }

    /// <summary>Bytes of a line end, blanks in front of it, that begins the text; 0 where none does.</summary>
    private static int SoftBreak(ReadOnlySpan<byte> text)
    {
        int at = text.IndexOfAnyExcept(" \t\r"u8);
        return at >= 0 && at < 8 && text[at] == '\n' ? at + 1 : 0;
    }
}
