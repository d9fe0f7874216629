using System.Collections.Immutable;
using System.Text.Json;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Model;

namespace Leakstat.Engines.Queries;

/// <summary>
/// Reads VictoriaMetrics by <c>/api/v1/export</c>: raw samples, a series in each line of JSON, streamed
/// (docs.victoriametrics.com, "How to export data in JSON line format").
/// </summary>
internal sealed class VictoriaMetricsReader(HttpClient client, EngineAddress address, ReadBounds bounds) : IEngineReader
{
    /// <inheritdoc/>
    public string Name => $"VictoriaMetrics at {address}";

    /// <inheritdoc/>
    public string Place => address.ToString();

    /// <inheritdoc/>
    public ImmutableArray<EngineHost> Hosts(DateTimeOffset from, DateTimeOffset to) =>
        HostList.Of(client, address, bounds, from, to);

    /// <inheritdoc/>
    public IEnumerable<TimeSeries> Series(EngineHost host, DateTimeOffset from, DateTimeOffset to)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            address.At("api/v1/export", $"{Selector.Match(Selector.Of(host))}&{Selector.Range(from, to)}"));
        request.Headers.Authorization = address.Authorization;
        using HttpResponseMessage response = EngineHttp.Send(client, request);
        if (!response.IsSuccessStatusCode)
        {
            throw new EngineException($"{address}: {EngineHttp.ErrorOf(response)}");
        }

        using var body = DeadlineStream.Of(response, bounds.Time);
        var lines = new BoundedLines(body, bounds.SeriesBytes, bounds.HostBytes);
        int count = 0;
        while (Next(lines, out ReadOnlyMemory<byte> line))
        {
            if (++count > bounds.Series)
            {
                throw new EngineException(
                    $"{address}: {host.Name} has more than {Display.Count(bounds.Series)} series");
            }

            if (!line.IsEmpty)
            {
                yield return Parse(line);
            }
        }

        if (lines.IsTooMuch)
        {
            throw EngineAnswer.TooMuch(address, bounds.HostBytes);
        }
    }

    private bool Next(BoundedLines lines, out ReadOnlyMemory<byte> line)
    {
        try
        {
            return lines.TryRead(out line);
        }
        catch (IOException e)
        {
            throw EngineAnswer.BrokenOff(address, e);
        }
    }

    private TimeSeries Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            JsonElement values = root.GetProperty("values");
            JsonElement times = root.GetProperty("timestamps");
            if (values.GetArrayLength() != times.GetArrayLength())
            {
                throw EngineAnswer.NotTheProtocol(address, "a line with more values than times");
            }

            var samples = new SampleList();
            foreach ((JsonElement value, JsonElement time) in values.EnumerateArray().Zip(times.EnumerateArray()))
            {
                // What is no number stands as null or as a word: a mark that a series ended.
                if (value.ValueKind == JsonValueKind.Number)
                {
                    samples.Add(time.GetInt64(), value.GetDouble());
                }
            }

            return samples.Build(
            [
                .. root.GetProperty("metric").EnumerateObject().Select(l => (l.Name, l.Value.GetString() ?? ""))
                    .OrderBy(l => l.Name, StringComparer.Ordinal),
            ]);
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw EngineAnswer.NotTheProtocol(address, "a line of its export is not one: " + FaultText.Of(e), e);
        }
    }
}
