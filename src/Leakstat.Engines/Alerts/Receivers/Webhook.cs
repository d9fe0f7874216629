using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Leakstat.Engines.Http;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Engines.Alerts.Receivers;

/// <summary>
/// Any address that takes JSON by POST. With a secret the body is signed: <c>X-Leakstat-Signature: sha256=</c> and
/// HMAC-SHA256 of the body, hexadecimal. <c>X-Leakstat-Event</c> is the same for a repeat.
/// </summary>
internal sealed class Webhook(
    HttpClient client, EngineAddress address, byte[]? secret, ImmutableArray<(string Name, string Value)> labels)
    : IAlertReceiver
{
    private static readonly WebhookContext s_context = new(JsonForm.Options());

    /// <inheritdoc/>
    public string Name => $"webhook {address}";

    /// <inheritdoc/>
    public bool IsRepeated => false;

    /// <inheritdoc/>
    public void Tell(Alert alert, DateTimeOffset now)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(
            new WebhookDocument(
                "leakstat.alert/1",
                alert.EventId,
                alert.Id,
                AlertText.Of(alert.Status),
                AlertText.Labels(alert, labels),
                alert.Summary,
                alert.Description,
                alert.Hosts.Keys,
                AlertText.Time(alert.StartsAt),
                alert.ResolvedAt is { } end ? AlertText.Time(end) : null),
            s_context.WebhookDocument);
        if (secret is null)
        {
            AlertPost.Send(
                client, address.WholeAddress, address.Authorization, json, ("X-Leakstat-Event", alert.EventId));
            return;
        }

        string signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, json));
        AlertPost.Send(
            client,
            address.WholeAddress,
            address.Authorization,
            json,
            ("X-Leakstat-Event", alert.EventId),
            ("X-Leakstat-Signature", signature));
    }

    /// <summary>Its members are named and ordered as they are sent.</summary>
    internal sealed record WebhookDocument(
        string Schema, string Event, string Id, string Status, IReadOnlyDictionary<string, string> Labels,
        string Summary, string Description, IEnumerable<string> Hosts, string StartsAt, string? ResolvedAt);
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Webhook.WebhookDocument))]
internal sealed partial class WebhookContext : JsonSerializerContext;
