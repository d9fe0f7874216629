using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.Detection.Weighing;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>
/// Hands the series of a host to the trend engine and gives its results back by the host's own keys. The engine knows
/// nothing of FreeBSD; which zones are caches, which counters explain and which limits bound is decided here.
/// </summary>
public static class TrendAnalysis
{
    /// <summary>Counters that are levels of load or of caches; growth that follows one is explained by it.</summary>
    internal static ImmutableHashSet<string> Levels { get; } =
    [
        "vnodes", NameCacheEntries, "open files", "sockets", "TCP connections", "pipe KVA", "buffer space",
            "ARC size",
        "unix sockets", "syncache entries", "host cache entries", "ipfw states", "user page tables",
        ExplainingCounters.Threads, ExplainingCounters.Processes, ExplainingCounters.PageableMemory,
            ExplainingCounters.SwapUsed, ExplainingCounters.Mounts,
    ];

    /// <summary>
    /// From six captures on the engine can tell a rise from noise and from a plateau; it takes twelve to say leak.
    /// </summary>
    private const int FewestSamples = 6;

    private const string NameCacheEntries = "name cache entries";

    // Where the factor is not in the captures: what every release from 7 to 15 sets (sys/kern/vfs_cache.c).
    private const int UsualNamesPerVnode = 2;

    /// <summary>
    /// Judges the history of a host; null where there are too few captures for any trend, or captures without a time.
    /// </summary>
    /// <param name="history">The history.</param>
    /// <param name="latest">Its latest capture.</param>
    /// <param name="options">What the engine is held to; null for the contract's bar.</param>
    public static TrendJudgement? Of(HostHistory history, Capture latest, TrendOptions? options = null)
    {
        if (history.Samples.Length < FewestSamples
            || history.Samples.Any(s => s.TakenAt is null))
        {
            return null;
        }

        Series? remainder = RemainderSeries.Of(history);
        (HostSeries host, Dictionary<string, SeriesKey> keys) = TrendInputs.Of(history, latest, remainder);
        options ??= TrendOptions.Default;
        bool canProve = history.Samples.Length >= options.MinimumSamples;
        HostTrends trends = new TrendEngine(canProve
            ? options : options with { MinimumSamples = FewestSamples }).Analyze(host);
        return new TrendJudgement(
            trends.Results.ToDictionary(r => keys[r.Key]), canProve
                ? [.. trends.Leaks.Select(r => keys[r.Key])] : [], canProve)
        {
            Suspects = canProve ? [.. trends.Suspects.Select(r => keys[r.Key])] : [],
            From = trends.From,
            To = trends.To,
            Remainder = remainder,
            Earlier = canProve ? EarlierBoots.Judge(host, keys, options) : [],
            Cycles = [.. GrowthCycle.Find(host).Select(c => (keys[c.Key], c))],
            Host = host,
        };
    }

    /// <summary>A series as the trend engine takes it; null for what is no owner of memory.</summary>
    internal static SeriesInput? Input(Series series, HostHistory history, Capture latest, bool typesKnown)
    {
        string name = series.Key.Name;
        switch (series.Key.Kind)
        {
            case SeriesKind.MallocBytes when latest.MallocTypes?.Precision != MemoryPrecision.Humanized:
                return new SeriesInput
                {
                    Key = "malloc:" + name,
                    Values = Numbers(series),
                    Allocations = Requests(history, SeriesKind.MallocRequests, name),
                    Frees = Frees(history, SeriesKind.MallocRequests, SeriesKind.MallocInUse, name),
                    Quantum = latest.MallocTypes?.Precision == MemoryPrecision.Kibibytes ? 1024 : 16,
                    Role = IsElastic(series, history) ? SeriesRole.Elastic : SeriesRole.Live,
                    IsUncounted = IsUncounted(name, history),
                    Nature = OwnerNatures.Of(name, history),
                    Follows = GrowthExplanations.IsListed(name) ? GrowthExplanations.For(name) : [],
                };
            case SeriesKind.ZoneUsed when !ZoneKinds.IsCacheZone(name):
                return new SeriesInput
                {
                    Key = "zone:" + name,
                    Values = Numbers(series),
                    Allocations = Requests(history, SeriesKind.ZoneRequests, name),
                    Frees = Frees(history, SeriesKind.ZoneRequests, SeriesKind.ZoneUsed, name),
                    BytesPerUnit = Math.Max(series.ItemSize, 1),
                    Nature = OwnerNatures.Of(name, history),
                    Follows = GrowthExplanations.IsListed(name) ? GrowthExplanations.For(name) : [],
                    OwnCounter = ZoneFacts.Find(name)?.Counter,
                    IsUncounted = IsUncounted(name, history),

                    // What the allocator itself keeps follows the zones that it serves, and is named only where none of
                    // them moves with it.
                    Role = (typesKnown && ZoneKinds.IsMallocBucket(name)) || ZoneKinds.IsInternal(name)
                        ? SeriesRole.Aggregate
                        : IsElastic(series, history) ? SeriesRole.Elastic : SeriesRole.Live,
                    Bound = Bound(series, history, latest),
                };
            case SeriesKind.Account when name == AccountName.Unaccounted:
                bool isExact = history.Find(SeriesKind.Account, AccountName.Unaccounted) is not null;
                return new SeriesInput
                {
                    Key = "wired:" + name,
                    Values = Numbers(series),
                    // A difference, and yet treated as a count: it is pages that somebody holds, and was never seen
                    // below zero where every owner has a source.
                    Quantum = latest.Host.PageSize?.Value ?? 4096,
                    Role = isExact ? SeriesRole.Live : SeriesRole.Aggregate,
                    Nature = isExact ? OwnerNature.Unknown : OwnerNature.Rest,
                };
            default:
                return null;
        }
    }

    // Things that a command lists, which is not in the captures.
    private static bool IsUncounted(string name, HostHistory history) =>
        ZoneFacts.Find(name) is { Lists: not null } fact
            && !fact.Follows.Any(c => history.Find(SeriesKind.Counter, c) is not null);

    /// <summary>
    /// Whether it is a part of the ARC, which gives back when memory is short. What the ARC does not hold is none of
    /// it: where its size is known, it has to have grown too; where it is not, only what it certainly holds is its own.
    /// </summary>
    private static bool IsElastic(Series series, HostHistory history)
    {
        string name = series.Key.Name;
        if (GrowthExplanations.For(name) is not [GrowthExplanations.ArcCounter, ..])
        {
            return false;
        }

        if (history.Find(SeriesKind.Counter, GrowthExplanations.ArcCounter) is not { } size)
        {
            return GrowthExplanations.IsOfArc(name);
        }

        return GrowthObservation.Of(series, history.CurrentBootStart) is not { Bytes: > 0 and var gained }
            || GrowthObservation.Of(size, history.CurrentBootStart)?.Delta >= gained / 4;
    }

    private static ImmutableArray<double> Requests(HostHistory history, SeriesKind kind, string name) =>
        history.Find(kind, name) is { } series ? Numbers(series) : [];

    // What was asked for and is in use no more; empty where either is not known.
    private static ImmutableArray<double> Frees(
        HostHistory history, SeriesKind requests, SeriesKind inUse, string name)
    {
        ImmutableArray<double> asked = Requests(history, requests, name), used = Requests(history, inUse, name);
        if (asked.Length != used.Length)
        {
            return [];
        }

        double[] frees = new double[asked.Length];
        for (int i = 0; i < frees.Length; i++)
        {
            frees[i] = asked[i] - used[i];
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(frees);
    }

    private static SeriesBound? Bound(Series zone, HostHistory history, Capture latest)
    {
        string name = zone.Key.Name;
        if (GrowthExplanations.IsListed(name) && GrowthExplanations.For(name)[0] == GrowthExplanations.VnodeCounter
            && !OwnerNatures.IsCache(name)
            && latest.Sysctls.Number("kern.maxvnodes") is { Value: > 0 } vnodes && FollowsItsCounters(zone, history))
        {
            return GrowthExplanations.For(name).Contains(NameCacheEntries)
                ? NameCacheBound(latest, vnodes.Value)
                : new SeriesBound(vnodes.Value, BoundKind.Capacity, "kern.maxvnodes");
        }

        // A zone that is meant to be full is a cache.
        return MbufZoneSeries.LimitOf(latest, name) is { } limit
            ? new SeriesBound(
                limit,
                ZoneFacts.Find(name)?.Limit?.Weight == WhenFull.Normal ? BoundKind.Capacity : BoundKind.Limit,
                $"limit of {name}")
            : null;
    }

    // The name cache has room for a multiple of the vnodes (sys/kern/vfs_cache.c, ncsize); all its zones share it.
    private static SeriesBound NameCacheBound(Capture latest, long vnodes)
    {
        if (latest.Sysctls.Number("vfs.cache.param.size") is { Value: > 0 } size)
        {
            return new SeriesBound(size.Value, BoundKind.Capacity, "vfs.cache.param.size");
        }

        double factor = (latest.Sysctls.Number("vfs.cache.param.sizefactor")
            ?? latest.Sysctls.Number("vfs.ncsizefactor")) is { Value: > 0 } set ? set.Value : UsualNamesPerVnode;
        return new SeriesBound(
            vnodes * factor, BoundKind.Capacity,
            "kern.maxvnodes and the factor of the name cache");
    }

    /// <summary>
    /// A cache may fill up to its bound; objects that the counter of the cache does not count are none of it. True
    /// where one of the counters rose by a fair part of what the zone did, or where none is known.
    /// </summary>
    private static bool FollowsItsCounters(Series zone, HostHistory history)
    {
        if (GrowthObservation.Of(zone, history.CurrentBootStart) is not { Delta: > 0 } seen)
        {
            return true;
        }

        GrowthObservation[] counters =
        [
            .. GrowthExplanations.For(zone.Key.Name)
                .Select(c => history.Find(SeriesKind.Counter, c)).OfType<Series>()
                .Select(c => GrowthObservation.Of(c, history.CurrentBootStart)).OfType<GrowthObservation>(),
        ];
        return counters.Length == 0 || counters.Any(c => c.Delta >= seen.Delta / 4);
    }

    /// <summary>Values of a series, NaN where missing.</summary>
    internal static ImmutableArray<double> Numbers(Series series)
    {
        double[] numbers = new double[series.Count];
        if (series.Least.IsEmpty)
        {
            series.CopyTo(numbers);
        }
        else
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = series.Least[i] ?? double.NaN;
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(numbers);
    }
}
