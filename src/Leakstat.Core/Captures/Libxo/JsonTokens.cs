using System.Buffers.Binary;
using System.Numerics;

namespace Leakstat.Captures.Libxo;

/// <summary>
/// Reads a JSON document token by token, without copying and without garbage. Every token is checked against the
/// grammar; no bytes lead outside the text or deeper than the bound. The base library's reader is slower.
/// </summary>
/// <param name="document">A text that begins with a document.</param>
/// <param name="maxDepth">Objects and arrays within one another, at most 64.</param>
internal ref struct JsonTokens(ReadOnlySpan<byte> document, int maxDepth)
{
    private readonly ReadOnlySpan<byte> _text = document;
    private readonly int _maxDepth = Math.Min(maxDepth, 64);
    private Expected _expected = Expected.Value;

    /// <summary>One bit for each level, the innermost lowest: whether it is an object.</summary>
    private ulong _objects;

    private enum Expected
    {
        Value,
        ValueOrEnd,
        Name,
        NameOrEnd,
        CommaOrEnd,
    }

    /// <summary>The token's text.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Where <see cref="Value"/> begins.</summary>
    public int Start { get; private set; }

    /// <summary>Whether there are backslashes in <see cref="Value"/>.</summary>
    public bool IsEscaped { get; private set; }

    /// <summary>Objects and arrays that are open.</summary>
    public int Depth { get; private set; }

    /// <summary>Behind the token, or where the fault is.</summary>
    public int Position { get; private set; }

    /// <summary>Goes on to the next token.</summary>
    public JsonToken Read()
    {
        if (!SkipBlanks(out byte next))
        {
            return JsonToken.Cut;
        }

        if (_expected == Expected.CommaOrEnd)
        {
            if (next != ',')
            {
                return End(next);
            }

            Position++;
            _expected = (_objects & 1) != 0 ? Expected.Name : Expected.Value;
            if (!SkipBlanks(out next))
            {
                return JsonToken.Cut;
            }
        }

        switch (_expected)
        {
            case Expected.Name:
                return next == '"' ? Name() : JsonToken.Malformed;
            case Expected.NameOrEnd:
                return next == '"' ? Name() : End(next);
            case Expected.ValueOrEnd when next == ']':
                return End(next);
            default:
                return ReadValue(next);
        }
    }

    private JsonToken ReadValue(byte first)
    {
        switch (first)
        {
            case (byte)'"':
                return Behind(String(), JsonToken.String);
            case (byte)'{' or (byte)'[':
                if (Depth >= _maxDepth)
                {
                    return JsonToken.TooDeep;
                }

                bool isObject = first == '{';
                Depth++;
                _objects = (_objects << 1) | (isObject ? 1UL : 0);
                _expected = isObject ? Expected.NameOrEnd : Expected.ValueOrEnd;
                Position++;
                return isObject ? JsonToken.StartObject : JsonToken.StartArray;
            case (byte)'t':
                return Behind(Word("true"u8), JsonToken.Literal);
            case (byte)'f':
                return Behind(Word("false"u8), JsonToken.Literal);
            case (byte)'n':
                return Behind(Word("null"u8), JsonToken.Literal);
            default:
                return Behind(Number(), JsonToken.Number);
        }
    }

    /// <summary>A value was read, or was not.</summary>
    private JsonToken Behind(JsonToken fault, JsonToken token)
    {
        _expected = Expected.CommaOrEnd;
        return fault == JsonToken.None ? token : fault;
    }

    private JsonToken End(byte mark)
    {
        bool isObject = (_objects & 1) != 0;
        if (Depth == 0 || mark != (isObject ? (byte)'}' : (byte)']'))
        {
            return JsonToken.Malformed;
        }

        Position++;
        Depth--;
        _objects >>= 1;
        _expected = Expected.CommaOrEnd;
        return isObject ? JsonToken.EndObject : JsonToken.EndArray;
    }

    private JsonToken Name()
    {
        if (String() is var fault && fault != JsonToken.None)
        {
            return fault;
        }

        if (!SkipBlanks(out byte colon))
        {
            return JsonToken.Cut;
        }

        if (colon != ':')
        {
            return JsonToken.Malformed;
        }

        Position++;
        _expected = Expected.Value;
        return JsonToken.Name;
    }

    /// <summary>Reads a string whose quote stands here; what is wrong with it, or nothing.</summary>
    private JsonToken String()
    {
        ReadOnlySpan<byte> text = _text;
        int at = Position + 1;
        Start = at;
        IsEscaped = false;
        while ((uint)at < (uint)text.Length)
        {
            at += Plain(text[at..]);
            if (at >= text.Length)
            {
                break;
            }

            byte b = text[at];
            if (b == '"')
            {
                Value = text[Start..at];
                Position = at + 1;
                return JsonToken.None;
            }

            if (b == '\\')
            {
                IsEscaped = true;
                int length = EscapeLength(text[at..]);
                if (length <= 0)
                {
                    return length == 0 ? JsonToken.Malformed : JsonToken.Cut;
                }

                at += length;
            }
            else if (b < 0x20)
            {
                return JsonToken.Malformed;
            }
            else
            {
                at++;
            }
        }

        return JsonToken.Cut;
    }

    /// <summary>Bytes in front of the first quote, backslash or control character, eight at a time.</summary>
    private static int Plain(ReadOnlySpan<byte> text)
    {
        const ulong Ones = 0x0101010101010101;
        int at = 0;
        while (text.Length - at >= sizeof(ulong))
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(text[at..]);
            ulong quotes = eight ^ (Ones * '"');
            ulong escapes = eight ^ (Ones * '\\');

            // The highest bit of each byte that is zero, or below a blank; a borrow may set it in bytes behind the
            // first only.
            ulong stops = ((quotes - Ones) & ~quotes) | ((escapes - Ones) & ~escapes)
                | ((eight - (Ones * ' ')) & ~eight);
            stops &= Ones << 7;
            if (stops != 0)
            {
                return at + (BitOperations.TrailingZeroCount(stops) >> 3);
            }

            at += sizeof(ulong);
        }

        while (at < text.Length && text[at] is not ((byte)'"' or (byte)'\\' or < 0x20))
        {
            at++;
        }

        return at;
    }

    /// <summary>Length of what begins with a backslash; 0 for none of JSON, negative where it is cut.</summary>
    private static int EscapeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2)
        {
            return -1;
        }

        if (text[1] != 'u')
        {
            return "\"\\/bfnrt"u8.Contains(text[1]) ? 2 : 0;
        }

        ReadOnlySpan<byte> digits = text[2..Math.Min(text.Length, 6)];
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return 0;
            }
        }

        return digits.Length == 4 ? 6 : -1;
    }

    /// <summary>Reads a number (RFC 8259, 6); what is wrong with it, or nothing.</summary>
    private JsonToken Number()
    {
        ReadOnlySpan<byte> text = _text;
        int start = Position;
        int at = start;
        at += text[at] == '-' ? 1 : 0;
        int digits = Digits(text, ref at);
        if (digits == 0 || (digits > 1 && text[at - digits] == '0'))
        {
            return at >= text.Length ? JsonToken.Cut : JsonToken.Malformed;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (Digits(text, ref at) == 0)
            {
                return at >= text.Length ? JsonToken.Cut : JsonToken.Malformed;
            }
        }

        if (at < text.Length && (text[at] | 0x20) == 'e')
        {
            at++;
            at += at < text.Length && text[at] is (byte)'+' or (byte)'-' ? 1 : 0;
            if (Digits(text, ref at) == 0)
            {
                return at >= text.Length ? JsonToken.Cut : JsonToken.Malformed;
            }
        }

        // More digits may have followed where the text ends.
        if (at >= text.Length)
        {
            return JsonToken.Cut;
        }

        Value = text[start..at];
        Start = start;
        IsEscaped = false;
        Position = at;
        return JsonToken.None;
    }

    private static int Digits(ReadOnlySpan<byte> text, ref int at)
    {
        int start = at;
        while ((uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9)
        {
            at++;
        }

        return at - start;
    }

    private JsonToken Word(ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> rest = _text[Position..];
        if (!rest.StartsWith(word))
        {
            return word.StartsWith(rest) ? JsonToken.Cut : JsonToken.Malformed;
        }

        Value = rest[..word.Length];
        Start = Position;
        IsEscaped = false;
        Position += word.Length;
        return JsonToken.None;
    }

    /// <summary>Goes to the next byte that is not blank; false at the end of the text.</summary>
    private bool SkipBlanks(out byte next)
    {
        ReadOnlySpan<byte> text = _text;
        int at = Position;
        while ((uint)at < (uint)text.Length)
        {
            next = text[at];
            if (next > 0x20 || next is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                Position = at;
                return true;
            }

            at++;
        }

        Position = at;
        next = 0;
        return false;
    }
}
