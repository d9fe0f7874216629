using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>
/// The ARC as one capture knows it: from <c>kstat.zfs.misc.arcstats</c>, else from the ARC line of top(1), else from a
/// report of <c>zfs-stats</c> or <c>arc_summary</c>. The last two are rounded and know little more than sizes.
/// </summary>
public sealed record ArcView
{
    private const string Statistics = "kstat.zfs.misc.arcstats.";

    /// <summary>Reports print two decimals of a number of at least 1: half a hundredth of it at most.</summary>
    private const long ReportRounding = 200;

    private readonly SysctlTable _sysctls = SysctlTable.Empty;

    private ArcView()
    {
    }

    /// <summary>Memory the ARC takes, bytes: data, metadata, headers, dnodes, dbufs, waste.</summary>
    public required Reading Size { get; init; }

    /// <summary>Target it steers to now, bytes (<c>c</c>).</summary>
    public Reading? Target { get; init; }

    /// <summary>Floor in effect, bytes (<c>c_min</c>).</summary>
    public Reading? Minimum { get; init; }

    /// <summary>Ceiling in effect, bytes (<c>c_max</c>).</summary>
    public Reading? Maximum { get; init; }

    /// <summary>Reads served from the ARC since boot.</summary>
    public Reading? Hits { get; init; }

    /// <summary>Reads that went to disk since boot.</summary>
    public Reading? Misses { get; init; }

    /// <summary>Where <see cref="Size"/> comes from, in the host's words.</summary>
    public required string How { get; init; }

    /// <summary>
    /// Ceiling that a setting asks for (<c>vfs.zfs.arc.max</c>, <c>vfs.zfs.arc_max</c>, or a line of loader.conf),
    /// bytes;
    /// null where the capture has none. It says what was asked, <see cref="Maximum"/> what is in effect.
    /// </summary>
    public Reading? Asked { get; init; }

    /// <summary>Whether the sizes were rounded by the tool that printed them.</summary>
    public bool IsRounded => RoundingError > 0;

    /// <summary>
    /// How far <see cref="Size"/> may lie from the truth because it was rounded, bytes; 0 where it is exact.
    /// </summary>
    public long RoundingError { get; init; }

    /// <summary>The ceiling to hold the size against: the one in effect, else the one asked for.</summary>
    public Reading? Ceiling => Maximum ?? Asked;

    /// <summary>
    /// Bytes that eviction could free now: the evictable parts of all states. Absent where the statistics lack them.
    /// </summary>
    public long? Evictable
    {
        get
        {
            long sum = 0;
            bool any = false;
            foreach (string leaf in (ReadOnlySpan<string>)[
                "anon_evictable_data", "anon_evictable_metadata", "mru_evictable_data", "mru_evictable_metadata",
                "mfu_evictable_data",
                "mfu_evictable_metadata",
                "uncached_evictable_data",
                "uncached_evictable_metadata"])
            {
                if (Leaf(leaf) is { Value: >= 0 } part)
                {
                    any = true;
                    sum = Arithmetic.Add(sum, part.Value);
                }
            }

            return any ? sum : null;
        }
    }

    /// <summary>Share of reads that were served from the ARC, 0–1; absent without both counters.</summary>
    public double? HitRatio => Hits is { Value: >= 0 } hits && Misses is { Value: >= 0 } misses && Accesses is > 0
        ? hits.Value / ((double)hits.Value + misses.Value)
        : null;

    /// <summary>Reads since boot; absent without both counters.</summary>
    public long? Accesses => Hits is { } hits && Misses is { } misses ? Arithmetic.Add(hits.Value, misses.Value) : null;

    /// <summary>
    /// What the ARC can give back when memory is short, bytes: its evictable part where that is known, and never below
    /// its floor; 0 where no floor is known.
    /// </summary>
    public long Reclaimable => Minimum is { } floor
        ? Math.Max(0, Math.Min(Arithmetic.Subtract(Size.Value, floor.Value), Evictable ?? long.MaxValue))
        : Math.Max(0, Evictable ?? 0);

    /// <summary>The ARC of a capture; null where the capture says nothing of one or it is empty.</summary>
    public static ArcView? Of(Capture capture)
    {
        SysctlTable sysctls = capture.Sysctls;
        if (sysctls.Number(Statistics + "size") is { Value: > 0 } size)
        {
            return new ArcView(sysctls)
            {
                Size = size,
                Target = Positive(sysctls.Number(Statistics + "c")),
                Minimum = Positive(sysctls.Number(Statistics + "c_min")),
                Maximum = Positive(sysctls.Number(Statistics + "c_max")),
                Hits = sysctls.Number(Statistics + "hits"),
                Misses = sysctls.Number(Statistics + "misses"),
                How = Statistics + "size",
                Asked = ArcSetting.Of(capture),
            };
        }

        if (capture.Top?.Arc.TryGetValue("Total", out Reading total) == true && total.Value > 0)
        {
            return new ArcView(sysctls)
            {
                Size = total,
                How = "top, ARC Total (rounded)",
                RoundingError = TopRounding(total.Value),
                Maximum = EffectiveSetting(capture),
                Asked = ArcSetting.Of(capture),
            };
        }

        return FromReport(capture);
    }

    /// <summary>A leaf of the statistics: <c>dnode_size</c>; null where the capture has none.</summary>
    public Reading? Leaf(string leaf) => _sysctls.Number(Statistics + leaf);

    /// <summary>
    /// The parts that <see cref="Size"/> is made of, the largest first, in bytes; empty where the statistics lack them.
    /// Up to 10 dbufs, dnodes and bonus buffers are one part, <c>other_size</c>.
    /// </summary>
    public ImmutableArray<(string Leaf, string Name, Reading Size)> Parts()
    {
        ReadOnlySpan<(string Leaf, string Name)> known =
        [
            ("data_size", "file data"), ("metadata_size", "metadata"), ("hdr_size", "headers"),
            ("l2_hdr_size", "headers of the L2ARC"), ("dbuf_size", "dbufs"), ("dnode_size", "dnodes"),
            ("bonus_size", "bonus buffers"), ("abd_chunk_waste_size", "slack of ABDs"),
        ];
        var parts = new List<(string Leaf, string Name, Reading Size)>();
        foreach ((string leaf, string name) in known)
        {
            if (Leaf(leaf) is { Value: > 0 } part)
            {
                parts.Add((leaf, name, part));
            }
        }

        // Where the three are printed, other_size is their sum again (compatibility of 14), not a part of its own.
        if (Leaf("dnode_size") is null && Leaf("other_size") is { Value: > 0 } other)
        {
            parts.Add(("other_size", "dnodes, dbufs and bonus buffers", other));
        }

        return [.. parts.OrderByDescending(p => p.Size.Value).ThenBy(p => p.Leaf, StringComparer.Ordinal)];
    }

    private ArcView(SysctlTable sysctls) => _sysctls = sysctls;

    private static ArcView? FromReport(Capture capture)
    {
        if (capture.ZfsReport is not { } report || Labelled(report, "ARC Size") is not { Value: > 0 } size)
        {
            return null;
        }

        return new ArcView(capture.Sysctls)
        {
            Size = size,
            Target = Labelled(report, "Target Size"),
            Minimum = Labelled(report, "Min Size"),
            Maximum = Labelled(report, "Max Size"),
            Hits = Labelled(report, "Cache Hit Ratio"),
            Misses = Labelled(report, "Cache Miss Ratio"),
            How = "zfs-stats or arc_summary, ARC size (rounded)",
            RoundingError = Math.Max(1, size.Value / ReportRounding),
            Asked = ArcSetting.Of(capture),
        };
    }

    /// <summary>
    /// A value of the report by its label, in whichever section; remarks such as <c>(Adaptive)</c> do not count.
    /// </summary>
    private static Reading? Labelled(ZfsReport report, string label)
    {
        string? best = null;
        foreach (string key in report.Values.Keys)
        {
            ReadOnlySpan<char> last = key.AsSpan(key.LastIndexOf('/') + 1);
            int remark = last.IndexOf('(');
            if ((remark < 0 ? last : last[..remark]).Trim().TrimEnd(':').SequenceEqual(label)
                && (best is null || string.CompareOrdinal(key, best) < 0))
            {
                best = key;
            }
        }

        return best is not null ? report.Values[best] : null;
    }

    /// <summary>
    /// From 10 to 12 reading the setting gives the limit in effect; before and after it may be what was asked for.
    /// </summary>
    private static Reading? EffectiveSetting(Capture capture) =>
        capture.Host.IsAtLeast(10) && capture.Host.IsBefore(13)
            ? Positive(capture.Sysctls.Number("vfs.zfs.arc_max"))
            : null;

    /// <summary>
    /// top prints KiB up to 9,999, then whole MiB up to 9,999, then whole GiB (<c>format_k2</c>,
    /// <c>usr.bin/top/utils.c</c>): half a unit at most.
    /// </summary>
    private static long TopRounding(long bytes) =>
        bytes > 9_999L << 20 ? 1L << 29 : bytes > 9_999L << 10 ? 1L << 19 : 1L << 9;

    private static Reading? Positive(Reading? reading) => reading is { Value: > 0 } ? reading : null;
}
