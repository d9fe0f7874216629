using System.Net;
using System.Text.Json;

namespace Leakstat.Serve.Tests;

/// <summary>The API answers as its description says, and its description says all that it answers.</summary>
public sealed class ApiTests
{
    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_is_as_it_is_described()
    {
        await using RunningServer server = await RunningServer.Start();
        string id = await Fill(server);
        using HttpClient client = server.Client();
        using JsonDocument description = JsonDocument.Parse(await client.GetStringAsync("/openapi.json", End));
        Assert.Equal("3.1.0", description.RootElement.GetProperty("openapi").GetString());
        var check = new SchemaCheck(description.RootElement);
        int checkedAnswers = 0;
        foreach (JsonProperty path in description.RootElement.GetProperty("paths").EnumerateObject())
        {
            if (!path.Value.TryGetProperty("get", out JsonElement operation) || path.Name == "/events")
            {
                continue;
            }

            string address = path.Name.Replace("{host}", "fw1", StringComparison.Ordinal)
                .Replace("{name}", "mbuf_cluster", StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal);
            using HttpResponseMessage answer = await client.GetAsync(address, End);
            checkedAnswers += await Holds(check, operation, answer, address);
        }

        Assert.Equal(6, checkedAnswers);
    }

    [Theory]
    [InlineData("/v1/hosts/{host}", "/v1/hosts/nobody", HttpStatusCode.NotFound)]
    [InlineData("/v1/hosts/{host}/captures", "/v1/hosts/nobody/captures", HttpStatusCode.NotFound)]
    [InlineData("/v1/hosts/{host}/series", "/v1/hosts/nobody/series", HttpStatusCode.NotFound)]
    [InlineData("/v1/hosts/{host}/series/{name}", "/v1/hosts/fw1/series/nothing", HttpStatusCode.NotFound)]
    [InlineData("/v1/hosts/{host}/series/{name}", "/v1/hosts/fw1/series/mbuf?kind=nothing", HttpStatusCode.BadRequest)]
    [InlineData("/v1/hosts/{host}/series/{name}", "/v1/hosts/fw1/series/mbuf?from=soon", HttpStatusCode.BadRequest)]
    [InlineData("/v1/captures/{id}", "/v1/captures/0123456789abcdef0123456789abcdef", HttpStatusCode.NotFound)]
    public async Task Every_error_is_as_it_is_described(string path, string address, HttpStatusCode wanted)
    {
        await using RunningServer server = await RunningServer.Start();
        await Fill(server);
        using HttpClient client = server.Client();
        using JsonDocument description = JsonDocument.Parse(await client.GetStringAsync("/openapi.json", End));

        using HttpResponseMessage answer = await client.GetAsync(address, End);

        Assert.Equal(wanted, answer.StatusCode);
        JsonElement operation = description.RootElement.GetProperty("paths").GetProperty(path).GetProperty("get");
        Assert.Equal(1, await Holds(new SchemaCheck(description.RootElement), operation, answer, address));
    }

    [Fact]
    public async Task A_push_is_answered_as_it_is_described()
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient client = server.Client();
        using JsonDocument description = JsonDocument.Parse(await client.GetStringAsync("/openapi.json", End));
        JsonElement operation =
            description.RootElement.GetProperty("paths").GetProperty("/v1/captures").GetProperty("post");
        foreach (byte[] body in (byte[][])[HostCaptures.Small("fw1", 1), HostCaptures.Small("fw1", 1), HostCaptures.Small("fw2", 1), [1]])
        {
            using HttpResponseMessage answer = await server.Push("fw1", body);
            Assert.Equal(1, await Holds(new SchemaCheck(description.RootElement), operation, answer, "push"));
        }
    }

    [Fact]
    public async Task Series_are_those_of_the_captures()
    {
        await using RunningServer server = await RunningServer.Start();
        foreach (int number in (int[])[1, 2, 3])
        {
            using HttpResponseMessage pushed =
                await server.Push("fw1", HostCaptures.Small("fw1", number, "leakmod", 4096 * number));
        }

        await server.Settled(hosts: 1);
        using HttpClient client = server.Client();
        using JsonDocument all = JsonDocument.Parse(
            await client.GetStringAsync("/v1/hosts/fw1/series/leakmod?kind=malloc%20bytes", End));
        using JsonDocument part = JsonDocument.Parse(await client.GetStringAsync(
            "/v1/hosts/fw1/series/leakmod?kind=malloc%20bytes&from=2026-11-20T00:10:00Z&to=2026-11-20T00:10:00Z", End));

        Assert.Equal([4096, 8192, 12288], Values(all));
        Assert.Equal([8192], Values(part));

        static long[] Values(JsonDocument document) =>
        [
            .. document.RootElement.GetProperty("series")[0].GetProperty("samples").EnumerateArray()
                .Select(s => s.GetProperty("value").GetInt64()),
        ];
    }

    /// <summary>Pushes a host with a leak and one without; gives the identifier of a capture.</summary>
    private static async Task<string> Fill(RunningServer server)
    {
        string id = "";
        foreach (string folder in HostCaptures.Leak)
        {
            using HttpResponseMessage answer = await server.Push("fw1", HostCaptures.Tar(folder, "fw1"));
            id = answer.Headers.Location!.OriginalString[^32..];
        }

        using HttpResponseMessage other = await server.Push("fw2", HostCaptures.Small("fw2", 1));
        await server.Settled(hosts: 2);
        return id;
    }

    /// <summary>Holds an answer to its description; gives 1 where there was JSON to be held.</summary>
    private static async Task<int> Holds(
        SchemaCheck check, JsonElement operation, HttpResponseMessage answer, string address)
    {
        string status = ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(operation.GetProperty("responses").TryGetProperty(status, out JsonElement described), $"{address}: {status}");
        JsonProperty content = Assert.Single(described.GetProperty("content").EnumerateObject());
        Assert.Equal(content.Name, answer.Content.Headers.ContentType?.MediaType);
        if (content.Name != "application/json")
        {
            return 0;
        }

        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(End));
        List<string> faults = check.Of(content.Value.GetProperty("schema"), body.RootElement);
        Assert.True(faults.Count == 0, $"{address}: {string.Join("; ", faults.Take(5))}");
        return 1;
    }
}
