using System.Collections.Immutable;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Model;

namespace Leakstat.Engines.Queries;

/// <summary>
/// The hosts of an engine, by <c>/api/v1/label/…/values</c>, which both answer: values of the label <c>host</c>, and of
/// <c>instance</c> for series that have no host (those that node_exporter took from leakstat-collect --prom).
/// </summary>
internal static class HostList
{
    private const string Unnamed =
        $"{{{TimeSeries.NameLabel}=~\"{MetricName.ZoneUsedItems}|{MetricName.MallocUsedBytes}\","
            + $"{MetricTable.HostLabel}=\"\"}}";

    public static ImmutableArray<EngineHost> Of(
        HttpClient client, EngineAddress address, ReadBounds bounds, DateTimeOffset from, DateTimeOffset to)
    {
        string named = $"{{{TimeSeries.NameLabel}=~\"{Selector.Names}\",{MetricTable.HostLabel}!=\"\"}}";
        ImmutableArray<EngineHost> hosts =
        [
            .. Values(MetricTable.HostLabel, named).Concat(Values(MetricTable.InstanceLabel, Unnamed))
                .OrderBy(h => h.Name, StringComparer.Ordinal).ThenBy(h => h.Label, StringComparer.Ordinal),
        ];
        return hosts.Length <= bounds.Hosts
            ? hosts
            : throw new EngineException($"{address}: has more than {Display.Count(bounds.Hosts)} hosts");

        IEnumerable<EngineHost> Values(string label, string selector)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                address.At($"api/v1/label/{label}/values", $"{Selector.Match(selector)}&{Selector.Range(from, to)}"));
            request.Headers.Authorization = address.Authorization;
            using HttpResponseMessage response = EngineHttp.Send(client, request);
            return response.IsSuccessStatusCode
                ? EngineAnswer.Names(EngineAnswer.Whole(response, bounds.ListBytes, bounds.Time, address), address)
                    .Where(name => name.Length > 0).Select(name => new EngineHost(label, name)).ToList()
                : throw new EngineException($"{address}: {EngineHttp.ErrorOf(response)}");
        }
    }
}
