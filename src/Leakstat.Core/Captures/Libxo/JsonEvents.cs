using Leakstat.Captures.Text;

namespace Leakstat.Captures.Libxo;

/// <summary>Reads one JSON document and says what stands in it, without keeping it.</summary>
internal static class JsonEvents
{
    /// <summary>
    /// Reads from the start of <paramref name="text"/> to the end of the document or to a fault in it.
    /// </summary>
    /// <param name="text">Text that begins with a document.</param>
    /// <param name="start">
    /// Where <paramref name="text"/> begins in the section that <paramref name="lines"/> counts.
    /// </param>
    /// <param name="lines">Tells lines.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="reading">Who is told.</param>
    /// <param name="end">Behind the document, or where the fault is.</param>
    public static DocumentFault Read(
        ReadOnlySpan<byte> text, int start, ref LineCounter lines, ReadLimits limits, LibxoReading reading, out int end)
    {
        var json = new JsonTokens(text, limits.DocumentDepth);
        var names = new Range[limits.DocumentDepth + 2];
        Span<byte> buffer = stackalloc byte[Math.Clamp(limits.NameBytes, 64, 1024)];
        Range key = default;
        while (true)
        {
            JsonToken token = json.Read();
            end = json.Position;
            switch (token)
            {
                case JsonToken.Name:
                    key = json.Start..(json.Start + json.Value.Length);
                    break;
                case JsonToken.String or JsonToken.Number:
                    ReadOnlySpan<byte> value = json.IsEscaped
                        ? Escapes.Json(json.Value, buffer)
                        : json.Value[..Math.Min(json.Value.Length, limits.NameBytes)];
                    reading.Value(text[key], value, ref lines, start + json.Start);
                    break;
                case JsonToken.StartObject:
                    names[json.Depth] = key;
                    if (json.Depth > 1)
                    {
                        reading.Open(text[key]);
                    }

                    break;
                case JsonToken.StartArray:
                    names[json.Depth] = key;
                    break;
                case JsonToken.EndObject or JsonToken.EndArray:
                    if (json.Depth == 0)
                    {
                        return DocumentFault.None;
                    }

                    if (token == JsonToken.EndObject)
                    {
                        reading.Close();
                    }

                    key = names[json.Depth + 1];
                    break;
                case JsonToken.Cut:
                    end = text.Length;
                    return DocumentFault.Cut;
                case JsonToken.TooDeep:
                    return DocumentFault.TooDeep;
                case JsonToken.Malformed:
                    return DocumentFault.Malformed;
                default:
                    break;
            }
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
