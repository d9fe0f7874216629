using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>What a series counts.</summary>
public enum SeriesKind
{
    /// <summary>Allocated items of a zone (zones of one name added up).</summary>
    ZoneUsed,

    /// <summary>Free items of a zone.</summary>
    ZoneFree,

    /// <summary>Failed allocations of a zone since boot.</summary>
    ZoneFailures,

    /// <summary>Live allocations of a malloc type.</summary>
    MallocInUse,

    /// <summary>Live bytes of a malloc type.</summary>
    MallocBytes,

    /// <summary>An account of the ledger's pages or wired side, bytes; <c>unaccounted</c> for the remainder.</summary>
    Account,

    /// <summary>A counter that explains growth, by its name in <see cref="ExplainingCounters"/>.</summary>
    Counter,

    /// <summary>Pages of a keg (<c>vm.uma</c>), by node.</summary>
    KegPages,

    /// <summary>Live items of a zone by <c>vm.uma</c> node.</summary>
    KegItems,

    /// <summary>Allocations of a zone since boot, failed ones not among them: a running total.</summary>
    ZoneRequests,

    /// <summary>Allocations of a malloc type since boot: a running total.</summary>
    MallocRequests,

    /// <summary>Mbufs or clusters in use, by pool of <c>netstat -m</c>.</summary>
    MbufCurrent,

    /// <summary>Mbufs or clusters kept in cache, by pool of <c>netstat -m</c>.</summary>
    MbufCache,
}

/// <summary>Name of a series.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Name">Zone, type, account or sysctl.</param>
public readonly record struct SeriesKey(SeriesKind Kind, string Name);

/// <summary>One capture's place on the time line.</summary>
/// <param name="Source">The capture's source.</param>
/// <param name="TakenAt">Time; null where unknown.</param>
/// <param name="BootedAt">Boot time, where known.</param>
/// <param name="UptimeSeconds">Time since boot, seconds, where known.</param>
/// <param name="Boot">Number of the boot it belongs to, from 0; a new number wherever a reboot was noticed.</param>
public sealed record Sample(
    string Source, DateTimeOffset? TakenAt, DateTimeOffset? BootedAt, long? UptimeSeconds, int Boot);

/// <summary>Something that happened between two samples.</summary>
/// <param name="Sample">Index of the first sample after it.</param>
/// <param name="Kind">
/// <c>boot</c>, <c>module loaded</c>, <c>module unloaded</c>, <c>release</c>, <c>tunable</c>, <c>clock</c>,
/// <c>host</c>.
/// </param>
/// <param name="Text">What, for a person.</param>
/// <param name="At">Where it shows in the later capture, when at one place.</param>
public sealed record HistoryEvent(int Sample, string Kind, string Text, SourceLine? At);

/// <summary>The captures of one host in time order, as series.</summary>
public sealed class HostHistory
{
    private readonly Dictionary<SeriesKey, Series> _series;
    private Series[]? _sorted;

    /// <summary>Takes samples, series and events.</summary>
    public HostHistory(ImmutableArray<Sample> samples, IEnumerable<Series> series, ImmutableArray<HistoryEvent> events)
    {
        Samples = samples;
        Events = events;
        _series = series.ToDictionary(s => s.Key);
        CurrentBootStart = BootStart(samples);
    }

    /// <summary>Samples in time order.</summary>
    public ImmutableArray<Sample> Samples { get; }

    /// <summary>Events in sample order.</summary>
    public ImmutableArray<HistoryEvent> Events { get; }

    /// <summary>All series, by kind and then name.</summary>
    public IEnumerable<Series> Series => _sorted ??= [.. _series.Values
        .OrderBy(s => s.Key.Kind).ThenBy(s => s.Key.Name, StringComparer.Ordinal)];

    /// <summary>A series; null where no sample has it.</summary>
    public Series? Find(SeriesKind kind, string name) => _series.GetValueOrDefault(new SeriesKey(kind, name));

    /// <summary>First sample of the boot that the latest sample belongs to.</summary>
    public int CurrentBootStart { get; }

    /// <summary>
    /// Hours from one sample to another; null where a time is unknown or the clock did not go forward.
    /// </summary>
    public double? Hours(int from, int to) =>
        Samples[from].TakenAt is { } start && Samples[to].TakenAt is { } end && end > start
            ? (end - start).TotalHours
            : null;

    private static int BootStart(ImmutableArray<Sample> samples)
    {
        int start = samples.Length - 1;
        while (start > 0 && samples[start - 1].Boot == samples[^1].Boot)
        {
            start--;
        }

        return Math.Max(start, 0);
    }
}
