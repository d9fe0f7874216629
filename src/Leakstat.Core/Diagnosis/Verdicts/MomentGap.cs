using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Network;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether the outputs of a capture are of one moment: what two commands count alike is held against each other. Where
/// they are far apart, a file of another hour or host lies among the others.
/// </summary>
internal static class MomentGap
{
    private const string Contradiction = "two moments or hosts";

    /// <summary>Commands of one capture, slow ones among them, are asked within that time, seconds.</summary>
    private const long LongestCapture = 15 * 60;

    /// <summary>What is apart; null where nothing is.</summary>
    public static Gap? Of(Capture capture, Ledger ledger) =>
        ApartFromVnodes(capture, ledger) ?? (capture.IsCrashSummary ? null : OfVnodes(capture));

    /// <summary>
    /// What is apart beside the vnodes; null where nothing is. That the zone of vnodes holds more than the kernel
    /// counts is what a leak of vnodes looks like, so that it alone does not speak against a finding.
    /// </summary>
    public static Gap? ApartFromVnodes(Capture capture, Ledger ledger)
    {
        // A dump's tables and the log of the boot after it are of two moments, and are read so.
        if (capture.IsCrashSummary)
        {
            return null;
        }

        return OfPools(capture)
            ?? OfWired(capture)
            ?? OfSizes("the ARC", [.. ArcSizes(capture)], capture)
            ?? OfSwap(capture)
            ?? OfZones(capture)
            ?? OfNetwork(capture)
            ?? OfOwners(capture, ledger)
            ?? OfUptime(capture);
    }

    private static Gap? OfPools(Capture capture)
    {
        foreach (MbufPoolUse pool in MbufPools.Of(capture))
        {
            if (pool.OtherInUse is { } other)
            {
                string reckoned = pool.InUseFrom.IsEmpty ? "" : " (USED, with what mbuf_packet has of them)";
                return Made(
                    $"{Display.Count(pool.InUse.Value)} {pool.Items} in use{reckoned}",
                    pool.InUse.At,
                    Display.Count(other.Value),
                    other.At);
            }

            if (pool is { Denied: { } denied, OtherDenied: { } less })
            {
                return Made(
                    $"{Display.Count(denied.Value)} requests for {pool.Items} denied",
                    denied.At,
                    Display.Count(less.Value),
                    less.At);
            }
        }

        return null;
    }

    /// <summary>
    /// Zones by <c>vmstat -z</c> and by the tree of sysctls, which counts them alike. Caches of pages fill and empty
    /// within a second, and of zones that share a name nobody knows which node is whose.
    /// </summary>
    private static Gap? OfZones(Capture capture)
    {
        // Known by name, as metrics are, and not by line, zones that share a name are one.
        if (capture is not { Zones: { Rows: [{ Line: > 0 }, ..] } zones, Uma: { } tree })
        {
            return null;
        }

        HashSet<string> shared =
            [.. zones.Rows.GroupBy(row => row.Name).Where(rows => rows.Skip(1).Any()).Select(rows => rows.Key)];
        foreach (ZoneRow row in zones.Rows)
        {
            if (tree.Find(row.Name) is { IsCacheZone: false, Live: { } live } && !shared.Contains(row.Name)
                && PartsApart.AreZonesApart(
                    row.Name,
                    row.UsedBytes,
                    Arithmetic.Multiply(live.Value, row.Size),
                    capture.Host.PhysicalMemory?.Value))
            {
                return Made(
                    $"{Display.Count(row.Used)} items of {row.Name}",
                    zones.At(row),
                    Display.Count(live.Value),
                    live.At);
            }
        }

        return null;
    }

    /// <summary>Vnodes by their zone and by the counter of the vnode layer (<c>sys/kern/vfs_subr.c</c>).</summary>
    private static Gap? OfVnodes(Capture capture) =>
        capture.Zones is { } zones && zones.Find(KnownNames.Vnode) is { Line: > 0 } row
        && capture.Sysctls.Number("vfs.vnode.stats.count", "vfs.numvnodes") is { } counted
        && OneMoment.ItemsAreApart(row.Used, counted.Value, 0)
            ? Made(
                $"{Display.Count(row.Used)} items of {row.Name}",
                zones.At(row),
                $"{Display.Count(counted.Value)} vnodes",
                counted.At)
            : null;

    /// <summary>What is allocated to the network by netstat(1), which is a part of what is wired.</summary>
    private static Gap? OfNetwork(Capture capture) =>
        capture.Mbufs?.Bytes is { } printed && (printed.Total ?? printed.Current) is { } network
        && WiredIn(capture) is [{ } wired, ..]
        && network > wired.Value && OneMoment.SizesAreApart(network, wired.Value)
            ? Made(
                $"{Display.Bytes(network)} allocated to network",
                printed.At,
                $"{Display.Bytes(wired.Value)} of wired memory",
                wired.At)
            : null;

    /// <summary>Swap space in use by swapinfo(8) and by top(1).</summary>
    private static Gap? OfSwap(Capture capture)
    {
        if (capture.Swap is null || capture.Top is null
            || SwapView.Of(capture) is not { Total: > 0, IsRounded: false } table
            || SwapView.Of(capture with { Swap = null }) is not { IsRounded: true } top)
        {
            return null;
        }

        return OneMoment.ItemsAreApart(table.Used, top.Used, table.Total)
            ? Made($"{Display.Bytes(top.Used)} of swap space in use", top.At, Display.Bytes(table.Used), table.At)
            : null;
    }

    /// <summary>
    /// Owners that hold more than is wired: what they are reckoned from cannot all be of one moment. What users wired
    /// is left out: the kernel counts it for each process that maps it.
    /// </summary>
    private static Gap? OfOwners(Capture capture, Ledger ledger)
    {
        if (ledger is not { Unaccounted: < 0 and { } rest, WiredTotal: { } wired, Wired: [{ } largest, ..] })
        {
            return null;
        }

        long byUsers = ledger.Wired.FirstOrDefault(account => account.Name == AccountName.UserWired)?.Bytes ?? 0;
        long owned = Arithmetic.Subtract(Arithmetic.Subtract(wired.Bytes, rest), byUsers);
        return owned > Arithmetic.Add(wired.Bytes, ledger.Tolerance)
            && OneMoment.SizesAreApart(owned, wired.Bytes, capture.Host.PhysicalMemory?.Value)
            ? new Gap(
                Contradiction,
                $"the owners of wired memory hold {Display.Bytes(owned)} (most of it {largest.Name}), and "
                    + $"{Display.Bytes(wired.Bytes)} are wired by {wired.At}",
                largest.At)
            {
                IsOfTwo = true,
            }
            : null;
    }

    /// <summary>A count that cannot be at all is told by <see cref="PageCountGap"/>.</summary>
    private static Gap? OfWired(Capture capture) =>
        ImpossiblePages.Find(capture) is null ? OfSizes("wired memory", WiredIn(capture), capture) : null;

    private static Gap? OfSizes(string what, Reading[] sizes, Capture capture)
    {
        if (sizes.Length < 2)
        {
            return null;
        }

        Reading most = sizes.MaxBy(size => size.Value);
        Reading least = sizes.MinBy(size => size.Value);
        return OneMoment.SizesAreApart(most.Value, least.Value, capture.Host.PhysicalMemory?.Value)
            ? Made($"{what} of {Display.Bytes(most.Value)}", most.At, Display.Bytes(least.Value), least.At)
            : null;
    }

    private static Gap? OfUptime(Capture capture)
    {
        return capture.Table<UptimeReading>() is { } uptime && capture.Top?.UptimeSeconds is { } top
            && Math.Abs(Arithmetic.Subtract(uptime.Seconds, top.Value)) > LongestCapture
            ? Made(
                $"up {Display.Duration(TimeSpan.FromSeconds(top.Value))}",
                top.At,
                Display.Duration(TimeSpan.FromSeconds(uptime.Seconds)),
                uptime.At)
            : null;
    }

    private static Reading[] WiredIn(Capture capture) =>
        [.. PageReadings.Of(capture).Where(pages => pages.Account == AccountName.Wired).Select(pages => pages.Bytes)];

    private static IEnumerable<Reading> ArcSizes(Capture capture)
    {
        if (capture.Sysctls.Number("kstat.zfs.misc.arcstats.size") is { } size)
        {
            yield return size;
        }

        if (capture.Top is { } top && top.Arc.TryGetValue("Total", out Reading total))
        {
            yield return total;
        }
    }

    private static Gap Made(string one, SourceLine at, string other, SourceLine otherAt) => new(
        Contradiction,
        $"{one}, and {other} at {otherAt}",
        at)
    {
        IsOfTwo = true,
    };
}
