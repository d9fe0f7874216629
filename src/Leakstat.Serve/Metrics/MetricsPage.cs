using Leakstat.Reports.Forms.Text;
using Leakstat.Serve.Alerting;
using Leakstat.Serve.Health;
using Leakstat.Serve.Intake;
using Leakstat.Serve.Judging;
using Leakstat.Serve.RemoteWriting;
using Leakstat.Serve.Settings;

namespace Leakstat.Serve.Metrics;

/// <summary>
/// <c>/metrics</c>: the server's own health, and of each host what other exporters do not have. Of a host no more zones
/// and types than the settings say, those with most bytes; of all hosts no more series than the settings say: verdicts
/// and findings of all hosts before their zones and types, the worst hosts first. How many were left out is a metric.
/// </summary>
internal sealed class MetricsPage(
    LimitSettings limits, FleetState fleet, ServerHealth health, StoreLoader loader, HostJudge judge)
{
    /// <summary>Who tells alerts; null for nobody.</summary>
    public AlertSender? Alerts { get; init; }

    /// <summary>Who sends samples to an engine; null for nobody.</summary>
    public RemoteSender? RemoteWrite { get; init; }

    /// <summary>The page.</summary>
    public byte[] Write()
    {
        var text = new PrometheusText();
        long leftOut = WriteHosts(text);
        WriteServer(text, leftOut);
        WriteOutgoing(text);
        return text.Bytes();
    }

    /// <summary>
    /// Writes what there is of hosts; gives how many series were left out. First what every host has little of, family
    /// by family, so that no host's verdict gives way to another's zones.
    /// </summary>
    private long WriteHosts(PrometheusText text)
    {
        JudgedHost[] hosts = [.. fleet.Hosts.OrderBy(h => h.Summary, Leakstat.Fleet.FleetOrder.Instance)];
        PrometheusText[] series = [.. HostFamily.All.Select(_ => new PrometheusText())];
        long room = limits.Series;
        long leftOut = 0;
        for (int i = 0; i < HostFamily.Small.Length; i++)
        {
            foreach (JudgedHost host in hosts)
            {
                Write(i, host, int.MaxValue);
            }
        }

        foreach (JudgedHost host in hosts)
        {
            for (int i = HostFamily.Small.Length; i < HostFamily.All.Length; i++)
            {
                Write(i, host, limits.SeriesPerHost);
            }
        }

        foreach ((HostFamily family, PrometheusText its) in HostFamily.All.Zip(series).Where(f => !f.Second.IsEmpty))
        {
            text.Family(family.Name, family.Type, family.Help).Add(its);
        }

        return leftOut;

        void Write(int index, JudgedHost host, int most)
        {
            HostFamily family = HostFamily.All[index];
            foreach (HostSample sample in family.Of(host))
            {
                if (sample.Place >= most || room == 0)
                {
                    leftOut++;
                    continue;
                }

                room--;
                series[index].Series(
                    family.Name,
                    sample.Value,
                    sample.At,
                    [("host", host.Summary.Label), .. family.Labels.Zip(sample.Labels)]);
            }
        }
    }

    private void WriteServer(PrometheusText text, long leftOut)
    {
        One(text, "leakstat_serve_info", "gauge", "1, with the version.", 1, ("version", Tool.Version));
        One(text, "leakstat_serve_start_timestamp_seconds", "gauge", "When the server started.",
            health.Started.ToUnixTimeSeconds());
        One(text, "leakstat_serve_hosts", "gauge", "Hosts that were judged.", fleet.Hosts.Count);
        One(text, "leakstat_serve_hosts_waiting", "gauge", "Hosts with news that are not judged yet.", judge.Waiting);
        One(text, "leakstat_serve_captures_accepted_total", "counter", "Deliveries acknowledged that were new.",
            health.Accepted);
        One(text, "leakstat_serve_captures_repeated_total", "counter",
            "Deliveries acknowledged that were there already.", health.Repeated);
        One(text, "leakstat_serve_captures_accepted_bytes_total", "counter", "Bytes of deliveries that were new.",
            health.Bytes);
        One(text, "leakstat_serve_captures_waiting", "gauge", "Deliveries that the store does not have yet.",
            loader.Waiting);
        One(text, "leakstat_serve_captures_stored_total", "counter", "Captures added to the store.", health.Stored);
        One(text, "leakstat_serve_captures_unreadable_total", "counter",
            "Loads of deliveries in which nothing could be read.", health.Unreadable);
        One(text, "leakstat_serve_judgements_total", "counter", "Hosts judged, each time counted.", health.Judged);
        One(text, "leakstat_serve_judgements_failed_total", "counter", "Judgements that failed.",
            health.FailedJudgements);
        One(text, "leakstat_serve_judge_seconds_total", "counter", "Time that judging took.",
            health.JudgeTime.TotalSeconds);
        One(text, "leakstat_serve_series_left_out", "gauge",
            "Series of hosts that are not here because there would be too many.", leftOut);
        One(text, "leakstat_serve_resident_memory_bytes", "gauge", "Memory of the server.", Environment.WorkingSet);
        if (!health.Refused.IsEmpty)
        {
            text.Family("leakstat_serve_requests_refused_total", "counter", "Requests refused, by reason.");
            foreach ((string reason, long count) in health.Refused)
            {
                text.Series("leakstat_serve_requests_refused_total", count, ("reason", reason));
            }
        }
    }

    /// <summary>What goes out to others: alerts, and samples for an engine.</summary>
    private void WriteOutgoing(PrometheusText text)
    {
        if (Alerts is { } alerts)
        {
            One(text, "leakstat_serve_alerts", "gauge", "Alerts that are active.", alerts.Active);
            One(text, "leakstat_serve_alerts_told_total", "counter", "Times that a receiver was told of an alert.",
                alerts.Told);
            One(text, "leakstat_serve_alerts_failed_total", "counter",
                "Times that a receiver of alerts could not be told.", alerts.Failed);
        }

        if (RemoteWrite is { } engine)
        {
            One(text, "leakstat_serve_remote_samples_sent_total", "counter", "Samples that the engine took.",
                engine.Sent);
            One(text, "leakstat_serve_remote_samples_refused_total", "counter",
                "Samples that the engine refused for good.", engine.Refused);
            One(text, "leakstat_serve_remote_samples_left_out_total", "counter",
                "Samples without a time, and series beyond the bound of a host.", engine.LeftOut);
            One(text, "leakstat_serve_remote_samples_dropped_total", "counter",
                "Samples that were dropped unsent because the queue was full.", engine.Dropped);
            One(text, "leakstat_serve_remote_samples_waiting", "gauge", "Samples that wait for the engine.",
                engine.Waiting);
            One(text, "leakstat_serve_remote_queue_bytes", "gauge", "Bytes of the queue for the engine.",
                engine.Bytes);
        }
    }

    private static void One(
        PrometheusText text,
        string name,
        string type,
        string help,
        double value,
        params ReadOnlySpan<(string Name, string Value)> labels) =>
        text.Family(name, type, help).Series(name, value, labels);
}
