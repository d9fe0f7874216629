using System.Net;
using System.Text.RegularExpressions;

namespace Leakstat.Serve.Tests;

/// <summary>Pages tell without a script what there is to be told, and every link in them leads somewhere.</summary>
public sealed partial class PageTests
{
    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_link_of_every_page_leads_somewhere()
    {
        await using RunningServer server = await Filled();
        using HttpClient client = server.Client();
        Queue<string> left = new(["/", "/search?q=mbuf"]);
        HashSet<string> seen = [.. left];
        List<string> pages = [];
        while (left.TryDequeue(out string? address))
        {
            using HttpResponseMessage answer = await client.GetAsync(address, End);
            Assert.True(answer.StatusCode is HttpStatusCode.OK, $"{address}: {answer.StatusCode}");
            if (answer.Content.Headers.ContentType?.MediaType != "text/html")
            {
                continue;
            }

            pages.Add(address);
            string page = await answer.Content.ReadAsStringAsync(End);
            Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
            Assert.DoesNotContain(" onclick=", page, StringComparison.Ordinal);
            HashSet<string> ids = [.. Id().Matches(page).Select(m => m.Groups["id"].Value)];
            foreach (string link in Link().Matches(page).Select(m => WebUtility.HtmlDecode(m.Groups["to"].Value)))
            {
                if (link.StartsWith('#'))
                {
                    Assert.Contains(link[1..], ids);
                }
                else if (link is not ("/logout" or "data:,") && seen.Add(link))
                {
                    Assert.StartsWith("/", link, StringComparison.Ordinal);
                    left.Enqueue(link);
                }
            }
        }

        Assert.Contains("/hosts/fw1", pages);
        Assert.Contains(pages, p => p.StartsWith("/causes/", StringComparison.Ordinal));
        Assert.Contains(seen, s => s.StartsWith("/v1/captures/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_fleet_stands_in_a_table_and_the_host_with_what_to_do()
    {
        await using RunningServer server = await Filled();
        using HttpClient client = server.Client();

        string fleet = await client.GetStringAsync("/", End);
        string host = await client.GetStringAsync("/hosts/fw1", End);

        Assert.Contains("Something is wrong on 1 of 2 hosts", fleet, StringComparison.Ordinal);
        Assert.Matches("""<th scope="row"><a href="/hosts/fw1">fw1</a></th><td class="(critical|warning)">""", fleet);
        Assert.Contains("<a href=\"/hosts/fw2\">fw2</a>", fleet, StringComparison.Ordinal);
        Assert.Contains("id=\"findings\"", host, StringComparison.Ordinal);
        Assert.Contains("id=\"ledger\"", host, StringComparison.Ordinal);
        Assert.Contains("class=\"plot\"", host, StringComparison.Ordinal);
        Assert.Contains("in the store", host, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_finds_zones_and_types_on_every_host()
    {
        await using RunningServer server = await Filled();
        using HttpClient client = server.Client();

        string found = await client.GetStringAsync("/search?q=MBUF_cl", End);

        Assert.Contains("<th scope=\"row\">mbuf_cluster</th><td>zone</td><td class=\"n\">2</td>", found, StringComparison.Ordinal);
        Assert.Contains("No host has one", await client.GetStringAsync("/search?q=nowhere", End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_logs_in_once()
    {
        await using RunningServer server = await Filled();
        using HttpClient browser = server.Client(null);
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        using HttpResponseMessage first = await browser.GetAsync("/hosts/fw1", End);
        using HttpResponseMessage wrong = await browser.GetAsync("/login?token=wrong", End);
        using HttpResponseMessage right = await browser.GetAsync($"/login?token={RunningServer.Reader}", End);

        Assert.Equal("/login?next=%2Fhosts%2Ffw1", first.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal("/", right.Headers.Location?.OriginalString);
        string cookie = Assert.Single(right.Headers.GetValues("Set-Cookie")).Split(';')[0];
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        using HttpResponseMessage second = await browser.GetAsync("/hosts/fw1", End);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using HttpResponseMessage left = await browser.GetAsync("/logout", End);
        using HttpResponseMessage third = await browser.GetAsync("/hosts/fw1", End);
        Assert.Equal(HttpStatusCode.Found, third.StatusCode);
    }

    [Fact]
    public async Task An_open_page_is_told_of_news()
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpClient client = server.Client();
        using HttpResponseMessage answer =
            await client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead, End);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(End));
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("event: fleet", await reader.ReadLineAsync(End));
        Assert.Equal("data: 0", await reader.ReadLineAsync(End));
        await reader.ReadLineAsync(End);

        using HttpResponseMessage pushed = await server.Push("fw1", HostCaptures.Small("fw1", 1));

        Assert.Equal("event: fleet", await reader.ReadLineAsync(End));
        Assert.Equal("data: 1", await reader.ReadLineAsync(End));
    }

    private static async Task<RunningServer> Filled()
    {
        RunningServer server = await RunningServer.Start();
        foreach (string folder in HostCaptures.Leak)
        {
            using HttpResponseMessage answer = await server.Push("fw1", HostCaptures.Tar(folder, "fw1"));
        }

        using HttpResponseMessage other = await server.Push("fw2", HostCaptures.Small("fw2", 1));
        await server.Settled(hosts: 2);
        return server;
    }

    [GeneratedRegex("""<a [^>]*href="(?<to>[^"]*)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Link();

    [GeneratedRegex(""" id="(?<id>[^"]*)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Id();
}
