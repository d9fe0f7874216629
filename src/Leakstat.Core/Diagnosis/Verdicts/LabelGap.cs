using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether the outputs of captures that are labelled as of one host name several. A name that changed once, before the
/// boot that is judged, does not count: a host may have been renamed or replaced, and what is judged is of one name.
/// </summary>
internal static class LabelGap
{
    /// <summary>What is told; null where the outputs keep to one name.</summary>
    public static Gap? Of(HostHistory history)
    {
        HistoryEvent[] changes = [.. history.Events.Where(e => e.Kind == "host")];
        return changes is [.., { } latest] && (changes.Length > 1 || latest.Sample >= history.CurrentBootStart)
            ? new Gap("host name", $"{latest.Text}: two hosts under one label, or one that was renamed", latest.At)
            {
                IsOfTwo = true,
            }
            : null;
    }
}
