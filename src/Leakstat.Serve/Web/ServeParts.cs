using Leakstat.Serve.Health;
using Leakstat.Serve.Intake;
using Leakstat.Serve.Judging;
using Leakstat.Serve.Metrics;
using Leakstat.Serve.Settings;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Web;

/// <summary>What the server is made of, put together once.</summary>
internal sealed class ServeParts : IAsyncDisposable
{
    /// <summary>Puts it together and opens its files.</summary>
    /// <exception cref="Store.Errors.StoreException">The store or the inbox cannot be opened.</exception>
    public ServeParts(ServeSettings settings, AccessKeys keys, Journal journal, TimeProvider clock)
    {
        (Settings, Journal, Health) = (settings, journal, new ServerHealth(clock));
        Inbox = new CaptureInbox(settings.Inbox);
        Fleet = new FleetState(journal);
        Judge = new HostJudge(settings.Store, settings.Judge, Fleet, Health, journal, clock);
        Loader = new StoreLoader(Inbox, settings, Health, journal, clock, Judge.Expect);
        Writer = new DeliveryWriter(Inbox, journal, clock, Loader.Expect);
        Sessions = new Sessions(clock);
        Access = new Access(keys, Sessions, new FailureLimit(clock));
        Push = new PushEndpoint(Access, Writer, Health, settings.Limits);
        Api = new ApiEndpoints(settings, Fleet, Inbox);
        Pages = new PageEndpoints(Fleet, Judge, Inbox);
        Metrics = new MetricsPage(settings.Limits, Fleet, Health, Loader, Judge);
        Events = new LiveEvents(Fleet, clock);
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
        Pages.Dispose();
    }
}
