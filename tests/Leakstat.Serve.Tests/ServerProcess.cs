using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Leakstat.Serve.Tests;

/// <summary>A server in a process of its own, that can be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Its address, without a path.</summary>
    public Uri Address { get; }

    /// <summary>Writes settings for one, and the tokens that they name, into a folder; gives the file.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="hosts">Hosts that may push.</param>
    /// <param name="more">Further tables.</param>
    public static string Settings(string folder, IEnumerable<string> hosts, string more)
    {
        File.WriteAllText(Path.Combine(folder, "token"), RunningServer.Reader);
        File.WriteAllLines(Path.Combine(folder, "hosts"), hosts.Select(h => $"{h} {RunningServer.TokenOf(h)}"));
        string settings = Path.Combine(folder, "leakstat.toml");
        File.WriteAllText(settings, $"""
            listen = "127.0.0.1:0"
            store = "{folder}/fleet.db"
            [access]
            token_file = "{folder}/token"
            hosts_file = "{folder}/hosts"
            {more}
            """);
        return settings;
    }

    /// <summary>Starts one; it listens when this returns.</summary>
    public static ServerProcess Start(string settings)
    {
        Process process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "leakstat-serve"), ["--config", settings])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        List<string> told = [];
        while (process.StandardError.ReadLine() is { } line)
        {
            told.Add(line);
            Match address = Regex.Match(line, "listening on (?<a>https?://[0-9.:]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            if (address.Success)
            {
                _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                return new ServerProcess(process, new Uri(address.Groups["a"].Value));
            }
        }

        process.Dispose();
        throw new InvalidOperationException("the server did not start: " + string.Join('\n', told));
    }

    /// <summary>A client with a token.</summary>
    public HttpClient Client(string token)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Waits until <c>/metrics</c> has all of these lines.</summary>
    public async Task Until(CancellationToken end, params string[] lines)
    {
        using HttpClient client = Client(RunningServer.Reader);
        string metrics = "";
        for (int i = 0; i < 1200; i++)
        {
            metrics = await client.GetStringAsync("/metrics", end);
            if (lines.All(l => metrics.Contains(l + "\n", StringComparison.Ordinal)))
            {
                return;
            }

            await Task.Delay(100, end);
        }

        Assert.Fail("still: " + string.Join('\n', metrics.Split('\n').Where(l => l.StartsWith("leakstat_serve", StringComparison.Ordinal))));
    }

    /// <summary>Kills it, as kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
