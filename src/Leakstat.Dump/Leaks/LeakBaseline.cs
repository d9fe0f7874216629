using System.Text.Json;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// What was unreached in a healthy dump of the same kernel: how many blocks of which zone with which content. As many
/// that look the
/// same are left out of a later report; anything beyond is reported.
/// </summary>
public sealed class LeakBaseline
{
    /// <summary>Schema of the file.</summary>
    public const string Schema = "leakstat.dumpbaseline/1";

    private const int MaxEntries = 1_000_000;

    private readonly Dictionary<(LeakKind Kind, string Name, long Size, string Content), long> _counts = [];

    /// <summary>Version text of the kernel it was made with.</summary>
    public required string Kernel { get; init; }

    /// <summary>Adds blocks of one content.</summary>
    public void Add(LeakKind kind, string name, long size, string content, long count) =>
        _counts[(kind, name, size, content)] = _counts.GetValueOrDefault((kind, name, size, content)) + count;

    /// <summary>Blocks with this content.</summary>
    public long Count(LeakKind kind, string name, long size, string content) =>
        _counts.GetValueOrDefault((kind, name, size, content));

    /// <summary>Writes the file.</summary>
    public void Write(Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("kernel", Kernel);
        json.WriteStartArray("unreached");
        foreach (((LeakKind kind, string name, long size, string content), long count) in _counts
            .OrderBy(c => c.Key.Kind.InWords(), StringComparer.Ordinal).ThenBy(c => c.Key.Name, StringComparer.Ordinal)
            .ThenBy(c => c.Key.Size).ThenBy(c => c.Key.Content, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind.InWords());
            json.WriteString("name", name);
            json.WriteNumber("size", size);
            json.WriteString("content", content);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads a file; null and what is wrong where it is none.</summary>
    public static LeakBaseline? Read(ReadOnlyMemory<byte> bytes, out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || Text(root, "schema") != Schema
                || Text(root, "kernel") is not { } kernel
                || !root.TryGetProperty("unreached", out JsonElement rows)
                || rows.ValueKind != JsonValueKind.Array
                || rows.GetArrayLength() > MaxEntries)
            {
                problem = "is no baseline (written with --write-baseline)";
                return null;
            }

            var baseline = new LeakBaseline { Kernel = kernel };
            int number = 0;
            foreach (JsonElement row in rows.EnumerateArray())
            {
                number++;
                if (row.ValueKind != JsonValueKind.Object
                    || LeakKindName.Parse(Text(row, "kind")) is not { } kind
                    || Text(row, "name") is not { } name
                    || Text(row, "content") is not { } content
                    || Number(row, "size") is not { } size
                    || Number(row, "count") is not (>= 0 and { } count))
                {
                    problem = $"entry {number} of \"unreached\" is not understood";
                    return null;
                }

                baseline.Add(kind, name, size, content, count);
            }

            problem = null;
            return baseline;
        }
        catch (JsonException e)
        {
            problem = $"is no JSON (line {e.LineNumber + 1})";
            return null;
        }
        catch (InvalidOperationException)
        {
            problem = "holds text that is not UTF-8";
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out long number)
            ? number
            : null;
}
