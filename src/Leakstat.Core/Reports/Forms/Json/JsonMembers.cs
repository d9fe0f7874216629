using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Forms.Json;

/// <summary>How members are written in every JSON of this project: what is unknown is left out.</summary>
internal static class JsonMembers
{
    /// <summary>Bytes that may wait in memory before they are written out; histories can be long.</summary>
    private const int FlushAt = 1 << 16;

    /// <summary>
    /// Indented, with text as it is where JSON allows it. The encoder still escapes every control character; the output
    /// is never put into a page.
    /// </summary>
    public static JsonWriterOptions Options { get; } = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Text that may hold anything; left out where null.</summary>
    public static void Text(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, PrintableText.ValidUtf16(value));
        }
    }

    /// <summary>A whole number; left out where null.</summary>
    public static void Whole(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
    }

    /// <summary>A computed number, whole where it is large, six significant decimals below one; left out where none.</summary>
    public static void Number(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is not { } known || !double.IsFinite(known))
        {
            return;
        }

        double rounded = Math.Abs(known) >= 1000 ? Math.Round(known) : Math.Round(known, 6);
        if (rounded == Math.Truncate(rounded) && Math.Abs(rounded) < 9e18)
        {
            json.WriteNumber(name, (long)rounded);
        }
        else
        {
            json.WriteNumber(name, rounded);
        }
    }

    /// <summary>A chance, three decimals; what is not certain never reads as 1.</summary>
    public static void Chance(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsNaN(value))
        {
            return;
        }

        double rounded = Math.Round(Math.Clamp(value, 0, 1), 3);
        json.WriteNumber(name, value < 1 && rounded >= 1 ? 0.999 : rounded);
    }

    /// <summary>A time, ISO 8601 UTC; left out where null.</summary>
    public static void Time(this Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } known)
        {
            json.WriteString(name, Iso(known));
        }
    }

    /// <summary><c>file:line</c>; left out where null.</summary>
    public static void At(this Utf8JsonWriter json, SourceLine? at) => json.Text("at", at?.ToString());

    /// <summary>A time as the contract writes it; fractions of a second only where there are some.</summary>
    public static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF", CultureInfo.InvariantCulture) + "Z";

    /// <summary>Writes out what waits, when it is much.</summary>
    public static void FlushSome(this Utf8JsonWriter json)
    {
        if (json.BytesPending >= FlushAt)
        {
            json.Flush();
        }
    }
}
