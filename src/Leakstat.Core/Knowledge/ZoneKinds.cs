using System.Globalization;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>
/// What a zone's name tells where <c>vm.uma</c> is missing: <c>vmstat -z</c> does not say which zones share memory
/// with others (<c>sys/vm/uma_core.c</c>, <c>sys/kern/kern_mbuf.c</c>, <c>sys/kern/kern_malloc.c</c>).
/// </summary>
public static class ZoneKinds
{
    /// <summary>Whether the zone's items are memory of the ARC: its data, headers and descriptors.</summary>
    public static bool IsOfArc(string name) => ZoneFacts.Has(name, ZoneTraits.Arc);

    /// <summary>
    /// Whether it is a bucket of malloc(9): <c>malloc-256</c> from 13.0 on, <c>256</c> before
    /// (also <c>mt_zone</c>-like names of debugging kernels: <c>malloc-256-1</c>).
    /// </summary>
    public static bool IsMallocBucket(string name) => MallocBucketSize(name) is not null;

    /// <summary>Block size of a malloc bucket, bytes; null for any other zone.</summary>
    public static int? MallocBucketSize(string name)
    {
        ReadOnlySpan<char> text = name;
        if (text.StartsWith("malloc-", StringComparison.Ordinal))
        {
            text = text[7..];
            int dash = text.IndexOf('-');
            text = dash < 0 ? text : text[..dash];
        }

        return text.Length is >= 2 and <= 5
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            && MallocSizes.All.Contains(size)
            ? size
            : null;
    }

    /// <summary>Whether its items are memory of another allocator, so that it owns no slabs.</summary>
    public static bool IsCacheZone(string name) => ZoneFacts.Has(name, ZoneTraits.Borrowed);

    /// <summary>Whether SIZE is the size on one CPU and each item exists once per CPU.</summary>
    public static bool IsPerCpu(string name) => ZoneFacts.Has(name, ZoneTraits.PerCpu);

    /// <summary>
    /// Whether the zone serves the allocator itself; it follows all other zones and never is a finding of its own.
    /// </summary>
    public static bool IsInternal(string name) => ZoneFacts.Has(name, ZoneTraits.Internal);
}
