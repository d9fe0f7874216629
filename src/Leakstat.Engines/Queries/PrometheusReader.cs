using System.Collections.Immutable;
using System.Net.Http.Headers;
using Google.Protobuf;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Writing;
using Leakstat.Model;
using Snappier;

namespace Leakstat.Engines.Queries;

/// <summary>
/// Reads Prometheus by remote read (<c>/api/v1/read</c>), which gives raw samples, where queries give steps.
/// </summary>
internal sealed class PrometheusReader(HttpClient client, EngineAddress address, ReadBounds bounds) : IEngineReader
{
    private const uint FirstField = (1 << 3) | 2;

    /// <inheritdoc/>
    public string Name => $"Prometheus at {address}";

    /// <inheritdoc/>
    public string Place => address.ToString();

    /// <inheritdoc/>
    public ImmutableArray<EngineHost> Hosts(DateTimeOffset from, DateTimeOffset to) =>
        HostList.Of(client, address, bounds, from, to);

    /// <inheritdoc/>
    public IEnumerable<TimeSeries> Series(EngineHost host, DateTimeOffset from, DateTimeOffset to)
    {
        List<TimeSeries> all = [];
        try
        {
            foreach (ByteString result in FirstFields(Unpack(Ask(host, from, to))))
            {
                foreach (ByteString series in FirstFields(result))
                {
                    if (all.Count >= bounds.Series)
                    {
                        throw new EngineException(
                            $"{address}: {host.Name} has more than {Display.Count(bounds.Series)} series");
                    }

                    all.Add(WriteRequest.DecodeSeries(series.Span));
                }
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw EngineAnswer.NotTheProtocol(address, "its answer to a remote read is none: " + FaultText.Of(e), e);
        }

        return all;
    }

    private byte[] Ask(EngineHost host, DateTimeOffset from, DateTimeOffset to)
    {
        (ReadRequest.Matching, string, string) names =
            (ReadRequest.Matching.Expression, TimeSeries.NameLabel, Selector.Names);
        (ReadRequest.Matching, string, string) named = (ReadRequest.Matching.Equal, host.Label, host.Name);
        long start = from.ToUnixTimeMilliseconds();
        long end = to.ToUnixTimeMilliseconds();
        byte[] message = host.Label == MetricTable.HostLabel
            ? ReadRequest.Encode(start, end, names, named)
            : ReadRequest.Encode(start, end, names, named, (ReadRequest.Matching.Equal, MetricTable.HostLabel, ""));
        using var content = new ByteArrayContent(Snappy.CompressToArray(message));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        content.Headers.ContentEncoding.Add("snappy");
        using var request = new HttpRequestMessage(HttpMethod.Post, address.At("api/v1/read")) { Content = content };
        request.Headers.Add("X-Prometheus-Remote-Read-Version", "0.1.0");
        request.Headers.Authorization = address.Authorization;
        using HttpResponseMessage response = EngineHttp.Send(client, request);
        return response.IsSuccessStatusCode
            ? EngineAnswer.Whole(response, bounds.HostBytes, bounds.Time, address)
            : throw new EngineException($"{address}: {EngineHttp.ErrorOf(response)}");
    }

    private ByteString Unpack(byte[] body)
    {
        try
        {
            // A length that is cut to 32 bits may come out below 0.
            return Snappy.GetUncompressedLength(body) is >= 0 and var length && length <= bounds.HostBytes
                ? UnsafeByteOperations.UnsafeWrap(Snappy.DecompressToArray(body))
                : throw EngineAnswer.TooMuch(address, bounds.HostBytes);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            throw EngineAnswer.NotTheProtocol(address, "its answer to a remote read is not compressed by Snappy", e);
        }
    }

    private static IEnumerable<ByteString> FirstFields(ByteString message)
    {
        using CodedInputStream input = message.CreateCodedInput();
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == FirstField)
            {
                yield return input.ReadBytes();
            }
            else
            {
                input.SkipLastField();
            }
        }
    }
}
