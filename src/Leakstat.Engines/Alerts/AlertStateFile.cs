using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Engines.Alerts;

/// <summary>
/// Keeps the state of alerts in a file that is replaced whole and forced to disk before anything is told by it. Of one
/// process at a time.
/// </summary>
public sealed class AlertStateFile : IDisposable
{
    private const string Schema = "leakstat.alerts/1";
    private const int MostBytes = 256 << 20;

    private static readonly AlertStateContext s_context = new(JsonForm.Options());

    private readonly string _path;
    private readonly FileStream _lock;

    /// <summary>Opens a state, which is made with the first write.</summary>
    /// <param name="path">The file; <c>.lock</c> is put behind it for the lock.</param>
    /// <exception cref="IOException">Another process has it, or it cannot be made.</exception>
    public AlertStateFile(string path)
    {
        _path = path;
        try
        {
            _lock = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new IOException($"{path}: another process tells alerts by it ({FaultText.Of(e)})", e);
        }
    }

    /// <summary>Reads it; nothing known where there is no file.</summary>
    /// <exception cref="InvalidDataException">It is damaged: telling on would tell everything again.</exception>
    public AlertState Read()
    {
        if (!File.Exists(_path))
        {
            return AlertState.Empty;
        }

        try
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read);
            AlertStateDocument? document = file.Length <= MostBytes
                ? JsonSerializer.Deserialize(file, s_context.AlertStateDocument)
                : null;
            return document is { Schema: Schema } known
                ? known.ToState()
                : throw new InvalidDataException($"{_path}: is no state of alerts");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{_path}: is damaged ({FaultText.Of(e)}); without it every alert is told anew", e);
        }
    }

    /// <summary>Replaces it; on disk when this returns.</summary>
    public void Write(AlertState state)
    {
        string next = _path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, AlertStateDocument.Of(state, Schema), s_context.AlertStateDocument);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}

/// <summary>Its members are named as they are written.</summary>
internal sealed record AlertStateDocument(
    string Schema,
    IReadOnlyList<AlertStateDocument.AlertPart> Alerts,
    IReadOnlyList<AlertStateDocument.SilencePart> Silences)
{
    public static AlertStateDocument Of(AlertState state, string schema) => new(
        schema,
        [.. state.Alerts.Select(a => new AlertPart(
            a.Id, a.SubjectKind, a.Subject, a.Severity, a.IsGrowth, a.Summary, a.Description,
            [.. a.Hosts.Select(h => new HostPart(h.Key, Text(h.Value)))],
            Text(a.StartsAt),
            a.ResolvedAt is { } end ? Text(end) : null,
            [.. a.Told.Select(t => new ToldPart(t.Key, t.Value == AlertStatus.Resolved))]))],
        [.. state.Silences.Select(s => new SilencePart(s.SubjectKind, s.Subject, Text(s.Until), s.Comment))]);

    public AlertState ToState() => new()
    {
        Alerts = [.. Alerts.Select(a => new Alert
        {
            Id = a.Id,
            SubjectKind = a.SubjectKind,
            Subject = a.Subject,
            Severity = a.Severity,
            IsGrowth = a.IsGrowth,
            Summary = a.Summary,
            Description = a.Description,
            Hosts = a.Hosts.ToImmutableSortedDictionary(h => h.Host, h => Time(h.Seen), StringComparer.Ordinal),
            StartsAt = Time(a.StartsAt),
            ResolvedAt = a.ResolvedAt is null ? null : Time(a.ResolvedAt),
            Told = a.Told.ToImmutableSortedDictionary(
                t => t.Receiver, t => t.Resolved ? AlertStatus.Resolved : AlertStatus.Firing, StringComparer.Ordinal),
        })],
        Silences = [.. Silences.Select(s => new Silence(s.SubjectKind, s.Subject, Time(s.Until), s.Comment))],
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public sealed record AlertPart(
        string Id, string SubjectKind, string Subject, string Severity, bool IsGrowth, string Summary,
        string Description, IReadOnlyList<HostPart> Hosts, string StartsAt, string? ResolvedAt,
        IReadOnlyList<ToldPart> Told);

    public sealed record HostPart(string Host, string Seen);

    public sealed record ToldPart(string Receiver, bool Resolved);

    public sealed record SilencePart(string SubjectKind, string Subject, string Until, string Comment);
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AlertStateDocument))]
internal sealed partial class AlertStateContext : JsonSerializerContext;
