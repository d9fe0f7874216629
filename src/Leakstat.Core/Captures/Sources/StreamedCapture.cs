using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Leakstat.Captures.Sources;

/// <summary>A capture as the collector's stream brought it (<c>docs/collector.md</c>).</summary>
public sealed record StreamedCapture
{
    /// <summary>Host name: letters, digits, dots, hyphens and underscores only, safe as a file name.</summary>
    public required string Host { get; init; }

    /// <summary>UTC time by the host's clock.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary><c>__FreeBSD_version</c>; null where the host did not say it.</summary>
    public int? OsRelDate { get; init; }

    /// <summary>What was asked for: <c>full</c>, <c>fast</c>, <c>appliance</c>.</summary>
    public required string Profile { get; init; }

    /// <summary>Version of the collector.</summary>
    public required string CollectorVersion { get; init; }

    /// <summary>Outputs that came whole, in the order they came.</summary>
    public required ImmutableArray<StreamedFile> Files { get; init; }

    /// <summary>Parts that did not come, or not whole, and why.</summary>
    public required ImmutableArray<SkippedPart> Skipped { get; init; }

    /// <summary>Whether the stream closed it; false where the stream was cut or the capture is still coming.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Its files as a capture folder holds them, the manifest among them.</summary>
    public IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> FolderFiles() =>
        Files.Select(file => (file.Name, file.Content)).Append((CaptureManifest.FileName, Manifest()));

    /// <summary>The <c>manifest.json</c> that the collector would have written into a folder.</summary>
    public ReadOnlyMemory<byte> Manifest()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("schema", "leakstat.capture/1");
            json.WriteString("host", Host);

            // What one host sent in one stream is of one host, whatever it was called by who asked.
            json.WriteBoolean("named", true);
            json.WriteString("takenAt", TakenAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteStartObject("collector");
            json.WriteString("name", "leakstat-collect");
            json.WriteString("version", CollectorVersion);
            json.WriteEndObject();
            if (OsRelDate is { } release)
            {
                json.WriteNumber("osreldate", release);
            }

            json.WriteString("profile", Profile);
            json.WriteBoolean("complete", IsComplete);
            json.WriteStartArray("commands");
            foreach (StreamedFile file in Files)
            {
                json.WriteStartObject();
                json.WriteString("file", file.Name);
                json.WriteString("command", file.Command);
                json.WriteNumber("status", file.Status);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("skipped");
            foreach (SkippedPart part in Skipped)
            {
                json.WriteStartObject();
                json.WriteString("file", part.Name);
                json.WriteString("reason", part.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}

/// <summary>One command's output out of a stream.</summary>
/// <param name="Name">Name of its file: <c>vmstat-z.json</c>.</param>
/// <param name="Command">The command, for people to read.</param>
/// <param name="Content">What it printed.</param>
/// <param name="Status">Its exit status, below 128.</param>
public sealed record StreamedFile(string Name, string Command, ReadOnlyMemory<byte> Content, int Status);

/// <summary>A part of a capture that is not there.</summary>
/// <param name="Name">Name of its file.</param>
/// <param name="Reason">Why, one clause.</param>
public sealed record SkippedPart(string Name, string Reason);
