using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace Leakstat.ServeBench;

/// <summary>A server in a process of its own.</summary>
internal sealed class ServerUnderLoad : IAsyncDisposable
{
    private const string Reader = "reader-0123456789abcdef";

    private readonly Process _process;
    private readonly HttpClient _client;

    private ServerUnderLoad(Process process, Uri address)
    {
        _process = process;
        Address = address;
        _client = Client(Reader);
    }

    /// <summary>Its address.</summary>
    public Uri Address { get; }

    /// <summary>Name of a host.</summary>
    public static string HostOf(int number) => $"node{number:0000}";

    /// <summary>Starts it.</summary>
    public static async Task<ServerUnderLoad> StartAsync(string library, string work, int hosts)
    {
        await File.WriteAllTextAsync(Path.Combine(work, "token"), Reader);
        await File.WriteAllLinesAsync(
            Path.Combine(work, "hosts"), Enumerable.Range(0, hosts).Select(i => $"{HostOf(i)} {TokenOf(HostOf(i))}"));
        string settings = Path.Combine(work, "leakstat.toml");
        await File.WriteAllTextAsync(settings, $"""
            listen = "127.0.0.1:0"
            store = "{work}/fleet.db"
            [access]
            token_file = "{work}/token"
            hosts_file = "{work}/hosts"
            """);
        Process process = Process.Start(
            new ProcessStartInfo("dotnet", [library, "--config", settings]) { RedirectStandardError = true, UseShellExecute = false })!;
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains("listening on ", StringComparison.Ordinal))
            {
                _ = process.StandardError.ReadToEndAsync();
                return new ServerUnderLoad(process, new Uri(line.Split("listening on ")[1]));
            }

            Console.Error.WriteLine(line);
        }

        throw new InvalidOperationException("the server did not start");
    }

    /// <summary>A client with the token of a host.</summary>
    public static AuthenticationHeaderValue Authorization(string host) => new("Bearer", TokenOf(host));

    /// <summary>A memory figure of the process, bytes.</summary>
    public long Memory(string name) => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(name + ":", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Processor time that the process took, which others on this machine do not change, as the clock they do.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Waits until all is stored, judged and compared.</summary>
    public async Task SettledAsync(int hosts)
    {
        while (true)
        {
            string metrics = await _client.GetStringAsync("/metrics");
            if (metrics.Contains("leakstat_serve_captures_waiting 0\n", StringComparison.Ordinal)
                && metrics.Contains("leakstat_serve_hosts_waiting 0\n", StringComparison.Ordinal)
                && (await _client.GetStringAsync("/v1/fleet")).Contains($"\"hosts\":{hosts},", StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(500);
        }
    }

    /// <summary>Times to the first byte of an answer, milliseconds, sorted.</summary>
    public async Task<double[]> FirstBytesAsync(string path, int times)
    {
        var took = new double[times];
        for (int i = 0; i < times; i++)
        {
            var clock = Stopwatch.StartNew();
            using HttpResponseMessage answer = await _client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
            took[i] = clock.Elapsed.TotalMilliseconds;
            await answer.Content.ReadAsByteArrayAsync();
        }

        Array.Sort(took);
        return took;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string TokenOf(string host) => $"{host}-0123456789abcdef";

    private HttpClient Client(string token)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
