using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Leakstat.Captures.Secrets;
using Leakstat.Captures.Sources;

namespace Leakstat.Captures.Scrub;

/// <summary>
/// Rewrites a capture's manifest: the host renamed, strings of other members as text of which nothing is known.
/// </summary>
internal static class ManifestScrub
{
    /// <summary>Members whose numbers are the collector's own; any other may say whose host it is.</summary>
    private static readonly string[] s_numbers = ["osreldate", "status"];

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 32 };

    /// <summary>The manifest without what is secret; of a damaged one, what is read of it.</summary>
    public static byte[] Rewrite(ReadOnlyMemory<byte> bytes, LineScrubber scrubber, Pseudonyms names)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Reading);
            return Written(json => Value(json, document.RootElement, "", 0, scrubber, names));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Malformed, or a text in it that is no UTF-8 or half a surrogate.
            CaptureManifest manifest = CaptureManifest.TryRead(bytes.Span)!;
            return Written(json =>
            {
                json.WriteStartObject();
                if (manifest.Host is { } host)
                {
                    json.WriteString("host", names.Restore(scrubber.Host(host), aligned: false));
                }

                if (manifest.TakenAt is { } taken)
                {
                    json.WriteString("takenAt", taken.UtcDateTime);
                }

                json.WriteEndObject();
            });
        }
    }

    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void Value(
        Utf8JsonWriter json, JsonElement value, string key, int depth, LineScrubber scrubber, Pseudonyms names)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    json.WritePropertyName(names.Restore(scrubber.Strict(Latin(member.Name)), aligned: false));
                    Value(json, member.Value, member.Name, depth + 1, scrubber, names);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Value(json, item, key, depth + 1, scrubber, names);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                string text = Latin(value.GetString()!);
                json.WriteStringValue(names.Restore(key switch
                {
                    "host" => scrubber.Host(text),
                    "takenAt" when depth == 1 && IsTime(text) => text,
                    _ => scrubber.Strict(text),
                }, aligned: false));
                break;
            case JsonValueKind.Number when !s_numbers.Contains(key):
                json.WriteNumberValue(0);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static bool IsTime(string text) =>
        text.Length <= 40
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
        && !text.Any(c => char.IsAsciiLetter(c) && c is not ('T' or 'Z' or 't' or 'z'));

    private static string Latin(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
