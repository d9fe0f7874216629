using Google.Protobuf;

namespace Leakstat.Engines.Queries;

/// <summary>
/// The request of Prometheus remote read (<c>prometheus/prompb/remote.proto</c>): <c>ReadRequest.queries = 1</c>;
/// <c>Query.start_timestamp_ms = 1, end_timestamp_ms = 2, matchers = 3</c>; <c>LabelMatcher.type = 1, name = 2,
/// value = 3</c>. The answer: <c>ReadResponse.results = 1</c>; <c>QueryResult.timeseries = 1</c>.
/// </summary>
internal static class ReadRequest
{
    /// <summary>How a label is matched, by the numbers of the protocol.</summary>
    public enum Matching
    {
        Equal = 0,
        Expression = 2,
    }

    /// <summary>A request with one query.</summary>
    public static byte[] Encode(
        long from, long to, params ReadOnlySpan<(Matching Type, string Name, string Value)> matchers)
    {
        using var query = new MemoryStream();
        using (var output = new CodedOutputStream(query, leaveOpen: true))
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt64(from);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(to);
            foreach ((Matching type, string name, string value) in matchers)
            {
                output.WriteTag(3, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(Matcher(type, name, value));
            }
        }

        using var request = new MemoryStream();
        using (var output = new CodedOutputStream(request, leaveOpen: true))
        {
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(query.ToArray()));
        }

        return request.ToArray();
    }

    private static ByteString Matcher(Matching type, string name, string value)
    {
        using var matcher = new MemoryStream();
        using (var output = new CodedOutputStream(matcher, leaveOpen: true))
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteEnum((int)type);
            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteString(name);
            output.WriteTag(3, WireFormat.WireType.LengthDelimited);
            output.WriteString(value);
        }

        return ByteString.CopyFrom(matcher.ToArray());
    }
}
