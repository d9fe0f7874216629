using System.Collections.Immutable;
using Leakstat.Detection.Weighing;

namespace Leakstat.Detection;

/// <summary>What a series does.</summary>
public enum TrendClass
{
    /// <summary>Never changes.</summary>
    Constant,

    /// <summary>Too few samples for any verdict.</summary>
    Insufficient,

    /// <summary>Changes without a rise that lasts: noise, a cycle, steps, a fall.</summary>
    Noise,

    /// <summary>Rose to a level and stays, or is slowing down towards one.</summary>
    Plateau,

    /// <summary>A cache on its way to a capacity that is known.</summary>
    BoundedFill,

    /// <summary>Rises with a counter that explains it.</summary>
    Explained,

    /// <summary>Rises as much of the host does at the same time.</summary>
    HostWide,

    /// <summary>A cache that gives back under pressure rises.</summary>
    Elastic,

    /// <summary>What is kept free rises, what is in use does not: fragmentation.</summary>
    Fragmentation,

    /// <summary>Rises, and more samples are needed to say why.</summary>
    Rising,

    /// <summary>More probably than not memory that is not given back, though not proven.</summary>
    Suspect,

    /// <summary>Rises without end and without explanation.</summary>
    Leak,

    /// <summary>Leaked, and stopped before the end.</summary>
    Stopped,
}

/// <summary>A growth rate with its 95 % interval.</summary>
/// <param name="PerHour">Units per hour.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct GrowthRate(double PerHour, double Low, double High);

/// <summary>When a series reaches its bound, in hours on the host's time line, with an 80 % interval.</summary>
/// <param name="Of">Name of the bound.</param>
/// <param name="At">Best estimate.</param>
/// <param name="Low">Nine in ten chances that it is later.</param>
/// <param name="High">Nine in ten chances that it is sooner; infinite where the rate may be nil.</param>
public sealed record Exhaustion(string Of, double At, double Low, double High);

/// <summary>The verdict on one series.</summary>
public sealed record TrendResult
{
    /// <summary>Key of the series.</summary>
    public required string Key { get; init; }

    /// <summary>What it does.</summary>
    public required TrendClass Class { get; init; }

    /// <summary>Whether it lost memory for good.</summary>
    public bool IsLeak => Class is TrendClass.Leak or TrendClass.Stopped;

    /// <summary>Growth while it rose.</summary>
    public GrowthRate Rate { get; init; }

    /// <summary>Units gained from the start of the rise to its end.</summary>
    public double Gain { get; init; }

    /// <summary>Index of the sample where the rise starts; -1 where there is none.</summary>
    public int Start { get; init; } = -1;

    /// <summary>Index of the last sample of the rise; -1 where there is none.</summary>
    public int End { get; init; } = -1;

    /// <summary>
    /// Chance that a series without a trend looks like this, after all corrections; 1 where nothing rises.
    /// </summary>
    public double Chance { get; init; } = 1;

    /// <summary>How often a verdict like this is right, 0 to 1.</summary>
    public double Confidence { get; init; }

    /// <summary>
    /// By how much a line explains the rise better than every plateau does, as twice a log-likelihood ratio: 4 stands
    /// for two standard deviations. NaN where there was no need to ask.
    /// </summary>
    public double LineOverPlateau { get; init; } = double.NaN;

    /// <summary>Counter that explains the growth.</summary>
    public string? ExplainedBy { get; init; }

    /// <summary>Share of the bound that is used up, where a bound is known.</summary>
    public double? BoundUsed { get; init; }

    /// <summary>When the bound is reached, for a leak with a bound.</summary>
    public Exhaustion? Exhaustion { get; init; }

    /// <summary>Number of the group of series that move together; -1 for a series alone.</summary>
    public int Group { get; init; } = -1;

    /// <summary>What all evidence together says; null where nothing rose.</summary>
    public Suspicion? Suspicion { get; init; }

    /// <summary>
    /// Key of the series that names the group: the largest that is no aggregate. Its own key when alone.
    /// </summary>
    public string? GroupLeader { get; init; }
}

/// <summary>The verdicts on one host, in the order of its series.</summary>
/// <param name="Results">One per series.</param>
public sealed record HostTrends(ImmutableArray<TrendResult> Results)
{
    /// <summary>Leaks by their leading series, the one that lost most bytes per hour first.</summary>
    public required ImmutableArray<TrendResult> Leaks { get; init; }

    /// <summary>Index of the first sample of the boot that was judged.</summary>
    public int From { get; init; }

    /// <summary>Index of the last sample of it; −1 where there is none.</summary>
    public int To { get; init; } = -1;

    /// <summary>Suspects by their leading series, the most probable first.</summary>
    public ImmutableArray<TrendResult> Suspects { get; init; } = [];
}
