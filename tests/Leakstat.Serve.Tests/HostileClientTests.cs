using System.Net;
using Leakstat.Serve.Settings;

namespace Leakstat.Serve.Tests;

/// <summary>Slow, idle, endless and foreign clients: bounded, refused with the right code, told in the journal.</summary>
public sealed class HostileClientTests
{
    private const string Evil = "<script>alert(1)</script>\"'&";

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_without_a_length_is_bounded()
    {
        await using RunningServer server = await Limited();
        using var connection = new RawConnection(server.Address);
        connection.TrySend(RawConnection.Head("fw1", "Transfer-Encoding: chunked"));
        string chunk = "10000\r\n" + new string('x', 0x10000) + "\r\n";
        for (int i = 0; i < 100 && connection.TrySend(chunk); i++)
        {
        }

        Assert.Equal(413, connection.Status() ?? 413);
        Assert.Contains("larger than", server.Journal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_ended()
    {
        await using RunningServer server = await Limited();
        using var connection = new RawConnection(server.Address);
        connection.TrySend(RawConnection.Head("fw1", "Content-Length: 1000"));
        connection.TrySend("slow");

        Assert.Equal(408, connection.Status());
    }

    [Fact]
    public async Task A_length_that_is_claimed_costs_nothing()
    {
        await using RunningServer server = await Limited(s => s with { Memory = 4 << 20, Body = 4 << 20 });
        List<RawConnection> connections = [];
        for (int i = 0; i < 50; i++)
        {
            connections.Add(new RawConnection(server.Address));
            connections[^1].TrySend(RawConnection.Head("fw1", $"Content-Length: {4 << 20}"));
        }

        using HttpResponseMessage answer = await server.Push("fw1", HostCaptures.Small("fw1", 1));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        connections.ForEach(c => c.Dispose());
    }

    /// <summary>They stay open on their side all the time.</summary>
    [Fact]
    public async Task Idle_connections_do_not_keep_others_out_for_long_and_are_told()
    {
        (int most, int idlers) = (LongRuns.Times(50, 2000), LongRuns.Times(500, 10_000));
        await using RunningServer server = await Limited(s => s with { Connections = most, Idle = TimeSpan.FromSeconds(3) });
        List<RawConnection> idle = [.. Enumerable.Range(0, idlers).Select(_ => new RawConnection(server.Address))];
        using HttpClient client = server.Client();
        HttpStatusCode code = default;
        for (int i = 0; i < 300 && code != HttpStatusCode.OK; i++)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync("/v1/fleet", End);
                code = answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, End);
            }
        }

        Assert.Equal(HttpStatusCode.OK, code);
        using HttpResponseMessage pushed = await server.Push("fw1", HostCaptures.Small("fw1", 1));
        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);
        Assert.Contains($"{most} connections are open; further ones are closed", server.Journal, StringComparison.Ordinal);
        Assert.True(server.Parts.Health.Refused["connections"] > 0, "none is counted");
        idle.ForEach(c => c.Dispose());
    }

    [Theory]
    [InlineData("GET /v1/captures/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET /v1/captures/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET /assets/..%2f..%2fleakstat.toml HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET /hosts/..%2f..%2fetc HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET /v1/hosts/x/series/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("BREW /v1/hosts HTTP/1.1\r\nHost: x\r\n\r\n", 405)]
    [InlineData("DELETE /v1/captures HTTP/1.1\r\nHost: x\r\n\r\n", 405)]
    [InlineData("nonsense\r\n\r\n", 400)]
    public async Task Addresses_lead_nowhere_else(string request, int wanted)
    {
        await using RunningServer server = await RunningServer.Start(isOpen: true);
        using var connection = new RawConnection(server.Address);
        connection.TrySend(request);

        Assert.Equal(wanted, connection.Status());
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.OK)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    public async Task Another_site_reads_nothing(string header, string value, HttpStatusCode wanted)
    {
        await using RunningServer server = await RunningServer.Start(isOpen: true);
        using HttpClient client = server.Client(null);
        client.DefaultRequestHeaders.Add(header, value);

        using HttpResponseMessage answer = await client.GetAsync("/v1/hosts", End);

        Assert.Equal(wanted, answer.StatusCode);
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_form_of_ours_is_known_though_it_hides_where_it_comes_from()
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient client = server.Client(null);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        client.DefaultRequestHeaders.Add("Origin", "null");
        using var form = new FormUrlEncodedContent([new("token", RunningServer.Reader)]);

        using HttpResponseMessage answer = await client.PostAsync("/login", form, End);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
    }

    [Fact]
    public async Task Another_site_does_not_log_in()
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient client = server.Client(null);
        client.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        using var form = new FormUrlEncodedContent([new("token", RunningServer.Reader)]);

        using HttpResponseMessage answer = await client.PostAsync("/login", form, End);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Markup_in_a_name_stays_text()
    {
        await using RunningServer server = await RunningServer.Start(
            (s, folder) => s with { Spools = [Path.Combine(folder, "spool")] }, isOpen: true);
        string capture = Path.Combine(server.Parts.Settings.Spools[0], "evil", "2026-11-20T18:00:00Z");
        Directory.CreateDirectory(capture);
        string name = Evil.Replace("\"", "\\\"", StringComparison.Ordinal);
        File.WriteAllText(
            Path.Combine(capture, "vmstat-z.txt"),
            File.ReadAllText(Path.Combine(HostCaptures.Root, "samples/freebsd-14.2-fresh-boot/vmstat-z.txt"))
                + "<script>alert(2)</script>: 64, 0, 5, 5, 5, 0, 0, 0\n");
        File.WriteAllText(
            Path.Combine(capture, "manifest.json"),
            $"{{\"host\": \"{name}\", \"takenAt\": \"2026-11-20T18:00:00Z\"}}");
        await server.Until(() => server.Parts.Fleet.Latest.Fleet.Hosts.Length == 1, "it is judged");
        Assert.Equal(Evil, Assert.Single(server.Parts.Fleet.Hosts).Name);

        using HttpClient client = server.Client(null);
        foreach (string path in (string[])
            ["/", $"/hosts/{Uri.EscapeDataString(Evil)}", "/search?q=%3Cscript%3E", "/login?next=%22%3E%3Cscript%3E", "/hosts/%3Cscript%3E"])
        {
            string page = await (await client.GetAsync(path, End)).Content.ReadAsStringAsync(End);
            Assert.DoesNotContain("<script>alert", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("\"><script>", page, StringComparison.OrdinalIgnoreCase);
        }

        string host = await client.GetStringAsync($"/hosts/{Uri.EscapeDataString(Evil)}", End);
        Assert.Contains("&lt;script&gt;", host, StringComparison.Ordinal);
        string metrics = await client.GetStringAsync("/metrics", End);
        Assert.Contains("host=\"<script>alert(1)</script>\\\"'&\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_to_go_after_a_login_is_a_page_of_this_server()
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient client = server.Client(null);
        foreach ((string next, string wanted) in ((string, string)[])
            [("/hosts/fw1", "/hosts/fw1"), ("https://evil.example", "/"), ("//evil.example", "/"), ("/\\evil.example", "/")])
        {
            using var form = new FormUrlEncodedContent([new("token", RunningServer.Reader), new("next", next)]);
            using HttpResponseMessage answer = await client.PostAsync("/login", form, End);
            Assert.Equal(wanted, answer.Headers.Location?.OriginalString);
            string cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static Task<RunningServer> Limited(Func<LimitSettings, LimitSettings>? change = null) =>
        RunningServer.Start((s, _) =>
        {
            LimitSettings limits = s.Limits with { Body = 256 << 10, Time = TimeSpan.FromSeconds(3) };
            return s with { Limits = change?.Invoke(limits) ?? limits };
        });
}
