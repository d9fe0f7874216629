using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.History;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>What the trend engine says of the series of one host. Immutable, and safe to read from many threads.</summary>
public sealed class TrendJudgement
{
    private readonly Dictionary<SeriesKey, TrendResult> _results;
    private readonly bool _canProve;

    /// <summary>Takes the results of the engine.</summary>
    /// <param name="results">Result of every series that was analyzed.</param>
    /// <param name="leaks">Series that leak, the one that loses most per hour first.</param>
    /// <param name="canProve">Whether there are captures enough (twelve) to say leak.</param>
    internal TrendJudgement(Dictionary<SeriesKey, TrendResult> results, ImmutableArray<SeriesKey> leaks, bool canProve)
    {
        _results = results;
        _canProve = canProve;
        Leaks = leaks;
    }

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

    /// <summary>Whether there are captures enough for the engine's verdicts to stand; below that they only exclude.</summary>
    public bool CanProve => _canProve;

    /// <summary>Series that are suspects, one for each group, the most probable first.</summary>
    public ImmutableArray<SeriesKey> Suspects { get; init; } = [];

    /// <summary>First sample of the boot that was judged.</summary>
    public int From { get; init; }

    /// <summary>Last sample of it.</summary>
    public int To { get; init; }

    /// <summary>Wired memory that nobody owns, as far as the captures tell it; null where they do not.</summary>
    internal Series? Remainder { get; init; }

    /// <summary>The series as the engine took them.</summary>
    public required HostSeries Host { get; init; }

    /// <summary>What leaked in boots that are over.</summary>
    public ImmutableArray<EarlierLeak> Earlier { get; init; } = [];

    /// <summary>Growth that ends in a reboot, boot after boot; the one that takes most first.</summary>
    public ImmutableArray<(SeriesKey Key, GrowthCycle Cycle)> Cycles { get; init; } = [];

    /// <summary>The series of a key: of the remainder the one that was judged.</summary>
    internal Series? SeriesOf(HostHistory history, SeriesKey key) =>
        Remainder is { } remainder && key == remainder.Key ? remainder : history.Find(key.Kind, key.Name);
}
