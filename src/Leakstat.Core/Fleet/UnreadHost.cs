using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Fleet;

/// <summary>
/// A place where a host was to be and nothing could be read: it stands among the others as one of which nothing can be
/// told, so that nobody takes a fleet for fine that was read in part.
/// </summary>
public static class UnreadHost
{
    /// <summary>The diagnosis of it: unknown.</summary>
    /// <param name="place">The source, folder or file, or the host's name.</param>
    /// <param name="why">What went wrong, one clause without a full stop.</param>
    /// <param name="problems">What was met in reading.</param>
    public static DiagnosisReport Of(string place, string why, ImmutableArray<Diagnostic> problems = default)
    {
        var latest = new Capture { Source = place, Host = new HostIdentity { Name = place } };
        return new DiagnosisReport
        {
            Host = latest.Host,
            Captures = [new CaptureSummary(place, null, [])],
            Ledger = new Ledger(),
            Latest = latest,
            History = new HostHistory([new Sample(place, null, null, null, 0)], [], []),
            Findings = [],
            Diagnostics = problems.IsDefault ? [] : problems,
            Verdict = HostVerdict.NotJudged with
            {
                Missing = [new Gap("captures", why, problems.IsDefaultOrEmpty ? null : problems[0].At)],
            },
        };
    }
}
