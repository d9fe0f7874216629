using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Model;

namespace Leakstat.Engines.Tests.Alerts;

/// <summary>Judged fleets, made by hand.</summary>
internal static class GivenFleet
{
    public static FleetReport Of(params FleetHost[] hosts) => FleetReport.Of(hosts, []);

    /// <summary>A host with findings; judged whole unless said otherwise.</summary>
    public static FleetHost Host(string name, VerdictState? state = null, bool isRead = true, params Finding[] findings) => new()
    {
        Number = name.GetHashCode(StringComparison.Ordinal),
        Label = name,
        IsRead = isRead,
        Identity = new HostIdentity { Name = name },
        Captures = 20,
        LastSeen = DateTimeOffset.UnixEpoch,
        Findings = [.. findings],
        Verdict = new HostVerdict
        {
            State = state ?? (findings.Length > 0 ? VerdictState.Wrong : VerdictState.Fine),
            Missing = state == VerdictState.Unknown ? [new Gap("vmstat -z", "not there")] : [],
            Growth = state == VerdictState.TooEarly ? GrowthSight.TooFewCaptures : GrowthSight.Judged,
            Captures = 20,
            Needed = 12,
        },
    };

    public static Finding Leak(string type, Severity severity = Severity.Warning) => new()
    {
        Rule = "LS0101",
        Title = $"malloc type {type} leaks",
        Severity = severity,
        Verdict = Verdict.Leak,
        Subject = Subject.Malloc(type),
        Confidence = 0.99,
        Growth = new ObservedGrowth(1000, 900, 1100, null),
    };
}
