using System.Buffers;
using System.Text;
using System.Text.Json;
using Leakstat.Model;

namespace Leakstat.Tracing.Reading;

/// <summary>
/// The libxo JSON of <c>dtrace --libxo json</c> (14 and later), piece by piece: each element of an
/// <c>aggregation-data</c> list is one entry, its <c>keys</c> hold text, numbers or <c>stack-frames</c>, its value is
/// <c>sum</c>, <c>count</c>,
/// <c>min</c>, <c>max</c> or <c>avg</c>. Whatever else there is, is passed over.
/// </summary>
internal sealed class AggregationJson(TraceCollector collector, int line)
{
    /// <summary>Longest token in bytes, and deepest nesting.</summary>
    private const int LongestToken = 1 << 20;

    private readonly AggregationEntry _entry = new(collector, line);
    private byte[] _rest = [];
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 64 });
    private bool _isBroken;
    private bool _isDone;

    /// <summary>Takes the next piece.</summary>
    public void Feed(ReadOnlySpan<byte> piece) => Read(piece, isFinal: false);

    /// <summary>Ends the document.</summary>
    public void Finish()
    {
        if (!_isDone)
        {
            Read([], isFinal: true);
        }
    }

    private void Read(ReadOnlySpan<byte> piece, bool isFinal)
    {
        if (_isBroken || _isDone)
        {
            return;
        }

        int length = _rest.Length + piece.Length;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        try
        {
            _rest.CopyTo(bytes, 0);
            piece.CopyTo(bytes.AsSpan(_rest.Length));
            var json = new Utf8JsonReader(bytes.AsSpan(0, length), isFinal, _state);
            while (json.Read())
            {
                _entry.Token(ref json);
                if (json.CurrentDepth == 0 && json.TokenType == JsonTokenType.EndObject)
                {
                    _isDone = true;
                    return;
                }
            }

            _state = json.CurrentState;
            _rest = bytes[(int)json.BytesConsumed..length];
            if (_rest.Length > LongestToken)
            {
                throw new JsonException("a value is too long");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            _isBroken = true;
            collector.Skip(
                DiagnosticId.MalformedDocument,
                "the JSON is malformed or cut; what was read before the fault is used",
                line);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
