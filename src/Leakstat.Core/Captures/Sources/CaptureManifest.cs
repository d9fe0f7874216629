using System.Globalization;
using System.Text.Json;

namespace Leakstat.Captures.Sources;

/// <summary>
/// What a capture's <c>manifest.json</c> says about it: <c>{"host": "fw", "takenAt": "2026-11-20T18:00:00Z"}</c>.
/// </summary>
/// <param name="Host">Host name; null where it says none.</param>
/// <param name="TakenAt">UTC time of the capture; null where it says none.</param>
/// <param name="IsComplete">
/// False where it says that the capture was cut: commands were not asked or their answers are lost.
/// </param>
/// <param name="IsNamed">
/// Whether the name was given to the host by a person: it says so, or the collector did not write it. Else it is the
/// one that the host says itself.
/// </param>
/// <param name="Release">The release that it says, by <c>release</c>; null where it says none.</param>
/// <param name="VersionNumber">The kernel's number that it says, by <c>osreldate</c>; null where it says none.</param>
public sealed record CaptureManifest(
    string? Host,
    DateTimeOffset? TakenAt,
    bool IsComplete = true,
    bool IsNamed = false,
    string? Release = null,
    long? VersionNumber = null)
{
    /// <summary>The name under which captures carry it.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The format as reports print it.</summary>
    public const string Format = "manifest/json";

    private const int MostBytes = 1 << 20;

    /// <summary>
    /// The manifest; null where the bytes are no JSON object with a host or a time of the known forms.
    /// </summary>
    public static CaptureManifest? TryRead(ReadOnlySpan<byte> json)
    {
        if (json.Length > MostBytes || json.TrimStart(" \t\r\n"u8).IsEmpty || json.TrimStart(" \t\r\n"u8)[0] != '{')
        {
            return null;
        }

        string? host = null;
        DateTimeOffset? takenAt = null;
        bool isComplete = true;
        bool isNamed = false;
        bool isOfCollector = false;
        string? release = null;
        long? number = null;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 32 });
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                bool isHost = reader.ValueTextEquals("host"u8);
                bool isTime = reader.ValueTextEquals("takenAt"u8);
                bool isWhole = reader.ValueTextEquals("complete"u8);
                bool isOfName = reader.ValueTextEquals("named"u8);
                bool isRelease = reader.ValueTextEquals("release"u8);
                bool isNumber = reader.ValueTextEquals("osreldate"u8);
                isOfCollector |= reader.ValueTextEquals("collector"u8);
                if (!reader.Read())
                {
                    break;
                }

                if (isWhole && reader.TokenType == JsonTokenType.False)
                {
                    isComplete = false;
                }
                else if (isOfName)
                {
                    isNamed = reader.TokenType == JsonTokenType.True;
                    reader.TrySkip();
                }
                else if (isNumber && reader.TokenType == JsonTokenType.Number)
                {
                    number = reader.TryGetInt64(out long version) ? version : null;
                }
                else if (reader.TokenType != JsonTokenType.String)
                {
                    reader.TrySkip();
                }
                else if (isHost)
                {
                    host = reader.GetString() is { Length: > 0 and <= 255 } name ? name : null;
                }
                else if (isRelease)
                {
                    release = reader.GetString();
                }
                else if (isTime && DateTimeOffset.TryParse(
                    reader.GetString(),
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out DateTimeOffset at))
                {
                    takenAt = at;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Cut or malformed: what stood before the fault counts.
        }

        return host is null && takenAt is null
            ? null
            : new CaptureManifest(host, takenAt, isComplete, isNamed || !isOfCollector, release, number);
    }
}
