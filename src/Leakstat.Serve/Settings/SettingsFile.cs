using System.Collections.Immutable;
using System.Net;
using Leakstat.Engines.Alerts.Settings;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Settings;
using Leakstat.Platform;

namespace Leakstat.Serve.Settings;

/// <summary>Reads <c>leakstat.toml</c>. All that is wrong is told at once, each with its line.</summary>
internal static class SettingsFile
{
    private const int MostTargets = 10_000;
    private const long SmallestQueue = 1 << 16;

    /// <summary>Reads the text of a file.</summary>
    /// <param name="file">Its name, as problems print it.</param>
    /// <param name="text">Its text.</param>
    /// <param name="client">Sends alerts that go by HTTP.</param>
    /// <param name="readSecret">Reads a file that holds a secret of a receiver of alerts.</param>
    /// <param name="store">The store of the command line, in place of the file's; null for none.</param>
    /// <returns>The settings as far as they are understood, and what is wrong.</returns>
    public static (ServeSettings Settings, ImmutableArray<SettingsProblem> Problems) Read(
        string file, string text, HttpClient client, Func<string, byte[]> readSecret, string? store = null)
    {
        SettingsDocument document = SettingsDocument.Read(file, text);
        if (!document.IsReadable)
        {
            return (new ServeSettings(), document.Problems);
        }

        ServeSettings settings = Of(document.Top, store);
        SettingsTable alerts = document.Top.Table("alerts");
        if (alerts.IsWritten)
        {
            settings = settings with
            {
                Alerts = AlertSettingsFile.From(
                    alerts, client, Environment.MachineName, readSecret, settings.AlertState),
            };
        }

        document.Top.End();
        return (settings, document.Problems);
    }

    private static ServeSettings Of(SettingsTable top, string? store)
    {
        var plain = new ServeSettings();
        string? stored = top.Text("store");
        return new ServeSettings
        {
            Listen = top.Read("listen", Endpoint, "an address with a port like \"127.0.0.1:8417\"") ?? plain.Listen,
            Store = store ?? stored ?? plain.Store,
            Spools = top.Texts("spools"),
            Access = AccessOf(top.Table("access")),
            Tls = TlsOf(top.Table("tls")),
            Collect = CollectOf(top.Table("collect"), top.Tables("target")),
            Judge = JudgeOf(top.Table("judge")),
            Keep = KeepOf(top.Table("keep")),
            Limits = LimitsOf(top.Table("limits")),
            RemoteWrite = RemoteWriteOf(top.Table("remote_write")),
        };
    }

    /// <summary>An address and a port; null for what is none.</summary>
    public static IPEndPoint? Endpoint(string text) =>
        text.LastIndexOf(':') > text.LastIndexOf(']') && IPEndPoint.TryParse(text, out IPEndPoint? point)
            ? point
            : null;

    private static AccessSettings AccessOf(SettingsTable table) => new()
    {
        TokenFile = table.Text("token_file"),
        HostsFile = table.Text("hosts_file"),
        IsOpen = table.Flag("open") ?? false,
    };

    private static TlsSettings? TlsOf(SettingsTable table)
    {
        string? certificate = table.Text("certificate");
        string? key = table.Text("key");
        if (certificate is null != key is null)
        {
            table.Problem("certificate", "certificate and key go together");
        }

        return certificate is not null && key is not null ? new TlsSettings(certificate, key) : null;
    }

    private static CollectSettings CollectOf(SettingsTable table, ImmutableArray<SettingsTable> targets)
    {
        var plain = new CollectSettings();
        if (targets.Length > MostTargets)
        {
            targets[MostTargets].Problem("at", $"more than {MostTargets} targets");
        }

        return new CollectSettings
        {
            Every = table.Span("every") ?? plain.Every,
            Limit = table.Span("limit") ?? plain.Limit,
            Jobs = table.Number("jobs", 1, 256) ?? plain.Jobs,
            Ssh = table.Text("ssh") ?? plain.Ssh,
            Targets = [.. targets.Select(TargetOf).OfType<LiveTarget>()],
        };
    }

    private static LiveTarget? TargetOf(SettingsTable table)
    {
        string? text = table.Text("at");
        string? problem = null;
        LiveTarget? target = text is null ? null : LiveTarget.Parse(text, out problem);
        string? name = table.Text("name");
        string? elevation = table.Text("as");
        TimeSpan? every = table.Span("every");
        TimeSpan? limit = table.Span("limit");
        if (target is null)
        {
            table.Problem("at", text is null ? "a target needs at = \"ssh://user@host\"" : $"\"{text}\": {problem}");
            return null;
        }

        if (name is not null && !LiveTarget.IsPlainName(name))
        {
            table.Problem("name", "name takes letters, digits, dots, hyphens and underscores");
        }

        if (elevation is not (null or "sudo" or "doas"))
        {
            table.Problem("as", "as takes \"sudo\" or \"doas\"");
        }

        return target with { Name = name, Elevation = elevation, Every = every, Limit = limit };
    }

    private static RemoteWriteSettings? RemoteWriteOf(SettingsTable table)
    {
        string? url = table.Read(
            "url",
            text => EngineAddress.Parse(text) is null ? null : text,
            "an address like \"http://127.0.0.1:8428\"");
        string? tokenFile = table.Text("token_file");
        string? queue = table.Text("queue");
        long? size = table.Size("queue_size");
        ImmutableArray<(string Name, string Value)> labels = table.Labels("labels");
        if (size < SmallestQueue)
        {
            table.Problem("queue_size", "queue_size takes 64K at least");
            size = null;
        }

        foreach ((string name, _) in labels.Where(l => !MetricTable.IsFurtherLabel(l.Name)))
        {
            table.Problem("labels", $"labels takes names of letters, digits and _ that no metric has, not \"{name}\"");
        }

        if (url is null)
        {
            if (tokenFile is not null || queue is not null || size is not null || !labels.IsEmpty)
            {
                table.Problem("url", "remote_write needs url = \"http://127.0.0.1:8428\"");
            }

            return null;
        }

        var settings = new RemoteWriteSettings(url) { TokenFile = tokenFile, Queue = queue, Labels = labels };
        return size is { } given ? settings with { QueueSize = given } : settings;
    }

    private static JudgeSettings JudgeOf(SettingsTable table)
    {
        var plain = new JudgeSettings();
        return new JudgeSettings
        {
            Every = table.Span("every") ?? plain.Every,
            FleetEvery = table.Span("fleet_every") ?? plain.FleetEvery,
            Workers = table.Number("workers", 1, 256) ?? plain.Workers,
        };
    }

    private static KeepSettings KeepOf(SettingsTable table)
    {
        var plain = new KeepSettings();
        return new KeepSettings
        {
            Deliveries = table.Span("deliveries") ?? plain.Deliveries,
            Captures = table.Span("captures") ?? plain.Captures,
            Hours = table.Span("hours") ?? plain.Hours,
            Days = table.Span("days"),
            Size = table.Size("size"),
        };
    }

    private static LimitSettings LimitsOf(SettingsTable table)
    {
        var plain = new LimitSettings();
        return new LimitSettings
        {
            Body = table.Size("body") ?? plain.Body,
            Expanded = table.Size("expanded") ?? plain.Expanded,
            Entries = table.Number("entries", 1, 1_000_000) ?? plain.Entries,
            Time = table.Span("time") ?? plain.Time,
            Memory = table.Size("memory") ?? plain.Memory,
            Connections = table.Number("connections", 1, 100_000) ?? plain.Connections,
            Series = table.Number("series", 0, 10_000_000) ?? plain.Series,
            SeriesPerHost = table.Number("series_per_host", 0, 10_000) ?? plain.SeriesPerHost,
        };
    }
}
