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
        null or TrendClass.Insufficient or TrendClass.Rising or TrendClass.Leak => false,
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
    public IEnumerable<SeriesKey> GroupOf(SeriesKey leader)
    {
        if (Of(leader) is not { Group: >= 0 } result)
        {
            return [];
        }

        return _results.Where(r => r.Value.Group == result.Group && r.Key != leader)
            .Select(r => r.Key)
            .OrderBy(k => k.Kind).ThenBy(k => k.Name, StringComparer.Ordinal);
    }
}
