using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Leakstat.Store;

namespace Leakstat.Serve.Tests;

/// <summary>
/// A server that is killed at random points under load: what it acknowledged is there when it comes back, and in the
/// store once it has settled.
/// </summary>
public sealed class KilledServerTests : IDisposable
{
    private const int Clients = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-killed-");
    private readonly ConcurrentDictionary<string, string> _acknowledged = [];
    private int _next;

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_capture_that_was_acknowledged_is_lost()
    {
        string reader = Path.Combine(_folder.FullName, "token");
        string hosts = Path.Combine(_folder.FullName, "hosts");
        File.WriteAllText(reader, RunningServer.Reader);
        File.WriteAllLines(hosts, RunningServer.Hosts.Select(h => $"{h} {RunningServer.TokenOf(h)}"));
        string settings = Path.Combine(_folder.FullName, "leakstat.toml");
        File.WriteAllText(settings, $"""
            listen = "127.0.0.1:0"
            store = "{_folder.FullName}/fleet.db"
            [access]
            token_file = "{reader}"
            hosts_file = "{hosts}"
            [judge]
            every = "1s"
            """);
        var random = new Random(20261128);
        for (int round = 0; round < LongRuns.Times(4, 200); round++)
        {
            (Process server, Uri address) = Start(settings);
            using var stop = new CancellationTokenSource();
            Task[] clients = [.. Enumerable.Range(0, Clients).Select(_ => Load(address, stop.Token))];
            int before = _acknowledged.Count;
            for (int i = 0; i < 600 && _acknowledged.Count == before; i++)
            {
                await Task.Delay(50, End);
            }

            await Task.Delay(random.Next(0, 800), End);
            server.Kill();
            await server.WaitForExitAsync(End);
            await stop.CancelAsync();
            await Task.WhenAll(clients);
            server.Dispose();
        }

        Assert.True(_acknowledged.Count > 20, $"{_acknowledged.Count} captures were acknowledged");
        (Process last, Uri at) = Start(settings);
        using HttpClient client = Client(at, RunningServer.Reader);
        foreach ((string location, string host) in _acknowledged)
        {
            using HttpResponseMessage answer = await client.GetAsync(location, End);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{location} of {host}: {answer.StatusCode}");
        }

        for (int i = 0; i < 600 && !(await client.GetStringAsync("/metrics", End)).Contains("leakstat_serve_captures_waiting 0\n", StringComparison.Ordinal); i++)
        {
            await Task.Delay(100, End);
        }

        last.Kill();
        await last.WaitForExitAsync(End);
        last.Dispose();
        using var store = new StoreReader(Path.Combine(_folder.FullName, "fleet.db"));
        Assert.Empty(store.Check());
        foreach (IGrouping<string, string> host in _acknowledged.GroupBy(a => a.Value, a => a.Key))
        {
            // What was cut off before its answer may be there, too.
            Assert.True(store.Load(host.Key)!.Samples.Length >= host.Count(), host.Key);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task Load(Uri address, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            int number = Interlocked.Increment(ref _next);
            string host = RunningServer.Hosts[number % RunningServer.Hosts.Length];
            using HttpClient client = Client(address, RunningServer.TokenOf(host));
            try
            {
                using HttpResponseMessage answer = await client.PostAsync(
                    "/v1/captures", new ByteArrayContent(HostCaptures.Small(host, number)), stop);
                if (answer.StatusCode == HttpStatusCode.Created)
                {
                    _acknowledged[answer.Headers.Location!.OriginalString] = host;
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // The server is gone; nothing was acknowledged.
            }
        }
    }

    private static HttpClient Client(Uri address, string token)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static (Process Server, Uri Address) Start(string settings)
    {
        Process server = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "leakstat-serve"), ["--config", settings])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        string? line;
        while ((line = server.StandardError.ReadLine()) is not null)
        {
            Match address = Regex.Match(line, "listening on (?<a>http://[0-9.:]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            if (address.Success)
            {
                _ = server.StandardError.ReadToEndAsync(CancellationToken.None);
                return (server, new Uri(address.Groups["a"].Value));
            }
        }

        throw new InvalidOperationException("the server did not start");
    }
}
