using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>A zone or malloc type over the rounds of an exercise.</summary>
public sealed record RoundSubject
{
    /// <summary>The zone or type.</summary>
    public required Subject Subject { get; init; }

    /// <summary>What it does.</summary>
    public required RoundTest Test { get; init; }

    /// <summary>Whether it belongs to the module that is tried: it came with it, or has its name.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Why its rise is no leak, in words; null where nothing explains it.</summary>
    public string? Explanation { get; init; }

    /// <summary>Live items before the first round that counts and behind each.</summary>
    public required ImmutableArray<long> Counts { get; init; }

    /// <summary>Bytes per round; null where sizes are unknown.</summary>
    public long? BytesPerRound { get; init; }

    /// <summary>Where the last stands.</summary>
    public SourceLine? LastAt { get; init; }

    /// <summary>Whether it leaks with every round.</summary>
    public bool IsLeak => Test.Outcome == RoundOutcome.Rises && Explanation is null;
}

/// <summary>What rose over the rounds of an exercise.</summary>
/// <param name="Plan">What was done.</param>
/// <param name="Subjects">What rose, the most items per round first; what did not rise is left out.</param>
/// <param name="Judged">Zones and types that were examined.</param>
public sealed record RoundJudgement(RoundPlan Plan, ImmutableArray<RoundSubject> Subjects, int Judged);
