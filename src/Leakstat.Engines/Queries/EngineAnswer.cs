using System.Text.Json;
using Leakstat.Engines.Http;
using Leakstat.Model;

namespace Leakstat.Engines.Queries;

/// <summary>Answers of engines, read within bounds; what is none of the protocol is told in one line.</summary>
internal static class EngineAnswer
{
    /// <summary>The body, whole.</summary>
    /// <exception cref="EngineException">It is larger than that, or breaks off.</exception>
    public static byte[] Whole(HttpResponseMessage response, long mostBytes, TimeSpan time, EngineAddress address)
    {
        if (response.Content.Headers.ContentLength > mostBytes)
        {
            throw TooMuch(address, mostBytes);
        }

        try
        {
            using var body = DeadlineStream.Of(response, time);
            using var all = new MemoryStream();
            byte[] part = new byte[64 << 10];
            for (int read; (read = body.Read(part)) > 0;)
            {
                if (all.Length + read > mostBytes)
                {
                    throw TooMuch(address, mostBytes);
                }

                all.Write(part, 0, read);
            }

            return all.ToArray();
        }
        catch (IOException e)
        {
            throw BrokenOff(address, e);
        }
    }

    /// <summary>
    /// Strings of <c>{"status":"success","data":[…]}</c> (Prometheus HTTP API), as <c>label/…/values</c> answers.
    /// </summary>
    public static List<string> Names(ReadOnlyMemory<byte> body, EngineAddress address)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Array)
            {
                return
                [
                    .. data.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String)
                        .Select(e => e.GetString()!),
                ];
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NotTheProtocol(address, FaultText.Of(e), e);
        }

        throw NotTheProtocol(address, "no list of names in its answer");
    }

    public static EngineException NotTheProtocol(EngineAddress address, string what, Exception? cause = null) =>
        new($"{address}: does not answer as VictoriaMetrics or Prometheus do: {what}", cause);

    public static EngineException TooMuch(EngineAddress address, long bytes) =>
        new($"{address}: answers with more than {Display.Bytes(bytes)}; a shorter --last asks for less");

    public static EngineException BrokenOff(EngineAddress address, Exception cause) =>
        new($"{address}: its answer breaks off: {FaultText.Of(cause)}", cause) { IsPassing = true };
}
