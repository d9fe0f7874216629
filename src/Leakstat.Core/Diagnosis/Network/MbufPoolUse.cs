using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Network;

/// <summary>One pool of mbufs or clusters at one moment, from <c>vmstat -z</c> and <c>netstat -m</c>.</summary>
internal sealed record MbufPoolUse
{
    /// <summary>Zone name as the host prints it: <c>mbuf_cluster</c>.</summary>
    public required string Zone { get; init; }

    /// <summary>What its items are called: <c>mbuf clusters</c>.</summary>
    public required string Items { get; init; }

    /// <summary>The sysctl that limits it: <c>kern.ipc.nmbclusters</c>.</summary>
    public required string LimitName { get; init; }

    /// <summary>Size of an item, bytes.</summary>
    public required long ItemBytes { get; init; }

    /// <summary>
    /// Items that somebody holds. Clusters parked in free items of <c>mbuf_packet</c> are not among them, although
    /// <c>vmstat -z</c> counts them as USED of <c>mbuf_cluster</c>.
    /// </summary>
    public required Reading InUse { get; init; }

    /// <summary>
    /// What the other of the two commands says, far less than <see cref="InUse"/>: they are of two moments. Null where
    /// both agree, and where there is one.
    /// </summary>
    public Reading? OtherInUse { get; init; }

    /// <summary>
    /// The numbers that <see cref="InUse"/> is reckoned from, each where it stands; empty where it stands as it is.
    /// </summary>
    public ImmutableArray<(string What, Reading Number)> InUseFrom { get; init; } = [];

    /// <summary>Free items in caches, those inside cached packets among them.</summary>
    public long Cached { get; init; }

    /// <summary>Limit, items; null where none is set or known.</summary>
    public Reading? Limit { get; init; }

    /// <summary>Most items that were in use at once since boot; null where it is not printed (6 and later).</summary>
    public Reading? Peak { get; init; }

    /// <summary>Whether all that the limit allows was in use at some time.</summary>
    public bool WasFull => Peak is { } peak && Limit is { Value: > 0 } limit && peak.Value >= limit.Value;

    /// <summary>Requests denied since boot.</summary>
    public Reading? Denied { get; init; }

    /// <summary>
    /// What the other of the two commands counts, far less than <see cref="Denied"/>; null where both agree.
    /// </summary>
    public Reading? OtherDenied { get; init; }

    /// <summary>Requests delayed (slept at the limit) since boot.</summary>
    public Reading? Delayed { get; init; }

    /// <summary>Successful requests since boot; only from <c>vmstat -z</c>.</summary>
    public long? Requests { get; init; }

    /// <summary>Share of the limit that is in use.</summary>
    public double? Fill => Limit is { Value: > 0 } limit ? (double)InUse.Value / limit.Value : null;

    /// <summary>
    /// A line about what is in use, and where it is reckoned from other numbers, one for each of them.
    /// </summary>
    public IEnumerable<Evidence> InUseEvidence(string text) => InUseFrom.IsEmpty
        ? [Evidence.Of(text, InUse)]
        :
        [
            new Evidence(text, InUse.Value),
            .. InUseFrom.Select(part => Evidence.Of($"{part.What}: {Display.Count(part.Number.Value)}", part.Number)),
        ];

    /// <summary>Bytes in use.</summary>
    public long BytesInUse => Arithmetic.Multiply(InUse.Value, ItemBytes);
}
