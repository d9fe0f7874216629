using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>A zone or malloc type of the machine while it runs.</summary>
internal sealed class MemoryRow(string name, bool isZone, long size, int samples)
{
    private double _held;

    public string Name => name;

    public bool IsZone => isZone;

    /// <summary>Bytes of an item; of a malloc type the bucket that new ones come from.</summary>
    public long Size => size;

    public Culprit Owner => new(isZone ? "zone" : "malloc", name);

    /// <summary>Items there right after boot.</summary>
    public double AtBoot { get; set; }

    /// <summary>Bytes of those, where their mean is not <see cref="Size"/>.</summary>
    public double BytesAtBoot { get; set; }

    /// <summary>Items free right after boot.</summary>
    public double FreeAtBoot { get; set; }

    /// <summary>Items it may hold; 0 for no limit.</summary>
    public long Limit { get; set; }

    /// <summary>Items of the populations and caches now.</summary>
    public double Living { get; set; }

    /// <summary>Items that came for good at a change and are in use, for all that is known.</summary>
    public double Shifted { get; private set; }

    /// <summary>Items lost since boot.</summary>
    public double Lost { get; set; }

    /// <summary>Allocations since boot.</summary>
    public double Requests { get; set; }

    public long[] Used { get; } = new long[samples];

    public long[] Free { get; } = new long[samples];

    public long[] Asked { get; } = new long[samples];

    /// <summary>What was lost at each sample: the truth, that no capture shows.</summary>
    public double[] LostAt { get; } = new double[samples];

    /// <summary>The bucket zone that items of a malloc type come from; null for zones and large allocations.</summary>
    public MemoryRow? Bucket { get; set; }

    public double Now => AtBoot + Living + Shifted + Lost;

    /// <summary>Takes or gives back items at once.</summary>
    public void Shift(double items)
    {
        Shifted = Math.Max(Shifted + items, 0);
        Requests += Math.Max(items, 0);
        Bucket?.Shift(items);
    }

    /// <summary>
    /// Items in slabs: as many as were in use at once, given back little by little, all at once under pressure
    /// (<c>zone_timeout</c> and <c>uma_reclaim</c> of <c>sys/vm/uma_core.c</c>).
    /// </summary>
    public double Held(double hours, bool isPressed)
    {
        double used = Now, slack = (used * 0.004) + FreeAtBoot;
        double given = isPressed ? 0 : Math.Exp(-hours / 30);
        _held = used + slack + (Math.Max(_held - used - slack, 0) * given);
        return _held;
    }

    public void Boot()
    {
        (Living, Lost, Shifted, _held, Requests) = (0, 0, 0, 0, AtBoot);
    }
}
