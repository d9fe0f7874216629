using System.Collections.Immutable;
using System.Net;
using Leakstat.Engines.Alerts.Settings;
using Leakstat.Engines.Http;
using Leakstat.Platform;

namespace Leakstat.Serve.Settings;

/// <summary>Everything that <c>leakstat serve</c> is told; what is not written has the value here.</summary>
internal sealed record ServeSettings
{
    /// <summary>Port where none is named: one that IANA has not given to anybody.</summary>
    public const int StandardPort = 8417;

    /// <summary>Address and port that are listened on.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, StandardPort);

    /// <summary>The history store.</summary>
    public string Store { get; init; } = "leakstat.db";

    /// <summary>Spools that are read as they grow.</summary>
    public ImmutableArray<string> Spools { get; init; } = [];

    /// <summary>Who may read and who may push.</summary>
    public AccessSettings Access { get; init; } = new();

    /// <summary>Certificate; null for plain HTTP.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Hosts that are collected from.</summary>
    public CollectSettings Collect { get; init; } = new();

    /// <summary>How hosts are judged.</summary>
    public JudgeSettings Judge { get; init; } = new();

    /// <summary>What is kept for how long.</summary>
    public KeepSettings Keep { get; init; } = new();

    /// <summary>Bounds on what comes in and what is given out.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>Whom alerts are told to; null for nobody.</summary>
    public AlertSettings? Alerts { get; init; }

    /// <summary>Time after which alerts that are active are told again to those that want it.</summary>
    public TimeSpan AlertsEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether alerts are told to the journal alone.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The engine that samples and verdicts are sent to; null for none.</summary>
    public RemoteWriteSettings? RemoteWrite { get; init; }

    /// <summary>The file of deliveries that wait for the store, or may still be downloaded.</summary>
    public string Inbox => Store + "-inbox";

    /// <summary>The spool of hosts that are collected from.</summary>
    public string CollectSpool => Store + "-collected";

    /// <summary>The file that keeps the state of alerts, where no other is named.</summary>
    public string AlertState => Store + "-alerts";

    /// <summary>The folder of samples that wait for an engine.</summary>
    public string SampleQueue => RemoteWrite?.Queue ?? Store + "-samples";

    /// <summary>Whether only this machine can reach the server.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Listen.Address);
}

/// <summary>Who may read and who may push.</summary>
internal sealed record AccessSettings
{
    /// <summary>File with the token for pages, API and metrics; null for one made at random at each start.</summary>
    public string? TokenFile { get; init; }

    /// <summary>File with the tokens of hosts that push, <c>HOST TOKEN</c> a line; null where none may.</summary>
    public string? HostsFile { get; init; }

    /// <summary>Whether pages, API and metrics are for everybody who reaches the server.</summary>
    public bool IsOpen { get; init; }
}

/// <summary>The server's certificate.</summary>
/// <param name="Certificate">File with the certificate and those between it and its root, PEM.</param>
/// <param name="Key">File with its key, PEM.</param>
internal sealed record TlsSettings(string Certificate, string Key);

/// <summary>Hosts that are collected from, as <c>leakstat collect</c> does.</summary>
internal sealed record CollectSettings
{
    /// <summary>Time between two captures of a host that does not say its own.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most time for one capture.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Hosts at a time.</summary>
    public int Jobs { get; init; } = 16;

    /// <summary>The ssh program, with options of it.</summary>
    public string Ssh { get; init; } = "ssh";

    /// <summary>The hosts.</summary>
    public ImmutableArray<LiveTarget> Targets { get; init; } = [];
}

/// <summary>An engine that samples are sent to by Prometheus remote write.</summary>
/// <param name="Url">Its address, in which credentials may stand.</param>
internal sealed record RemoteWriteSettings(string Url)
{
    /// <summary>File with a token that is sent along; null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>What stands in <see cref="TokenFile"/>.</summary>
    public string? Token { get; init; }

    /// <summary>The folder of what the engine did not take yet; null for one beside the store.</summary>
    public string? Queue { get; init; }

    /// <summary>Bytes that the queue takes at most; then the oldest samples are dropped and counted.</summary>
    public long QueueSize { get; init; } = 1L << 30;

    /// <summary>Further labels of every sample.</summary>
    public ImmutableArray<(string Name, string Value)> Labels { get; init; } = [];

    /// <summary>The engine, with its credentials; null where the address is none.</summary>
    public EngineAddress? Address => EngineAddress.Parse(Url, Token);
}

/// <summary>How hosts are judged.</summary>
internal sealed record JudgeSettings
{
    /// <summary>Least time between two judgements of a host: what came meanwhile is judged at once.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Least time between two comparisons of all hosts.</summary>
    public TimeSpan FleetEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Hosts at a time.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);
}

/// <summary>What is kept for how long; null keeps it without end.</summary>
internal sealed record KeepSettings
{
    /// <summary>Deliveries as they came in, for download.</summary>
    public TimeSpan Deliveries { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Captures in the store one by one; older ones become hours.</summary>
    public TimeSpan? Captures { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Hours in the store; older ones become days.</summary>
    public TimeSpan? Hours { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Days in the store.</summary>
    public TimeSpan? Days { get; init; }

    /// <summary>Bytes that the store may take.</summary>
    public long? Size { get; init; }
}

/// <summary>Bounds on what comes in and what is given out.</summary>
internal sealed record LimitSettings
{
    /// <summary>Bytes of one pushed body.</summary>
    public long Body { get; init; } = 8 << 20;

    /// <summary>Bytes that one body may expand to.</summary>
    public long Expanded { get; init; } = 64 << 20;

    /// <summary>Files of one body.</summary>
    public int Entries { get; init; } = 2000;

    /// <summary>Time that a body may take to come in.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of all bodies that are in memory at a time.</summary>
    public long Memory { get; init; } = 64 << 20;

    /// <summary>Time that a connection may say nothing.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections at a time.</summary>
    public int Connections { get; init; } = 2000;

    /// <summary>Series that <c>/metrics</c> gives of hosts, all together.</summary>
    public int Series { get; init; } = 200_000;

    /// <summary>Zones, and malloc types, of one host in <c>/metrics</c>; those with most bytes.</summary>
    public int SeriesPerHost { get; init; } = 50;
}
