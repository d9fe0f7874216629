using System.Net;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;

namespace Leakstat.Engines.Queries;

/// <summary>Opens an engine by what it answers.</summary>
public static class EngineReaders
{
    /// <summary>
    /// Asks for an export of nothing, which VictoriaMetrics answers; where there is none, for the value of a number,
    /// which everything with Prometheus' query API answers.
    /// </summary>
    /// <param name="client">Sends requests.</param>
    /// <param name="address">Where it is: what stands before <c>/api/v1/…</c>.</param>
    /// <param name="bounds">What is taken at most.</param>
    /// <exception cref="EngineException">It cannot be reached, refuses, or is neither.</exception>
    public static IEngineReader Open(HttpClient client, EngineAddress address, ReadBounds? bounds = null)
    {
        bounds ??= ReadBounds.Default;
        string nothing = Selector.Match($"{{{TimeSeries.NameLabel}=\"{MetricTable.Prefix}nothing\"}}");
        (HttpStatusCode export, string said) = Ask(client, address, bounds, "api/v1/export", nothing);
        if (export == HttpStatusCode.OK && said.Length == 0)
        {
            return new VictoriaMetricsReader(client, address, bounds);
        }

        if (export is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new EngineException($"{address}: refuses: {(int)export}");
        }

        (HttpStatusCode query, said) = Ask(client, address, bounds, "api/v1/query", "query=1");
        return query == HttpStatusCode.OK && said.Contains("\"success\"", StringComparison.Ordinal)
            ? new PrometheusReader(client, address, bounds)
            : throw EngineAnswer.NotTheProtocol(address, $"{(int)query} to /api/v1/query");
    }

    private static (HttpStatusCode Status, string Text) Ask(
        HttpClient client, EngineAddress address, ReadBounds bounds, string path, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address.At(path, query));
        request.Headers.Authorization = address.Authorization;
        using HttpResponseMessage response = EngineHttp.Send(client, request);
        try
        {
            return (response.StatusCode, EngineHttp.BeginningOf(response, bounds.Time));
        }
        catch (IOException e)
        {
            // What broke off before it said anything is not an export of nothing.
            throw EngineAnswer.BrokenOff(address, e);
        }
    }
}
