using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Fleet;

/// <summary>
/// How fast the series of a host rose before its last upgrade; of a host that was not upgraded before its last reboot.
/// The others show what time and a reboot do by themselves. Immutable.
/// </summary>
/// <param name="To">The release that it has since, with patches; null of hosts that were not upgraded.</param>
/// <param name="Before">
/// Slopes before it, bytes per day; empty of a host that was neither upgraded nor booted within its history.
/// </param>
public sealed record HostUpgrade(string? To, ImmutableArray<(SeriesKey Key, double BytesPerDay)> Before)
{
    /// <summary>Of a host that was neither upgraded nor booted.</summary>
    public static HostUpgrade None { get; } = new(null, []);

    /// <summary>
    /// Takes it from a diagnosis; null where what came before was too short, or what came after was not judged.
    /// </summary>
    /// <param name="report">The diagnosis of the host.</param>
    /// <param name="after">Slopes over the boot that was judged.</param>
    public static HostUpgrade? Of(DiagnosisReport report, ImmutableArray<SeriesSlope> after)
    {
        HostHistory history = report.History;
        HistoryEvent? upgrade = history.Events.LastOrDefault(e => e.Kind == "release");
        if (report.Trends is not { } trends || after.IsEmpty
            || upgrade?.Sample > trends.From || (upgrade is not null && report.Host.Release is null))
        {
            return null;
        }

        int end = (upgrade?.Sample ?? trends.From) - 1;
        if (end < 0)
        {
            return None;
        }

        int start = end;
        while (start > 0 && history.Samples[start - 1].Boot == history.Samples[end].Boot)
        {
            start--;
        }

        HashSet<SeriesKey> judged = [.. after.Select(s => s.Key)];
        Dictionary<string, SeriesKey> keys = trends.Results
            .Where(r => judged.Contains(r.Key)).ToDictionary(r => r.Value.Key, r => r.Key);
        ImmutableArray<SeriesSlope> before = SeriesSlope.Of(trends.Host, start, end, keys);
        return before.IsEmpty ? null : new HostUpgrade(
            upgrade is null ? null : report.Host.Release!.Text, [.. before.Select(s => (s.Key, s.BytesPerDay))]);
    }
}
