using System.Text.Json;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Libxo;

/// <summary>Reads one JSON document and says what stands in it, without keeping it.</summary>
internal static class JsonEvents
{
    /// <summary>
    /// Reads from the start of <paramref name="text"/> to the end of the document or to a fault in it.
    /// </summary>
    /// <param name="text">Text that begins with a document.</param>
    /// <param name="start">Where <paramref name="text"/> begins in the section that <paramref name="lines"/> counts.</param>
    /// <param name="lines">Tells lines.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="reading">Who is told.</param>
    /// <param name="end">Behind the document, or where the fault is.</param>
    public static DocumentFault Read(
        ReadOnlySpan<byte> text, int start, ref LineCounter lines, ReadLimits limits, LibxoReading reading, out int end)
    {
        var options = new JsonReaderOptions { MaxDepth = limits.DocumentDepth };
        var json = new Utf8JsonReader(text, isFinalBlock: false, new JsonReaderState(options));
        var names = new Range[limits.DocumentDepth + 2];
        Span<byte> buffer = stackalloc byte[Math.Clamp(limits.NameBytes, 64, 1024)];
        Range key = default;
        int depth = 0;
        try
        {
            while (json.Read())
            {
                switch (json.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        int from = (int)json.TokenStartIndex + 1;
                        key = from..(from + json.ValueSpan.Length);
                        break;
                    case JsonTokenType.StartObject:
                        names[++depth] = key;
                        if (depth > 1)
                        {
                            reading.Open(text[key]);
                        }

                        break;
                    case JsonTokenType.StartArray:
                        names[++depth] = key;
                        break;
                    case JsonTokenType.EndObject when depth > 1:
                        reading.Close();
                        key = names[--depth];
                        break;
                    case JsonTokenType.EndArray:
                        key = names[--depth];
                        break;
                    case JsonTokenType.String or JsonTokenType.Number:
                        ReadOnlySpan<byte> value = json.ValueIsEscaped
                            ? Escapes.Json(json.ValueSpan, buffer)
                            : json.ValueSpan[..Math.Min(json.ValueSpan.Length, limits.NameBytes)];
                        reading.Value(text[key], value, lines.At(start + (int)json.TokenStartIndex));
                        break;
                }

                if (json.CurrentDepth == 0 && json.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    end = (int)json.BytesConsumed;
                    return DocumentFault.None;
                }
            }

            end = text.Length;
            return DocumentFault.Cut;
        }
        catch (JsonException)
        {
            end = (int)json.BytesConsumed;
            return depth >= limits.DocumentDepth ? DocumentFault.TooDeep : DocumentFault.Malformed;
        }
    }
}

/// <summary>What is wrong with a document.</summary>
internal enum DocumentFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It has no end.</summary>
    Cut,

    /// <summary>It is no JSON or XML at some place.</summary>
    Malformed,

    /// <summary>It is nested deeper than <see cref="ReadLimits.DocumentDepth"/>.</summary>
    TooDeep,
}
