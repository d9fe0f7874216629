using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.History;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Views.Fleets;
using Leakstat.Serve.Judging;
using Leakstat.Serve.Settings;
using Leakstat.Store;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Web;

/// <summary>The JSON API below <c>/v1</c>, as <c>/openapi.json</c> describes it.</summary>
internal sealed class ApiEndpoints(ServeSettings settings, FleetState fleet, CaptureInbox inbox, HistoryGate gate)
{
    private const int MostDeliveries = 200;

    /// <summary><c>GET /v1/fleet</c>.</summary>
    public Task Fleet(HttpContext context)
    {
        (int revision, FleetReport report) = fleet.Latest;
        return Answers.Json(
            context,
            new FleetSummaryDocument(
                "leakstat.serve.fleet/1",
                ToolPart.This,
                revision,
                JsonForm.Time(report.AsOf),
                report.Hosts.Length,
                new StatesPart(
                    report.Count(VerdictState.Wrong),
                    report.Count(VerdictState.Unknown),
                    report.Count(VerdictState.TooEarly),
                    report.Count(VerdictState.Fine)),
                report.Causes.Select(FleetJsonDocument.CausePart.Of)),
            ServeJson.Context.FleetSummaryDocument);
    }

    /// <summary><c>GET /v1/hosts</c>.</summary>
    public Task Hosts(HttpContext context)
    {
        (int revision, FleetReport report) = fleet.Latest;
        return Answers.Json(
            context,
            new HostsDocument(
                revision,
                JsonForm.Time(report.AsOf),
                report.Hosts.Select(h => ServeJson.RowOf(h.Label, h))),
            ServeJson.Context.HostsDocument);
    }

    /// <summary><c>GET /v1/hosts/{host}</c>: the latest diagnosis.</summary>
    public Task Host(HttpContext context) => fleet.Find(HostNames.Asked(context)) is { } host
        ? Answers.Json(context, host.Json())
        : NoHost(context);

    /// <summary><c>GET /v1/hosts/{host}/captures</c>.</summary>
    public Task Deliveries(HttpContext context)
    {
        string name = HostNames.Asked(context);
        ImmutableArray<ListedDelivery> deliveries = inbox.List(name, MostDeliveries);
        return deliveries.IsEmpty && fleet.Find(name) is null
            ? NoHost(context)
            : Answers.Json(
                context,
                new DeliveriesDocument(
                    HostNames.Shown(name),
                    deliveries.Select(d => new DeliveryPart(
                        d.Id, d.Name, JsonForm.Time(d.Received), d.Size, !d.IsWaiting, $"/v1/captures/{d.Id}"))),
                ServeJson.Context.DeliveriesDocument);
    }

    /// <summary><c>GET /v1/hosts/{host}/series</c>.</summary>
    public Task SeriesList(HttpContext context)
    {
        string name = HostNames.Asked(context);
        return OfHistory(
            context,
            name,
            history => new SeriesListDocument(
                HostNames.Shown(name),
                history.Series.Select(s => new SeriesNamePart(SeriesKindName.Of(s.Key.Kind), s.Key.Name))),
            ServeJson.Context.SeriesListDocument,
            "the host has no series");
    }

    /// <summary><c>GET /v1/hosts/{host}/series/{name}</c>, with <c>?kind=</c>, <c>?from=</c> and <c>?to=</c>.</summary>
    public Task Series(HttpContext context)
    {
        string name = HostNames.Asked(context);
        string wanted = ((string?)context.Request.RouteValues["name"] ?? "")
            .Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        IQueryCollection query = context.Request.Query;
        string kind = query["kind"].ToString();
        if (kind.Length > 0 && SeriesKindName.Parse(kind) is null)
        {
            return Answers.Error(context, StatusCodes.Status400BadRequest, $"there is no kind of series '{kind}'");
        }

        if (!TryTime(query["from"].ToString(), DateTimeOffset.MinValue, out DateTimeOffset from)
            || !TryTime(query["to"].ToString(), DateTimeOffset.MaxValue, out DateTimeOffset to))
        {
            return Answers.Error(
                context, StatusCodes.Status400BadRequest, "from and to take times like 2026-11-20T18:00:00Z");
        }

        return OfHistory(
            context,
            name,
            history =>
            {
                Series[] found =
                [
                    .. history.Series.Where(
                        s => s.Key.Name == wanted && (kind.Length == 0 || SeriesKindName.Of(s.Key.Kind) == kind)),
                ];
                return found.Length == 0
                    ? null
                    : new SeriesDocument(
                        HostNames.Shown(name), wanted, found.Select(s => PartOf(history, s, from, to)));
            },
            ServeJson.Context.SeriesDocument,
            $"the host has no series '{wanted}'");
    }

    /// <summary><c>GET /v1/captures/{id}</c>: a delivery as it came in.</summary>
    public Task Download(HttpContext context)
    {
        string id = (string?)context.Request.RouteValues["id"] ?? "";
        if (!Delivery.IsId(id) || inbox.Find(id) is not { } delivery)
        {
            return Answers.NotFound(context, "there is no such capture; old ones are kept in the store alone");
        }

        string plain = string.Concat(
            delivery.Host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
        context.Response.Headers.ContentDisposition =
            $"attachment; filename=\"{plain}-{id[..8]}{Suffix(delivery.Data.Span)}\"";
        return Answers.Bytes(context, delivery.Data, "application/octet-stream");
    }

    private static SeriesPart PartOf(HostHistory history, Series series, DateTimeOffset from, DateTimeOffset to)
    {
        ImmutableArray<long?> values = series.Values;
        return new SeriesPart(
            SeriesKindName.Of(series.Key.Kind),
            series.ItemSize > 0 ? series.ItemSize : null,
            history.Samples
                .Select((s, i) => (s.TakenAt, Value: values[i]))
                .Where(s => s.Value is not null && s.TakenAt >= from && s.TakenAt <= to)
                .Select(s => new SamplePart(JsonForm.Time(s.TakenAt!.Value), s.Value!.Value)));
    }

    /// <summary>Answers with what is found in the history of a host.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The host.</param>
    /// <param name="find">Gives the document; null where the history does not have what is asked for.</param>
    /// <param name="serializer">Its serializer.</param>
    /// <param name="missing">What is said then.</param>
    private async Task OfHistory<T>(
        HttpContext context, string name, Func<HostHistory, T?> find, JsonTypeInfo<T> serializer, string missing)
        where T : class
    {
        (bool isKnown, byte[]? json) = await gate.Run(
            () => HistoryOf(name) is { } history
                ? (true, find(history) is { } document ? Answers.Serialized(document, serializer) : null)
                : (false, null),
            context.RequestAborted).ConfigureAwait(false);
        await (json is not null ? Answers.Json(context, json)
            : isKnown ? Answers.NotFound(context, missing)
            : NoHost(context)).ConfigureAwait(false);
    }

    private HostHistory? HistoryOf(string name)
    {
        if (!File.Exists(settings.Store))
        {
            return null;
        }

        using var store = new StoreReader(settings.Store);
        return store.Load(name);
    }

    private static Task NoHost(HttpContext context) => Answers.NotFound(context, "there is no such host");

    private static bool TryTime(string text, DateTimeOffset none, out DateTimeOffset time)
    {
        time = none;
        return text.Length == 0 || DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time);
    }

    /// <summary>How a downloaded file is called, by what is in it.</summary>
    private static string Suffix(ReadOnlySpan<byte> data) => data switch
    {
        [0x1f, 0x8b, ..] => ".tar.gz",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ".tar.zst",
        [(byte)'P', (byte)'K', ..] => ".zip",
        _ => data.Length > 262 && data.Slice(257, 5).SequenceEqual("ustar"u8) ? ".tar" : ".txt",
    };
}
