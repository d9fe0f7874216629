using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Leakstat.Serve.Health;
using Leakstat.Serve.Settings;
using Leakstat.Serve.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Leakstat.Serve.Tests;

/// <summary>A server in this process, on a port of its own, with its files in a folder of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    /// <summary>The token of readers.</summary>
    public const string Reader = "reader-0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-serve-");
    private readonly StringWriter _journal = new();
    private WebApplication? _app;
    private Task<int>? _run;

    private RunningServer()
    {
    }

    /// <summary>Its address, without a path.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>What it is made of.</summary>
    public ServeParts Parts { get; private set; } = null!;

    /// <summary>Its folder.</summary>
    public string Folder => _folder.FullName;

    /// <summary>What it told.</summary>
    public string Journal
    {
        get
        {
            lock (_journal)
            {
                return _journal.ToString();
            }
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="change">Changes its settings; gets its folder.</param>
    /// <param name="isOpen">Whether readers need no token.</param>
    public static async Task<RunningServer> Start(
        Func<ServeSettings, string, ServeSettings>? change = null, bool isOpen = false)
    {
        var server = new RunningServer();
        var settings = new ServeSettings
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Store = Path.Combine(server.Folder, "fleet.db"),
            Judge = new JudgeSettings
            {
                Every = TimeSpan.FromMilliseconds(1),
                FleetEvery = TimeSpan.FromMilliseconds(50),
                Workers = 2,
            },
        };
        settings = change?.Invoke(settings, server.Folder) ?? settings;
        var keys = new AccessKeys(
            new Tokens([("reader", Reader)]),
            new Tokens(Hosts.Select(h => (h, TokenOf(h)))),
            isOpen);
        var started = new TaskCompletionSource();
        var run = new ServeRun(
            settings,
            ["leakstat"],
            new Journal(TextWriter.Synchronized(server._journal), TimeProvider.System),
            TimeProvider.System)
        {
            Started = (parts, app) =>
            {
                (server.Parts, server._app) = (parts, app);
                server.Address = new Uri(app.Services.GetRequiredService<IServer>().Features
                    .Get<IServerAddressesFeature>()!.Addresses.First());
                started.SetResult();
            },
        };
        server._run = Task.Run(() => run.RunAsync(keys, null, null));
        await Task.WhenAny(started.Task, server._run);
        Assert.True(started.Task.IsCompleted, server.Journal);
        return server;
    }

    /// <summary>Hosts that have a token.</summary>
    public static ImmutableArray<string> Hosts { get; } =
        ["fw1", "fw2", "web1.example.org", .. Enumerable.Range(1, 20).Select(i => $"node{i:00}")];

    /// <summary>The token of a host.</summary>
    public static string TokenOf(string host) => $"{host}-0123456789abcdef";

    /// <summary>A client with a token; null for none.</summary>
    public HttpClient Client(string? token = Reader)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Expect100ContinueTimeout = LongRuns.Patience,
        })
        {
            BaseAddress = Address,
        };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    /// <summary>Pushes a body as a host.</summary>
    public async Task<HttpResponseMessage> Push(string host, byte[] body)
    {
        using HttpClient client = Client(TokenOf(host));
        return await client.PostAsync("/v1/captures", new ByteArrayContent(body));
    }

    /// <summary>Pushes a body as a host that asks first whether it may: one that is refused is not sent.</summary>
    public async Task<HttpResponseMessage> PushIfTaken(string host, byte[] body)
    {
        using HttpClient client = Client(TokenOf(host));
        client.DefaultRequestHeaders.ExpectContinue = true;
        return await client.PostAsync("/v1/captures", new ByteArrayContent(body));
    }

    /// <summary>Waits until something holds; fails after a while.</summary>
    public async Task Until(Func<bool> holds, string what)
    {
        for (int i = 0; !holds(); i++)
        {
            Assert.True(i < 1200, $"{what}; the server told:\n{Journal}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until all that came in is in the store, judged and compared.</summary>
    public async Task Settled(int hosts)
    {
        await Until(() => Parts.Loader.Waiting == 0 && Parts.Judge.Waiting == 0, "it is loaded and judged");
        await Until(
            () => Parts.Fleet.Latest.Fleet.Hosts.Length == hosts
                && Parts.Fleet.Hosts.All(h => Parts.Fleet.Latest.Fleet.Hosts.Contains(h.Summary)),
            "it is compared");
    }

    public async ValueTask DisposeAsync()
    {
        _app?.Lifetime.StopApplication();
        if (_run is not null)
        {
            await _run;
        }

        _folder.Delete(recursive: true);
    }
}
