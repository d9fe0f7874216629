using System.Collections.Immutable;
using Leakstat.Detection.Weighing;
using Leakstat.History;

namespace Leakstat.Fleet;

/// <summary>
/// Finds what an upgrade made rise: each host is held against itself before, and the change on the hosts that made
/// the same upgrade against the usual change on those that made none (difference in differences, by signed ranks and
/// trimmed means), so that neither what differs between hosts nor what the whole fleet does in that time counts. Named
/// below a chance of 0.005 over all series and upgrades together, where the series rises for good after it. Upgrades to
/// several releases are also looked at as one: what came after the release before is in all of them.
/// </summary>
internal sealed class UpgradeDifferential
{
    private const long WarmSeconds = 7 * 86400;

    private readonly FleetHost[] _hosts;
    private readonly ImmutableArray<Dictionary<SeriesKey, (double BytesPerDay, SeriesSlope After)>> _changes;

    /// <summary>Takes the hosts of which something is known on both sides.</summary>
    public UpgradeDifferential(IEnumerable<FleetHost> hosts)
    {
        _hosts = [.. hosts.Where(h => h.Upgrade is not null && !h.Slopes.IsEmpty)];
        _changes = [.. _hosts.Select(h => ChangesOf(h.Upgrade!, h.Slopes))];
    }

    /// <summary>The leaks that came with an upgrade, the one that takes most first.</summary>
    public ImmutableArray<PooledLeak> Search()
    {
        string[] releases =
            [.. _hosts.Select(h => h.Upgrade!.To).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        string[][] sets = [.. releases.Select(r => new[] { r }), .. releases.Length > 1 ? [releases] : (string[][])[]];
        TraitGroup[] upgrades =
        [
            .. sets.Select(GroupOf).Where(g => g.With.Length >= TraitGroups.FewestHosts
                && g.Has.Count(h => h == false) >= TraitGroups.FewestHosts),
        ];
        if (upgrades.Length == 0)
        {
            return [];
        }

        SeriesKey[] keys = [.. _changes.SelectMany(c => c.Keys).Distinct()];
        double tests = (double)keys.Length * upgrades.Length;
        var found = new List<PooledLeak>[keys.Length];
        Parallel.For(0, keys.Length, i => found[i] = Named(
            [.. upgrades.Select(u => Search(keys[i], u, tests)).OfType<PooledLeak>()]));
        return
        [
            .. found.SelectMany(leaks => leaks)
                .OrderByDescending(l => l.Growth.BytesPerDay * l.Hosts.Length)
                .ThenBy(l => l.Key.Kind).ThenBy(l => l.Key.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Of upgrades that made one series rise: where all of them together say it more surely than the surest of them, it
    /// did not come with one of the releases alone, and they are named together.
    /// </summary>
    private static List<PooledLeak> Named(List<PooledLeak> leaks)
    {
        PooledLeak? all = leaks.Find(l => l.By.Traits.Length > 1);
        List<PooledLeak> single = [.. leaks.Where(l => l.By.Traits.Length == 1)];
        return all is not null && single.TrueForAll(l => all.By.Chance < l.By.Chance) ? [all] : single;
    }

    /// <summary>
    /// By how much each series rises faster than before: before the upgrade or the reboot, or, where there was
    /// neither, in the first half of the time.
    /// </summary>
    private static Dictionary<SeriesKey, (double BytesPerDay, SeriesSlope After)> ChangesOf(
        HostUpgrade upgrade, ImmutableArray<SeriesSlope> slopes)
    {
        if (upgrade.Before.IsEmpty)
        {
            return slopes.ToDictionary(s => s.Key, s => (s.Late - s.Early, s));
        }

        // What was not there before, a zone that came with the release, did not rise.
        Dictionary<SeriesKey, double> before = upgrade.Before.ToDictionary(b => b.Key, b => b.BytesPerDay);
        return slopes.ToDictionary(s => s.Key, s => (s.BytesPerDay - before.GetValueOrDefault(s.Key), s));
    }

    /// <summary>
    /// Hosts that made an upgrade, and those to compare with: hosts that were booted without one, since much fills
    /// after a boot. Where they are too few, hosts that were not booted, and then only upgrades that are a week old.
    /// </summary>
    private TraitGroup GroupOf(string[] releases)
    {
        bool isBooted = _hosts.Count(h => h.Upgrade is { To: null, Before.IsEmpty: false })
            >= TraitGroups.FewestHosts;
        return TraitGroup.Of(
            [.. releases.Select(r => (new HostTrait(TraitKind.Upgrade, ""), r))],
            [.. _hosts.Select(h => Side(h, h.Upgrade!))]);

        bool? Side(FleetHost host, HostUpgrade upgrade) => upgrade.To is { } own
            ? releases.Contains(own) && (isBooted || host.Identity.UptimeSeconds >= WarmSeconds) ? true : null
            : isBooted && upgrade.Before.IsEmpty ? null : false;
    }

    private PooledLeak? Search(SeriesKey key, TraitGroup group, double tests)
    {
        // A series that never moved on a host rose neither before nor after.
        double[] values = [.. _changes.Select(c => c.GetValueOrDefault(key).BytesPerDay)];
        int[] without = [.. Enumerable.Range(0, values.Length).Where(i => group.Has[i] == false)];
        double usual = OrderStatistic.Median(without.Select(i => values[i]).ToArray());

        // Ranks hold where hosts are few or spread oddly, means know how well the usual change is known: both must say
        // so.
        double chance = tests * Math.Max(
            SignedRanks.Chance(group.With.Select(i => values[i] - usual)),
            TrimmedMean.ChanceOfMore(group.With.Select(i => values[i]), without.Select(i => values[i])));
        if (chance > CauseSeparation.MostChance
            || PooledGrowth.Of(group.With.Select(i => values[i] - usual)) is not { } growth
            || !growth.IsForGood(Pooled(s => s.BytesPerDay), Pooled(s => s.Early), Pooled(s => s.Late)))
        {
            return null;
        }

        PooledGrowth? Pooled(Func<SeriesSlope, double> part) =>
            PooledGrowth.Of(group.With.Select(i => part(_changes[i].GetValueOrDefault(key).After)));

        bool Rises(int host) => values[host] - usual >= growth.BytesPerDay / 2;
        var table = new FourfoldTable(
            group.With.Count(Rises), group.With.Length, without.Count(Rises), without.Length);
        return new PooledLeak(
            key,
            growth,
            [.. group.With.Where(Rises).Select(i => _hosts[i])],
            new Separation(group.Traits, table, Math.Min(chance, 1)));
    }
}
