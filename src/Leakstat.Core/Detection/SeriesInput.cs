using System.Collections.Immutable;
using Leakstat.Detection.Weighing;

namespace Leakstat.Detection;

/// <summary>What a series stands for, as far as judging its growth goes.</summary>
public enum SeriesRole
{
    /// <summary>Things in use. Growth that nothing explains is a leak.</summary>
    Live,

    /// <summary>
    /// A sum of things that have series of their own; named only where none of its parts moves with it.
    /// </summary>
    Aggregate,

    /// <summary>Things kept free for later. Growth is fragmentation, never a leak.</summary>
    Reserve,

    /// <summary>A cache that gives back under pressure. Growth is its purpose.</summary>
    Elastic,
}

/// <summary>What happens when a series reaches its bound.</summary>
public enum BoundKind
{
    /// <summary>Allocation fails.</summary>
    Limit,

    /// <summary>A cache is full by design and recycles.</summary>
    Capacity,
}

/// <summary>A value that a series cannot pass.</summary>
/// <param name="Value">In the unit of the series.</param>
/// <param name="Kind">What reaching it means.</param>
/// <param name="Name">Name of the limit, for the report.</param>
public sealed record SeriesBound(double Value, BoundKind Kind, string Name);

/// <summary>One series of a host.</summary>
public sealed record SeriesInput
{
    /// <summary>Name, unique within the host; ties are broken by it.</summary>
    public required string Key { get; init; }

    /// <summary>One value per sample of the host, NaN where missing.</summary>
    public ImmutableArray<double> Values { get; init; } = [];

    /// <summary>Allocations so far, one per sample, NaN where missing; empty where unknown.</summary>
    public ImmutableArray<double> Allocations { get; init; } = [];

    /// <summary>
    /// Frees so far; with <see cref="Allocations"/> it gives the live items where a value is missing.
    /// </summary>
    public ImmutableArray<double> Frees { get; init; } = [];

    /// <summary>
    /// The smallest step the series can make: 1 for items, the item size for bytes, 1024 for values in K.
    /// </summary>
    public double Quantum { get; init; } = 1;

    /// <summary>Bytes per unit of the series; ranks series that move together. 1 for series in bytes.</summary>
    public double BytesPerUnit { get; init; } = 1;

    /// <summary>What it stands for.</summary>
    public SeriesRole Role { get; init; }

    /// <summary>Bound, where one is known.</summary>
    public SeriesBound? Bound { get; init; }

    /// <summary>What the owner is known to be.</summary>
    public OwnerNature Nature { get; init; }

    /// <summary>Names of counters that it goes with by what it is for; empty where nothing is known.</summary>
    public ImmutableArray<string> Follows { get; init; } = [];

    /// <summary>
    /// Whether it counts things that people make and can list, of which no counter is known: then its rise proves
    /// nothing.
    /// </summary>
    public bool IsUncounted { get; init; }

    /// <summary>
    /// Name of the counter that counts these very things, so that it goes with them whatever the reason; null where
    /// none does.
    /// </summary>
    public string? OwnCounter { get; init; }

    /// <summary>
    /// Whether the series may be below zero by nature (a difference of others). A count cannot, and that alone rules
    /// out many a cycle.
    /// </summary>
    public bool IsSigned { get; init; }
}

/// <summary>A level that may explain growth: processes, open files, sockets, vnodes. Never a running total.</summary>
/// <param name="Name">Name, for the report.</param>
/// <param name="Values">One value per sample, NaN where missing.</param>
public sealed record ExplainingCounter(string Name, ImmutableArray<double> Values);

/// <summary>All series of one host on one time line.</summary>
public sealed record HostSeries
{
    /// <summary>
    /// Time of each sample in hours from any origin. Best sorted; samples out of order are put in order.
    /// </summary>
    public required ImmutableArray<double> Hours { get; init; }

    /// <summary>Number of the boot that each sample belongs to; empty where all belong to one.</summary>
    public ImmutableArray<int> Boots { get; init; } = [];

    /// <summary>
    /// Hours since boot at the first sample; NaN where unknown. A later boot begins with its first sample.
    /// </summary>
    public double UptimeAtStart { get; init; } = double.NaN;

    /// <summary>Physical memory, bytes; NaN where unknown.</summary>
    public double PhysicalBytes { get; init; } = double.NaN;

    /// <summary>The series.</summary>
    public required ImmutableArray<SeriesInput> Series { get; init; }

    /// <summary>Levels that may explain growth.</summary>
    public ImmutableArray<ExplainingCounter> Counters { get; init; } = [];
}
