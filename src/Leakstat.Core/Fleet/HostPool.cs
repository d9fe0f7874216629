using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.History;

namespace Leakstat.Fleet;

/// <summary>
/// Finds leaks that are too slow for one host in the pool of all. A host's slope of a series is held against those of
/// hosts of the same role that have been up about as long; a trait is named where hosts with it rank higher, with a
/// chance below 0.005 over all series and traits together, and where the series rises on them for good: in both
/// halves of the time, by more than a page a day, each beyond what hosts without the trait do. What every host has
/// alike is not seen: nothing tells it from load that grows everywhere.
/// </summary>
internal sealed class HostPool
{
    private const int MostNamed = 3;

    private readonly IReadOnlyList<FleetHost> _hosts;
    private readonly ImmutableArray<TraitGroup> _groups;
    private readonly int[] _strata;
    private readonly Dictionary<SeriesKey, SeriesSlope?[]> _slopes = [];

    /// <summary>Takes the hosts.</summary>
    public HostPool(IReadOnlyList<FleetHost> hosts, ImmutableArray<TraitGroup> groups)
    {
        _hosts = hosts;
        _groups = groups;
        _strata = PoolStrata.Of(hosts);
        for (int i = 0; i < hosts.Count; i++)
        {
            foreach (SeriesSlope slope in hosts[i].Slopes)
            {
                if (!_slopes.TryGetValue(slope.Key, out SeriesSlope?[]? all))
                {
                    _slopes[slope.Key] = all = new SeriesSlope?[hosts.Count];
                }

                all[i] = slope;
            }
        }
    }

    /// <summary>The leaks, the one that takes most first.</summary>
    public ImmutableArray<PooledLeak> Search()
    {
        double tests = Math.Max((double)_slopes.Count * _groups.Length, 1);
        KeyValuePair<SeriesKey, SeriesSlope?[]>[] series = [.. _slopes];
        var found = new List<PooledLeak>[series.Length];
        Parallel.For(0, series.Length, i => found[i] = Search(series[i].Key, series[i].Value, tests));
        return
        [
            .. found.SelectMany(leaks => leaks)
                .OrderByDescending(l => l.Growth.BytesPerDay * l.Hosts.Length)
                .ThenBy(l => l.Key.Kind).ThenBy(l => l.Key.Name, StringComparer.Ordinal),
        ];
    }

    private List<PooledLeak> Search(SeriesKey key, SeriesSlope?[] slopes, double tests)
    {
        // A host whose history was judged and on which the series never changed has a slope, too: none.
        double[] values = [.. slopes.Select(s => s?.BytesPerDay ?? 0)];
        var ranks = new StratifiedRanks(values, _strata);
        bool[] left = [.. _strata.Select(s => s >= 0)];
        List<PooledLeak> found = [];
        while (found.Count < MostNamed)
        {
            (TraitGroup Group, double Score)? best = Best(ranks, left);
            if (best is not { } named || Tails.Normal(named.Score) * tests > CauseSeparation.MostChance
                || LeakOf(key, slopes, named.Group, left, Tails.Normal(named.Score) * tests) is not { } leak)
            {
                break;
            }

            found.Add(leak);
            for (int i = 0; i < left.Length; i++)
            {
                left[i] &= named.Group.Has[i] == false;
            }
        }

        return found;
    }

    private (TraitGroup Group, double Score)? Best(StratifiedRanks ranks, bool[] left)
    {
        (TraitGroup Group, double Score)? best = null;
        (int Count, double Sum, double Squares)[] totals = ranks.Totals(left);
        foreach (TraitGroup group in _groups)
        {
            double score = ranks.Score(group, left, totals);
            if (score > (best?.Score ?? 0))
            {
                best = (group, score);
            }
        }

        return best;
    }

    /// <summary>The leak of a series on hosts of a group; null where it does not rise on them for good.</summary>
    private PooledLeak? LeakOf(SeriesKey key, SeriesSlope?[] slopes, TraitGroup group, bool[] left, double chance)
    {
        double?[] over = Excess(slopes, group, left, s => s.BytesPerDay);
        int[] with = [.. group.With.Where(i => over[i] is not null)];
        int[] without = [.. Enumerable.Range(0, left.Length).Where(i => over[i] is not null && group.Has[i] == false)];
        if (PooledGrowth.Of(with.Select(i => over[i]!.Value)) is not { } growth
            || !growth.IsForGood(
                PooledGrowth.Of(with.Select(i => slopes[i]?.BytesPerDay ?? 0)),
                Pooled(s => s.Early),
                Pooled(s => s.Late)))
        {
            return null;
        }

        bool Rises(int host) => over[host] >= growth.BytesPerDay / 2;
        var table = new FourfoldTable(with.Count(Rises), with.Length, without.Count(Rises), without.Length);
        return new PooledLeak(
            key,
            growth,
            [.. with.Where(Rises).Select(i => _hosts[i])],
            new Separation(group.Traits, table, Math.Min(chance, 1)));

        PooledGrowth? Pooled(Func<SeriesSlope, double> part)
        {
            double?[] parts = Excess(slopes, group, left, part);
            return PooledGrowth.Of(with.Select(i => parts[i]!.Value));
        }
    }

    /// <summary>
    /// By how much the slope of each host is above the median of those of its stratum without the trait: what all of
    /// them have alike is no leak of the trait. Null in strata that have none without, and of hosts that are left
    /// out.
    /// </summary>
    private double?[] Excess(SeriesSlope?[] slopes, TraitGroup group, bool[] left, Func<SeriesSlope, double> part)
    {
        double Of(int host) => slopes[host] is { } slope ? part(slope) : 0;
        var excess = new double?[left.Length];
        foreach (IGrouping<int, int> stratum in Enumerable.Range(0, left.Length)
            .Where(i => left[i] && group.Has[i] is not null).GroupBy(i => _strata[i]))
        {
            double[] others = [.. stratum.Where(i => group.Has[i] == false).Select(Of).Order()];
            if (others.Length == 0)
            {
                continue;
            }

            double median = (others[(others.Length - 1) / 2] + others[others.Length / 2]) / 2;
            foreach (int host in stratum)
            {
                excess[host] = Of(host) - median;
            }
        }

        return excess;
    }
}
