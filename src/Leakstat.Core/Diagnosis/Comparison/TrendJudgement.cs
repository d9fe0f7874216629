using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Comparison;

/// <summary>
/// Hands the series of a host to the trend engine and reads its verdicts back in the host's terms. The engine knows
/// nothing of FreeBSD; which zones are caches, which counters explain and which limits bound is said here.
/// </summary>
public sealed class TrendJudgement
{
    /// <summary>Counters that are levels of load or of caches; growth that follows one is explained by it.</summary>
    internal static ImmutableHashSet<string> Levels { get; } =
    [
        "vnodes", "name cache entries", "open files", "sockets", "TCP connections", "pipe KVA", "buffer space", "ARC size",
        "unix sockets", "syncache entries", "host cache entries", "ipfw states", "user page tables",
        ExplainingCounters.Threads, ExplainingCounters.Processes, ExplainingCounters.PageableMemory, ExplainingCounters.SwapUsed,
    ];

    /// <summary>
    /// From six captures on the engine can tell a rise from noise and from a plateau; it takes twelve to say leak.
    /// </summary>
    private const int FewestSamples = 6;

    private readonly Dictionary<SeriesKey, TrendResult> _results;
    private readonly bool _canProve;

    private TrendJudgement(Dictionary<SeriesKey, TrendResult> results, ImmutableArray<SeriesKey> leaks, bool canProve)
    {
        _results = results;
        _canProve = canProve;
        Leaks = leaks;
    }

    /// <summary>Whether there are captures enough for the engine's verdicts to stand; below that they only exclude.</summary>
    public bool CanProve => _canProve;

    /// <summary>Series that are suspects, one for each group, the most probable first.</summary>
    public ImmutableArray<SeriesKey> Suspects { get; private init; } = [];

    /// <summary>First sample of the boot that was judged.</summary>
    public int From { get; private init; }

    /// <summary>Last sample of it.</summary>
    public int To { get; private init; }

    /// <summary>Wired memory that nobody owns, as far as the captures tell it; null where they do not.</summary>
    internal Series? Remainder { get; private init; }

    /// <summary>What leaked in boots that are over.</summary>
    public ImmutableArray<EarlierLeak> Earlier { get; private init; } = [];

    /// <summary>Growth that ends in a reboot, boot after boot; the one that takes most first.</summary>
    public ImmutableArray<(SeriesKey Key, GrowthCycle Cycle)> Cycles { get; private init; } = [];

    /// <summary>What rose and is no finding, the most probable first.</summary>
    public ImmutableArray<RisingSeries> Rising { get; private init; } = [];

    /// <summary>
    /// Whether the engine found another reason than a leak for what a series does. That it saw no trend excludes nothing
    /// below twelve captures: so few show none.
    /// </summary>
    public bool Excludes(SeriesKey key) => Of(key)?.Class switch
    {
        null or TrendClass.Insufficient or TrendClass.Rising or TrendClass.Suspect or TrendClass.Leak => false,
        TrendClass.Noise => _canProve,
        _ => true,
    };

    /// <summary>Whether a series leaks, by twelve captures or more.</summary>
    public bool IsLeak(SeriesKey key) => !Leaks.IsEmpty && Of(key)?.IsLeak == true;

    /// <summary>Series that leak, one for each group that moves in lockstep, the one that loses most per hour first.</summary>
    public ImmutableArray<SeriesKey> Leaks { get; }

    /// <summary>The engine's verdict on a series; null where it was not asked.</summary>
    public TrendResult? Of(SeriesKey key) => _results.GetValueOrDefault(key);

    /// <summary>Every series that was judged, in no order.</summary>
    public IReadOnlyDictionary<SeriesKey, TrendResult> Results => _results;

    /// <summary>Other series of the group that a series leads.</summary>
    public IEnumerable<SeriesKey> GroupOf(SeriesKey leader) => Of(leader) is not { GroupLeader: { } named }
        ? []
        : _results.Where(r => r.Value.GroupLeader == named && r.Key != leader && (r.Value.IsLeak || r.Value.Class == TrendClass.Suspect))
            .Select(r => r.Key)
            .OrderBy(k => k.Kind).ThenBy(k => k.Name, StringComparer.Ordinal);

    /// <summary>
    /// Judges the history of a host; null where there are too few captures for any trend, or captures without a time.
    /// </summary>
    public static TrendJudgement? Of(HostHistory history, Capture latest)
    {
        if (history.Samples.Length < FewestSamples
            || history.Samples.Any(s => s.TakenAt is null))
        {
            return null;
        }

        Series? remainder = RemainderSeries.Of(history);
        (HostSeries host, Dictionary<string, SeriesKey> keys) = TrendInputs.Of(history, latest, remainder);
        TrendOptions options = TrendOptions.Default;
        bool canProve = history.Samples.Length >= options.MinimumSamples;
        HostTrends trends = new TrendEngine(canProve ? options : options with { MinimumSamples = FewestSamples }).Analyze(host);
        var judged = new TrendJudgement(
            trends.Results.ToDictionary(r => keys[r.Key]), canProve ? [.. trends.Leaks.Select(r => keys[r.Key])] : [], canProve)
        {
            Suspects = canProve ? [.. trends.Suspects.Select(r => keys[r.Key])] : [],
            From = trends.From,
            To = trends.To,
            Remainder = remainder,
            Earlier = canProve ? EarlierBoots.Judge(host, keys, options) : [],
            Cycles = [.. GrowthCycle.Find(host).Select(c => (keys[c.Key], c))],
        };
        return judged.WithRising(history);
    }

    private TrendJudgement WithRising(HostHistory history) => new(_results, Leaks, _canProve)
    {
        Suspects = Suspects,
        From = From,
        To = To,
        Remainder = Remainder,
        Earlier = Earlier,
        Cycles = Cycles,
        Rising = RisingSeries.Of(history, this, key => SeriesOf(history, key)),
    };

    /// <summary>The series of a key: of the remainder the one that was judged.</summary>
    internal Series? SeriesOf(HostHistory history, SeriesKey key) =>
        Remainder is { } remainder && key == remainder.Key ? remainder : history.Find(key.Kind, key.Name);

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
                    Quantum = latest.MallocTypes?.Precision == MemoryPrecision.Kibibytes ? 1024 : 16,
                    Role = IsElastic(name) ? SeriesRole.Elastic : SeriesRole.Live,
                    Nature = OwnerNatures.Of(name, history),
                };
            case SeriesKind.ZoneUsed when !ZoneKinds.IsCacheZone(name):
                return new SeriesInput
                {
                    Key = "zone:" + name,
                    Values = Numbers(series),
                    BytesPerUnit = Math.Max(series.ItemSize, 1),
                    Nature = OwnerNatures.Of(name, history),

                    // What the allocator itself keeps follows the zones that it serves, and is named only where none of them
                    // moves with it.
                    Role = (typesKnown && ZoneKinds.IsMallocBucket(name)) || ZoneKinds.IsInternal(name)
                        ? SeriesRole.Aggregate
                        : IsElastic(name) ? SeriesRole.Elastic : SeriesRole.Live,
                    Bound = Bound(series, history, latest),
                };
            case SeriesKind.Account when name == AccountName.Unaccounted:
                return new SeriesInput
                {
                    Key = "wired:" + name,
                    Values = Numbers(series),
                    // A difference, and yet treated as a count: it is pages that somebody holds, and was never seen below zero
                    // where every owner has a source.
                    Quantum = latest.Host.PageSize?.Value ?? 4096,
                    Role = history.Find(SeriesKind.Account, AccountName.Unaccounted) is null ? SeriesRole.Aggregate : SeriesRole.Live,
                };
            default:
                return null;
        }
    }

    private static bool IsElastic(string name) =>
        GrowthExplanations.For(name) is [var first, ..] && first == GrowthExplanations.ArcCounter;

    private static SeriesBound? Bound(Series zone, HostHistory history, Capture latest)
    {
        string name = zone.Key.Name;
        if (GrowthExplanations.IsListed(name) && GrowthExplanations.For(name)[0] == GrowthExplanations.VnodeCounter
            && latest.Sysctls.Number("kern.maxvnodes") is { Value: > 0 } vnodes && FollowsItsCounters(zone, history))
        {
            return new SeriesBound(vnodes.Value, BoundKind.Capacity, "kern.maxvnodes");
        }

        return latest.Zones?.Find(name) is { Limit: > 0 } row
            ? new SeriesBound(row.Limit, BoundKind.Limit, $"limit of {name}")
            : null;
    }

    /// <summary>
    /// A cache may fill up to its bound; objects that the counter of the cache does not count are none of it. True where
    /// one of the counters rose by a fair part of what the zone did, or where none is known.
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
        ImmutableArray<double>.Builder numbers = ImmutableArray.CreateBuilder<double>(series.Count);
        foreach (long? value in series.Least.IsEmpty ? series.Values : series.Least)
        {
            numbers.Add(value ?? double.NaN);
        }

        return numbers.MoveToImmutable();
    }
}
