namespace Leakstat.DetectionBench.Hosts;

/// <summary>A zone of a simulated host at each sample.</summary>
/// <param name="Name">Name as <c>vmstat -z</c> prints it.</param>
/// <param name="Size">Bytes of an item.</param>
/// <param name="Count">Samples.</param>
internal sealed record ZoneTrack(string Name, long Size, int Count)
{
    /// <summary>Stands for a sample at which the host did not print the zone.</summary>
    public const long Absent = long.MinValue;

    /// <summary>Items the zone may hold; 0 for no limit.</summary>
    public long Limit { get; init; }

    /// <summary>Items in use.</summary>
    public long[] Used { get; init; } = new long[Count];

    /// <summary>Items free.</summary>
    public long[] Free { get; init; } = new long[Count];

    /// <summary>Allocations since boot.</summary>
    public long[] Requests { get; init; } = new long[Count];
}

/// <summary>A malloc(9) type of a simulated host at each sample.</summary>
/// <param name="Name">Name as <c>vmstat -m</c> prints it.</param>
/// <param name="Count">Samples.</param>
internal sealed record TypeTrack(string Name, int Count)
{
    /// <summary>Bucket sizes it is seen to use.</summary>
    public int[] Sizes { get; init; } = [];

    /// <summary>Allocations in use.</summary>
    public long[] InUse { get; init; } = new long[Count];

    /// <summary>Bytes in use.</summary>
    public long[] Bytes { get; init; } = new long[Count];

    /// <summary>Allocations since boot.</summary>
    public long[] Requests { get; init; } = new long[Count];
}
