using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;

namespace Leakstat.Fleet;

/// <summary>Groups the hosts of a fleet by what is wrong with them: one cause, not one alarm for each host.</summary>
internal static class FleetCauses
{
    /// <summary>Every subject that is wrong on a host; the most pressing first.</summary>
    /// <param name="hosts">The hosts, worst first.</param>
    public static ImmutableArray<FleetCause> Of(ImmutableArray<FleetHost> hosts)
    {
        ImmutableArray<FleetCause> causes =
        [
            .. hosts
                .SelectMany(h => h.Findings.Where(HostVerdicts.IsWrong).Select(f => (Host: h, Finding: f)))
                .GroupBy(p => p.Finding.Subject)
                .Select(g => new FleetCause
                {
                    Subject = g.Key,
                    Finding = FindingOrder.Sort(g.Select(p => p.Finding))[0],
                    Hosts =
                    [
                        .. g.GroupBy(p => p.Host)
                            .OrderBy(p => p.Min(one => one.Finding.Exhaustion?.At) ?? DateTimeOffset.MaxValue)
                            .ThenBy(p => p.Key, FleetOrder.Instance)
                            .Select(p => p.Key),
                    ],
                }),
        ];
        List<Finding> order = [.. FindingOrder.Sort(causes.Select(c => c.Finding))];
        return [.. causes.OrderBy(c => order.FindIndex(f => ReferenceEquals(f, c.Finding)))];
    }
}
