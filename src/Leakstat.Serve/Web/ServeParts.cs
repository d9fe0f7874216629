using Leakstat.Engines.Http;
using Leakstat.Serve.Alerting;
using Leakstat.Serve.Health;
using Leakstat.Serve.Intake;
using Leakstat.Serve.Judging;
using Leakstat.Serve.Metrics;
using Leakstat.Serve.RemoteWriting;
using Leakstat.Serve.Settings;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Web;

/// <summary>What the server is made of, put together once.</summary>
internal sealed class ServeParts : IAsyncDisposable
{
    /// <summary>What an engine may take until the headers of its answer are there.</summary>
    private static readonly TimeSpan s_engine = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client = EngineHttp.Make(s_engine);
    private readonly HistoryGate _gate = new();

    /// <summary>Puts it together and opens its files.</summary>
    /// <exception cref="Store.Errors.StoreException">The store or the inbox cannot be opened.</exception>
    /// <exception cref="IOException">The state of alerts or the queue for an engine is another process's.</exception>
    /// <exception cref="InvalidDataException">The state of alerts is damaged.</exception>
    public ServeParts(ServeSettings settings, AccessKeys keys, Journal journal, TimeProvider clock)
    {
        (Settings, Journal, Health) = (settings, journal, new ServerHealth(clock));
        Inbox = new CaptureInbox(settings.Inbox);
        Fleet = new FleetState(journal);
        Judge = new HostJudge(settings.Store, settings.Judge, Fleet, Health, journal, clock);
        RemoteWrite = settings.RemoteWrite is { } engine
            ? new RemoteSender(engine, settings.SampleQueue, _client, journal)
            : null;
        Alerts = settings.Alerts is { } alerts
            ? new AlertSender(alerts, settings.IsDryRun, journal, clock) { Between = settings.AlertsEvery }
            : null;
        Loader = new StoreLoader(Inbox, settings, Health, journal, clock, Judge.Expect)
        {
            Samples = RemoteWrite is null ? null : RemoteWrite.Add,
        };
        Writer = new DeliveryWriter(Inbox, journal, clock, Loader.Expect);
        Sessions = new Sessions(clock);
        Access = new Access(keys, Sessions, new FailureLimit(clock));
        Push = new PushEndpoint(Access, Writer, Health, settings.Limits);
        Api = new ApiEndpoints(settings, Fleet, Inbox, _gate);
        Pages = new PageEndpoints(Fleet, Judge, Inbox, _gate);
        Metrics = new MetricsPage(settings.Limits, Fleet, Health, Loader, Judge)
        {
            Alerts = Alerts,
            RemoteWrite = RemoteWrite,
        };
        Events = new LiveEvents(Fleet, clock);
        if (RemoteWrite is not null)
        {
            Fleet.Attach(new VerdictNews(RemoteWrite, settings.RemoteWrite!.Labels, journal, clock));
        }

        if (Alerts is not null)
        {
            Fleet.Attach(Alerts);
        }
    }

    /// <summary>Settings.</summary>
    public ServeSettings Settings { get; }

    /// <summary>Where the server tells of itself.</summary>
    public Journal Journal { get; }

    /// <summary>What it counts.</summary>
    public ServerHealth Health { get; }

    /// <summary>Deliveries on disk.</summary>
    public CaptureInbox Inbox { get; }

    /// <summary>The hosts.</summary>
    public FleetState Fleet { get; }

    /// <summary>Judges hosts.</summary>
    public HostJudge Judge { get; }

    /// <summary>Sends samples and verdicts to an engine; null where none is set.</summary>
    public RemoteSender? RemoteWrite { get; }

    /// <summary>Tells alerts; null where nobody is to be told.</summary>
    public AlertSender? Alerts { get; }

    /// <summary>Brings deliveries into the store.</summary>
    public StoreLoader Loader { get; }

    /// <summary>Takes deliveries in.</summary>
    public DeliveryWriter Writer { get; }

    /// <summary>Browsers that are logged in.</summary>
    public Sessions Sessions { get; }

    /// <summary>Who may what.</summary>
    public Access Access { get; }

    /// <summary>Pushes.</summary>
    public PushEndpoint Push { get; }

    /// <summary>The API.</summary>
    public ApiEndpoints Api { get; }

    /// <summary>The pages.</summary>
    public PageEndpoints Pages { get; }

    /// <summary>Metrics.</summary>
    public MetricsPage Metrics { get; }

    /// <summary>Live events.</summary>
    public LiveEvents Events { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync().ConfigureAwait(false);
        Inbox.Dispose();
        Loader.Dispose();
        Push.Dispose();
        _gate.Dispose();
        Alerts?.Dispose();
        RemoteWrite?.Dispose();
        _client.Dispose();
    }
}
