using System.Collections.Immutable;
using Leakstat.Engines.Metrics;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Serve.Health;
using Leakstat.Serve.Judging;

namespace Leakstat.Serve.RemoteWriting;

/// <summary>
/// Writes back what was found on hosts, as <c>leakstat fleet --remote-write</c> does: each new judgement, and those of
/// all hosts again before rules and dashboards forget them (half an hour).
/// </summary>
internal sealed class VerdictNews(
    RemoteSender sender, ImmutableArray<(string Name, string Value)> labels, Journal journal, TimeProvider clock)
    : IFleetNews
{
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(10);

    private Dictionary<string, (FleetHost Host, long At)> _written = [];

    /// <inheritdoc/>
    public void Judged(JudgedHost host)
    {
        // Written with those of the others, when the fleet is compared.
    }

    /// <inheritdoc/>
    public void Compared(FleetReport fleet, bool isWhole)
    {
        long now = clock.GetTimestamp();
        Dictionary<string, (FleetHost Host, long At)> written = [];
        List<FleetHost> due = [];
        foreach (FleetHost host in fleet.Hosts)
        {
            bool isKnown = _written.TryGetValue(host.Label, out (FleetHost Host, long At) before)
                && ReferenceEquals(before.Host, host) && clock.GetElapsedTime(before.At, now) < s_again;
            written[host.Label] = isKnown ? before : (host, now);
            if (!isKnown)
            {
                due.Add(host);
            }
        }

        try
        {
            DateTimeOffset time = clock.GetUtcNow();
            sender.Add(due.SelectMany(h => HostTimeSeries.Of(h, time, labels).Series));
            _written = written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // All of them are due again when the fleet is next compared.
            journal.WriteRarely("remote write queue", $"verdicts are not written back for now: {FaultText.Of(e)}");
        }
    }
}
