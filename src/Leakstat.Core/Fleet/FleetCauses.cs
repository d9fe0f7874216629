using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;

namespace Leakstat.Fleet;

/// <summary>
/// Groups the hosts of a fleet by what is wrong with them (one cause, not one alarm for each host), finds what
/// separates them, and adds what only the pool of hosts shows.
/// </summary>
internal static class FleetCauses
{
    /// <summary>Share of false ones among what is held to be certain.</summary>
    private const double MostFalse = 0.05;

    /// <summary>Every subject that is wrong on a host or in the pool; the most pressing first.</summary>
    /// <param name="hosts">The hosts, worst first.</param>
    public static ImmutableArray<FleetCause> Of(ImmutableArray<FleetHost> hosts)
    {
        HashSet<(FleetHost Host, Subject Subject)> doubtful = Doubtful(hosts);
        ImmutableArray<FleetCause> found = [.. InOrder(hosts, doubtful)];
        FleetHost[] read = [.. hosts.Where(h => h.IsRead)];
        ImmutableArray<TraitGroup> groups = TraitGroups.Of(read);
        PooledLeak[] slow =
        [
            .. groups.IsEmpty ? [] : new HostPool(read, groups).Search(), .. new UpgradeDifferential(read).Search(),
        ];
        if (groups.IsEmpty && slow.Length == 0)
        {
            return found;
        }

        var separation = new CauseSeparation(read, groups, found.Length);
        ILookup<Subject, PooledLeak> pooled = slow.ToLookup(l => FleetHost.SubjectOf(l.Key));
        return
        [
            .. found.Select(c => Separated(c, separation, doubtful, pooled[c.Subject])),
            .. pooled.Where(p => found.All(c => c.Subject != p.Key)).Select(InPoolAlone),
        ];
    }

    /// <summary>What was found by trends and may be chance among so many hosts and series.</summary>
    private static HashSet<(FleetHost Host, Subject Subject)> Doubtful(ImmutableArray<FleetHost> hosts)
    {
        (FleetHost Host, Subject Subject, double Chance)[] all =
        [
            .. hosts.SelectMany(h => h.Chances.Select(c => (h, c.Key, c.Value))),
        ];
        double[] rates = FalseDiscoveries.Rates([.. all.Select(a => a.Chance)], hosts.Length);
        return [.. all.Where((_, i) => rates[i] > MostFalse).Select(a => (a.Host, a.Subject))];
    }

    private static IEnumerable<FleetCause> InOrder(
        ImmutableArray<FleetHost> hosts, HashSet<(FleetHost Host, Subject Subject)> doubtful)
    {
        FleetCause[] causes =
        [
            .. hosts
                .SelectMany(h => h.Findings.Where(HostVerdicts.IsWrong).Select(f => (Host: h, Finding: f)))
                .GroupBy(p => p.Finding.Subject)
                .Select(g => Cause(g.Key, [.. g], doubtful)),
        ];
        List<Finding> order = [.. FindingOrder.Sort(causes.Select(c => c.Finding!))];
        return causes.OrderBy(c => order.FindIndex(f => ReferenceEquals(f, c.Finding)));
    }

    private static FleetCause Cause(
        Subject subject,
        (FleetHost Host, Finding Finding)[] found,
        HashSet<(FleetHost Host, Subject Subject)> doubtful)
    {
        ImmutableArray<FleetHost> hosts =
        [
            .. found.GroupBy(p => p.Host)
                .OrderBy(p => p.Min(one => one.Finding.Exhaustion?.At) ?? DateTimeOffset.MaxValue)
                .ThenBy(p => p.Key, FleetOrder.Instance)
                .Select(p => p.Key),
        ];
        return new FleetCause
        {
            Subject = subject,
            Finding = FindingOrder.Sort(found.Select(p => p.Finding))[0],
            Hosts = hosts,
            Certain = hosts.Count(h => !doubtful.Contains((h, subject))),
        };
    }

    private static FleetCause Separated(
        FleetCause cause,
        CauseSeparation separation,
        HashSet<(FleetHost Host, Subject Subject)> doubtful,
        IEnumerable<PooledLeak> pooled)
    {
        bool isGrowth = cause.Finding!.Growth is not null;
        HashSet<FleetHost> have = [.. cause.Hosts.Where(h => !doubtful.Contains((h, cause.Subject)))];
        ImmutableArray<Separation> named = separation.Of(
            have,
            h => have.Contains(h) || (!isGrowth || h.Verdict.Growth == GrowthSight.Judged),
            isGrowth ? h => h.SlopeOf(cause.Subject) : null);
        PooledLeak[] slow = [.. pooled];

        // An upgrade says more than the release that hosts have since: each was held against itself before.
        Separation[] upgrades = [.. slow.Select(l => l.By).Where(by => by.Traits[0].Trait.Kind == TraitKind.Upgrade)];
        return cause with
        {
            SeparatedBy = named.IsEmpty ? [.. slow.Select(l => l.By)] : [.. upgrades, .. named],
            Growth = slow.Length > 0 ? slow[0].Growth : null,
        };
    }

    private static FleetCause InPoolAlone(IGrouping<Subject, PooledLeak> leaks) => new()
    {
        Subject = leaks.Key,
        Hosts = [.. leaks.SelectMany(l => l.Hosts).Distinct().Order(FleetOrder.Instance)],
        Certain = leaks.SelectMany(l => l.Hosts).Distinct().Count(),
        SeparatedBy = [.. leaks.Select(l => l.By)],
        Growth = leaks.First().Growth,
    };
}
