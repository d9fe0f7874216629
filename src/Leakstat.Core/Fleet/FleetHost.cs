using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Fleet;

/// <summary>
/// What a fleet keeps of one host once it was judged: kilobytes, so that the histories of thousands of hosts never
/// lie in memory together. Immutable.
/// </summary>
public sealed record FleetHost
{
    /// <summary>Its place in the input, from 0; names it in links.</summary>
    public required int Number { get; init; }

    /// <summary>
    /// What reports call it: its name; <c>(no name)</c>, numbered where there are several; the place of what could
    /// not be read.
    /// </summary>
    public required string Label { get; init; }

    /// <summary>Whether captures of it were read; false for a host that stands for what could not be.</summary>
    public bool IsRead { get; init; } = true;

    /// <summary>Who it is, by its latest capture.</summary>
    public required HostIdentity Identity { get; init; }

    /// <summary>Number of captures.</summary>
    public required int Captures { get; init; }

    /// <summary>Time of its latest capture, UTC; null where unknown.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>The verdict over it.</summary>
    public required HostVerdict Verdict { get; init; }

    /// <summary>Its findings, the one to look at first first, without their evidence and advice.</summary>
    public required ImmutableArray<Finding> Findings { get; init; }

    /// <summary>
    /// Chance that what grows would look so without a trend, by subject, corrected for all series of the host; of
    /// subjects that were found by a trend.
    /// </summary>
    public ImmutableDictionary<Subject, double> Chances { get; init; } = ImmutableDictionary<Subject, double>.Empty;

    /// <summary>What tells it from other hosts.</summary>
    public HostTraits Traits { get; init; } = HostTraits.None;

    /// <summary>How fast its series rise, each alone; what the pool of hosts is made of.</summary>
    public ImmutableArray<SeriesSlope> Slopes { get; init; } = [];

    /// <summary>How fast its series rose before its last upgrade; null where that is not known.</summary>
    public HostUpgrade? Upgrade { get; init; }

    /// <summary>The finding that makes the verdict, where something is wrong; null otherwise.</summary>
    public Finding? Worst => Findings.FirstOrDefault(HostVerdicts.IsWrong);

    /// <summary>
    /// How fast what findings call by this name rises, bytes per day; 0 of what never changed or has a reason to rise,
    /// null where no growth was judged.
    /// </summary>
    internal double? SlopeOf(Subject subject) => Slopes.IsEmpty
        ? null
        : Slopes.FirstOrDefault(s => SubjectOf(s.Key) == subject).BytesPerDay;

    /// <summary>Takes from a diagnosis what a fleet keeps.</summary>
    /// <param name="number">Place in the input.</param>
    /// <param name="label">What reports call it.</param>
    /// <param name="report">The diagnosis.</param>
    public static FleetHost Of(int number, string label, DiagnosisReport report)
    {
        ImmutableArray<SeriesSlope> slopes = SeriesSlope.Of(report.Trends);
        return new FleetHost
        {
            Number = number,
            Label = label,
            Identity = report.Host,
            Captures = report.Captures.Length,
            LastSeen = report.Captures.Max(c => c.TakenAt),
            Verdict = report.Verdict,
            Findings = [.. report.Findings.Select(f => f with { Evidence = [], Advice = [] })],
            Chances = ChancesOf(report),
            Traits = HostTraits.Of(report.Latest),
            Slopes = slopes,
            Upgrade = HostUpgrade.Of(report, slopes),
        };
    }

    private static ImmutableDictionary<Subject, double> ChancesOf(DiagnosisReport report)
    {
        if (report.Trends is not { } trends)
        {
            return ImmutableDictionary<Subject, double>.Empty;
        }

        HashSet<Subject> found = [.. report.Findings.Where(f => f.Growth is not null).Select(f => f.Subject)];
        return trends.Results
            .Select(r => (Subject: SubjectOf(r.Key), r.Value.Chance))
            .Where(r => found.Contains(r.Subject))
            .GroupBy(r => r.Subject)
            .ToImmutableDictionary(g => g.Key, g => g.Min(r => r.Chance));
    }

    /// <summary>What a series is called in findings.</summary>
    internal static Subject SubjectOf(SeriesKey key) => key.Kind switch
    {
        SeriesKind.ZoneUsed => Subject.Zone(key.Name),
        SeriesKind.MallocBytes => Subject.Malloc(key.Name),
        _ => new Subject(SubjectKind.Wired, key.Name),
    };
}
