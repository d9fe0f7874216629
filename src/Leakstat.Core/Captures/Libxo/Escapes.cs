using System.Buffers.Text;
using System.Text;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Libxo;

/// <summary>Undoes what libxo escapes in values. What does not fit the buffer is left off; nothing throws.</summary>
internal static class Escapes
{
    /// <summary>The text of a JSON string that holds backslashes.</summary>
    public static ReadOnlySpan<byte> Json(ReadOnlySpan<byte> raw, Span<byte> buffer)
    {
        int written = 0;
        while (!raw.IsEmpty && written < buffer.Length)
        {
            if (raw[0] != '\\' || raw.Length < 2)
            {
                buffer[written++] = raw[0];
                raw = raw[1..];
                continue;
            }

            if (raw[1] == 'u' && raw.Length >= 6 && Scan.TryHex(raw.Slice(2, 4), out ulong code))
            {
                raw = raw[6..];
                if (char.IsHighSurrogate((char)code) && raw.StartsWith("\\u"u8) && raw.Length >= 6
                    && Scan.TryHex(raw.Slice(2, 4), out ulong low) && char.IsLowSurrogate((char)low))
                {
                    code = (ulong)char.ConvertToUtf32((char)code, (char)low);
                    raw = raw[6..];
                }

                Append((uint)code, buffer, ref written);
                continue;
            }

            buffer[written++] = raw[1] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'b' => 8,
                (byte)'f' => 12,
                byte other => other,
            };
            raw = raw[2..];
        }

        return buffer[..written];
    }

    /// <summary>The text of an XML element that holds ampersands.</summary>
    public static ReadOnlySpan<byte> Xml(ReadOnlySpan<byte> raw, Span<byte> buffer)
    {
        int written = 0;
        while (!raw.IsEmpty && written < buffer.Length)
        {
            int end = raw[0] == '&' ? raw[..Math.Min(raw.Length, 12)].IndexOf((byte)';') : -1;
            if (end < 2 || !TryEntity(raw[1..end], out uint code))
            {
                buffer[written++] = raw[0];
                raw = raw[1..];
                continue;
            }

            Append(code, buffer, ref written);
            raw = raw[(end + 1)..];
        }

        return buffer[..written];
    }

    private static bool TryEntity(ReadOnlySpan<byte> name, out uint code)
    {
        if (name[0] == '#')
        {
            ulong value = 0;
            bool read = name.Length > 1 && name[1] is (byte)'x' or (byte)'X'
                ? Scan.TryHex(name[2..], out value)
                : Utf8Parser.TryParse(name[1..], out value, out int used) && used == name.Length - 1;
            code = value <= 0x10ffff ? (uint)value : 0xfffd;
            return read;
        }

        code = name.SequenceEqual("amp"u8) ? '&'
            : name.SequenceEqual("lt"u8) ? '<'
            : name.SequenceEqual("gt"u8) ? '>'
            : name.SequenceEqual("quot"u8) ? '"'
            : name.SequenceEqual("apos"u8) ? '\''
            : 0u;
        return code != 0;
    }

    private static void Append(uint code, Span<byte> buffer, ref int written)
    {
        Rune rune = Rune.IsValid(code) ? new Rune(code) : Rune.ReplacementChar;
        if (rune.TryEncodeToUtf8(buffer[written..], out int bytes))
        {
            written += bytes;
        }
        else
        {
            written = buffer.Length;
        }
    }
}
