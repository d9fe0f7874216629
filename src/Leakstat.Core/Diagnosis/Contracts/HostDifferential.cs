using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>Which of two sides has a series.</summary>
public enum Presence
{
    /// <summary>Both.</summary>
    Both,

    /// <summary>Only A: it is gone in B.</summary>
    OnlyInA,

    /// <summary>Only B: it is new there.</summary>
    OnlyInB,
}

/// <summary>What differs in the growth of one series.</summary>
public enum GrowthChange
{
    /// <summary>Nothing that could not be chance, or no comparison was possible.</summary>
    None,

    /// <summary>It grows in B and not in A.</summary>
    Begins,

    /// <summary>It grows in both, in B faster.</summary>
    Faster,

    /// <summary>It grows in both, in B more slowly.</summary>
    Slower,

    /// <summary>It grows in A and not in B.</summary>
    Ends,

    /// <summary>It grows more in B, and what is counted or known of the hosts explains it.</summary>
    Explained,
}

/// <summary>A rate of one side, or the difference of two.</summary>
/// <param name="PerHour">Bytes per hour.</param>
/// <param name="Low">Lower end of the 95 % interval; null where the captures are too few for one.</param>
/// <param name="High">Upper end.</param>
public readonly record struct ComparedRate(double PerHour, double? Low, double? High);

/// <summary>One series of two hosts, over the uptime that they have in common.</summary>
public sealed record ComparedSeries
{
    /// <summary>What it is, by the name that B uses (A's where only A has it).</summary>
    public required Subject Subject { get; init; }

    /// <summary>Its key in the history of the side that names it.</summary>
    public required SeriesKey Key { get; init; }

    /// <summary>Names that A has for it where they differ; empty where they do not.</summary>
    public ImmutableArray<string> NamesInA { get; init; } = [];

    /// <summary>Names that B has for it where it is more than one.</summary>
    public ImmutableArray<string> NamesInB { get; init; } = [];

    /// <summary>Which side has it.</summary>
    public required Presence Presence { get; init; }

    /// <summary>Rate in A, bytes per hour; null where A lacks it or has too few captures.</summary>
    public ComparedRate? RateInA { get; init; }

    /// <summary>Rate in B.</summary>
    public ComparedRate? RateInB { get; init; }

    /// <summary>Rate of B minus A at equal uptimes; null where the uptimes do not overlap.</summary>
    public ComparedRate? Difference { get; init; }

    /// <summary>Bytes in the latest capture of A that has it.</summary>
    public long? BytesInA { get; init; }

    /// <summary>Bytes in the latest capture of B that has it.</summary>
    public long? BytesInB { get; init; }

    /// <summary>Bytes gained by B over the common uptime.</summary>
    public long? GainInB { get; init; }

    /// <summary>Bytes gained by A over the common uptime.</summary>
    public long? GainInA { get; init; }

    /// <summary>Factor by which A's growth was counted, because B is larger or busier; 1 for as it is.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Why <see cref="Scale"/> is not 1, or which counter explains the difference; null for neither.</summary>
    public string? Reason { get; init; }

    /// <summary>What differs.</summary>
    public GrowthChange Change { get; init; }

    /// <summary>
    /// Chance that the growth differs this much without a reason, after correction for autocorrelation and for the number
    /// of series; 1 where nothing shows.
    /// </summary>
    public double Chance { get; init; } = 1;

    /// <summary>The engine's verdict on B with A's movement taken out.</summary>
    public TrendClass Class { get; init; } = TrendClass.Noise;

    /// <summary>Sample of B where the difference sets in; -1 where it does not.</summary>
    public int Start { get; init; } = -1;

    /// <summary>Where A's latest value stands.</summary>
    public SourceLine? AtInA { get; init; }

    /// <summary>Where B's latest value stands.</summary>
    public SourceLine? AtInB { get; init; }

    /// <summary>Owners, by the side that has it; B where both do.</summary>
    public ImmutableArray<Owner> Owners { get; init; } = [];

    /// <summary>Whether the difference is more than chance.</summary>
    public bool IsSignificant => Change is not GrowthChange.None;

    /// <summary>Whether B grows where A did not, or faster, and nothing explains it.</summary>
    public bool IsRegression => Change is GrowthChange.Begins or GrowthChange.Faster;
}

/// <summary>A level of load on both sides, averaged over the common uptime.</summary>
/// <param name="Name">Counter.</param>
/// <param name="A">Mean in A.</param>
/// <param name="B">Mean in B.</param>
public sealed record ComparedLoad(string Name, double A, double B)
{
    /// <summary>How many times as much B has.</summary>
    public double Ratio => B / Math.Max(A, 1);
}

/// <summary>Two hosts, or one host before and after a change, side by side.</summary>
public sealed record HostDifferential
{
    /// <summary>Fewest common points for any verdict; as for a single host.</summary>
    public const int FewestPoints = 6;

    /// <summary>The host that is compared with.</summary>
    public required DiagnosisCase A { get; init; }

    /// <summary>The host that is judged.</summary>
    public required DiagnosisCase B { get; init; }

    /// <summary>What to call A.</summary>
    public required string NameOfA { get; init; }

    /// <summary>What to call B.</summary>
    public required string NameOfB { get; init; }

    /// <summary>The common uptime; null where an uptime is not known.</summary>
    public UptimeOverlap? Overlap { get; init; }

    /// <summary>Whether there are common points enough for a verdict.</summary>
    public bool IsJudged => Overlap is { } overlap && overlap.Points.Length >= FewestPoints;

    /// <summary>Series that changed on a side or that one side lacks: regressions first, then by what differs and size.</summary>
    public ImmutableArray<ComparedSeries> Series { get; init; } = [];

    /// <summary>Number of series that both have and that changed on neither.</summary>
    public int Unchanged { get; init; }

    /// <summary>What changed from A to B: release, modules, settings, memory.</summary>
    public ImmutableArray<HistoryEvent> Changes { get; init; } = [];

    /// <summary>Load that both sides count.</summary>
    public ImmutableArray<ComparedLoad> Load { get; init; } = [];

    /// <summary>What has to be known to read the rest: uptimes that do not meet, tables that a side lacks.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}
