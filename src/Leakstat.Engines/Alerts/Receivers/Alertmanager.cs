using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Leakstat.Engines.Http;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Engines.Alerts.Receivers;

/// <summary>
/// Alertmanager by its API v2 (<c>POST /api/v2/alerts</c>). Active alerts are sent in every run with the same labels
/// and <c>startsAt</c>, and an <c>endsAt</c> that the next run has to come before; a resolved one has the time of its
/// end.
/// </summary>
internal sealed class Alertmanager(
    HttpClient client, EngineAddress address, TimeSpan lasts, ImmutableArray<(string Name, string Value)> labels)
    : IAlertReceiver
{
    private static readonly AlertmanagerContext s_context = new(JsonForm.Options());

    /// <inheritdoc/>
    public string Name => $"alertmanager {address}";

    /// <inheritdoc/>
    public bool IsRepeated => true;

    /// <inheritdoc/>
    public void Tell(Alert alert, DateTimeOffset now)
    {
        AlertPart[] body =
        [
            new(
                AlertText.Labels(alert, labels),
                new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    ["summary"] = alert.Summary,
                    ["description"] = alert.Description,
                },
                AlertText.Time(alert.StartsAt),
                AlertText.Time(alert.ResolvedAt ?? now + lasts)),
        ];
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body, s_context.AlertPartArray);
        AlertPost.Send(client, address.At("api/v2/alerts"), address.Authorization, json);
    }

    /// <summary>Its members are named as the API has them.</summary>
    internal sealed record AlertPart(
        IReadOnlyDictionary<string, string> Labels,
        IReadOnlyDictionary<string, string> Annotations,
        string StartsAt,
        string EndsAt);
}

/// <summary>Sends JSON, and takes nothing but a success for one.</summary>
internal static class AlertPost
{
    public static void Send(
        HttpClient client,
        Uri address,
        AuthenticationHeaderValue? authorization,
        byte[] json,
        params ReadOnlySpan<(string Name, string Value)> headers)
    {
        try
        {
            using var content = new ByteArrayContent(json);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            request.Headers.Authorization = authorization;
            foreach ((string name, string value) in headers)
            {
                request.Headers.Add(name, value);
            }

            using HttpResponseMessage response = EngineHttp.Send(client, request);
            if (!response.IsSuccessStatusCode)
            {
                throw new AlertException(EngineHttp.ErrorOf(response));
            }
        }
        catch (EngineException failure)
        {
            throw new AlertException(failure.Message, failure);
        }
    }
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Alertmanager.AlertPart[]))]
internal sealed partial class AlertmanagerContext : JsonSerializerContext;
