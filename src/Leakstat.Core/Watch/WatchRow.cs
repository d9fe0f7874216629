using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Watch;

/// <summary>One zone, malloc type, kind of mbuf or account at one moment of a watch.</summary>
public sealed record WatchRow
{
    /// <summary>What it is.</summary>
    public required Subject Subject { get; init; }

    /// <summary>Bytes in use.</summary>
    public required long Bytes { get; init; }

    /// <summary>Items in use; null where it does not consist of items.</summary>
    public long? Items { get; init; }

    /// <summary>Bytes held free in caches; null where unknown.</summary>
    public long? FreeBytes { get; init; }

    /// <summary>Bytes gained since the start of the watch (or the boot, or the mark); null where the start had no number.</summary>
    public long? Change { get; init; }

    /// <summary>Whether it did not exist at the start, so that the whole of it is change.</summary>
    public bool IsNew { get; init; }

    /// <summary>Bytes per hour over <see cref="Recent"/>; null where that is too short, or times are unknown.</summary>
    public double? BytesPerHour { get; init; }

    /// <summary>The latest samples, bytes, the newest last; null where a sample lacks it.</summary>
    public ReadOnlyMemory<long?> Recent { get; init; }

    /// <summary>What limits it; null where nothing does, or the host does not say.</summary>
    public WatchBound? Bound { get; init; }

    /// <summary>Failed requests since boot; null where they are not counted.</summary>
    public long? Failures { get; init; }

    /// <summary>Whether the latest capture lacks it: the numbers are those of the last that had it.</summary>
    public bool IsStale { get; init; }

    /// <summary>Where the number stands.</summary>
    public SourceLine? At { get; init; }
}

/// <summary>A limit and how much of it is used.</summary>
/// <param name="Name">The sysctl or setting; null where only the zone has it.</param>
/// <param name="Most">The limit, in the unit of <paramref name="Used"/>.</param>
/// <param name="Used">What counts against it.</param>
/// <param name="IsBytes">Whether both are bytes, else items.</param>
public sealed record WatchBound(string? Name, long Most, long Used, bool IsBytes = false)
{
    /// <summary>Share that is used.</summary>
    public double Fill => Most > 0 ? (double)Used / Most : 0;
}
