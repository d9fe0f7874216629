using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;
using Leakstat.Model;
using Leakstat.Serve.Health;
using Leakstat.Serve.Intake;
using Leakstat.Serve.Settings;
using Leakstat.Serve.Web;
using Leakstat.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Leakstat.Serve;

/// <summary>A server from its start to its end.</summary>
internal sealed class ServeRun(
    ServeSettings settings, ImmutableArray<string> program, Journal journal, TimeProvider clock)
{
    private static readonly TimeSpan s_lastLoad = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_lastRequests = TimeSpan.FromSeconds(5);

    /// <summary>Called once it listens, with the address; for whoever starts it from within.</summary>
    public Action<ServeParts, WebApplication> Started { get; init; } = static (_, _) => { };

    /// <summary>Serves until the process is told to end.</summary>
    /// <param name="keys">The tokens that count.</param>
    /// <param name="certificate">Certificate; null for plain HTTP.</param>
    /// <param name="random">The token that was made at random, to be told; null where it is that of a file.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        AccessKeys keys, (X509Certificate2 Own, X509Certificate2Collection Chain)? certificate, string? random)
    {
        await using var parts = new ServeParts(settings, keys, journal, clock);
        await using WebApplication app = ServeApp.Build(parts, certificate);
        using var turnedAway = new TurnedAway(
            app.Services.GetRequiredService<IMeterFactory>(), settings.Limits.Connections, parts.Health, journal);
        using var end = new CancellationTokenSource();
        app.Lifetime.ApplicationStopping.Register(end.Cancel);

        // Made where there is none, and brought up to date, before anybody reads it.
        using (new StoreWriter(settings.Store))
        {
        }

        ExpectAll(parts);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            journal.Write($"cannot listen on {settings.Listen}: {FaultText.Of(e)}");
            return 2;
        }

        Greet(app, random);
        Thread loader = Begin("loader", parts.Loader.Run, end.Token);
        List<Thread> others = [.. parts.Judge.Start(end.Token)];
        if (parts.Alerts is { } alerts)
        {
            others.Add(Begin("alerts", alerts.Run, end.Token));
        }

        if (parts.RemoteWrite is { } engine)
        {
            others.Add(Begin("remote write", engine.Run, end.Token));
        }

        Task[] feeds = [.. Feeds(parts, end.Token)];
        Started(parts, app);
        await app.WaitForShutdownAsync().ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);

        // It ends behind the host in hand: what is in the inbox is there at the next start.
        loader.Join(s_lastLoad);
        foreach (Thread other in others)
        {
            other.Join(s_lastRequests);
        }

        await Task.WhenAll(feeds).WaitAsync(s_lastRequests).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private static Thread Begin(string name, Action<CancellationToken> work, CancellationToken end)
    {
        var thread = new Thread(() => work(end)) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private IEnumerable<Task> Feeds(ServeParts parts, CancellationToken end)
    {
        foreach (string spool in settings.Spools)
        {
            yield return Watch(spool, isOwn: false);
        }

        if (!settings.Collect.Targets.IsEmpty)
        {
            yield return Watch(settings.CollectSpool, isOwn: true);
            var collection = new TargetCollection(settings, program, journal, clock);
            yield return Task.Run(() => collection.RunAsync(end), CancellationToken.None);
        }

        Task Watch(string spool, bool isOwn)
        {
            var watch = new SpoolWatch(spool, isOwn, parts.Inbox, parts.Writer, settings.Limits, journal, clock);
            return Task.Run(() => watch.RunAsync(end), CancellationToken.None);
        }
    }

    /// <summary>All hosts of the store are judged at the start.</summary>
    private void ExpectAll(ServeParts parts)
    {
        using var store = new StoreReader(settings.Store);
        parts.Judge.ExpectAll(store.HostNames());
    }

    private void Greet(WebApplication app, string? random)
    {
        foreach (string address in app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            journal.Write(random is null
                ? $"listening on {address}"
                : $"listening on {address}; open {address}/login?token={random}");
        }
    }
}
