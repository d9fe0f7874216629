using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Network;
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
    public static Gap? Of(Capture capture, Ledger ledger)
    {
        // A dump's tables and the log of the boot after it are of two moments, and are read so.
        if (capture.IsCrashSummary)
        {
            return null;
        }

        return OfPools(capture)
            ?? OfWired(capture)
            ?? OfSizes("the ARC", [.. ArcSizes(capture)])
            ?? OfZones(capture)
            ?? OfOwners(ledger)
            ?? OfUptime(capture);
    }

    private static Gap? OfPools(Capture capture)
    {
        foreach (MbufPoolUse pool in MbufPools.Of(capture))
        {
            if (pool.OtherInUse is { } other)
            {
                return Made(
                    $"{Display.Count(pool.InUse.Value)} {pool.Items} in use",
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
                && OneMoment.SizesAreApart(row.UsedBytes, Arithmetic.Multiply(live.Value, row.Size)))
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

    /// <summary>Owners that hold more than is wired: what they are reckoned from cannot all be of one moment.</summary>
    private static Gap? OfOwners(Ledger ledger)
    {
        if (ledger is not { Unaccounted: < 0 and { } rest, WiredTotal: { } wired, Wired: [{ } largest, ..] })
        {
            return null;
        }

        long owned = Arithmetic.Subtract(wired.Bytes, rest);
        return Arithmetic.Subtract(-rest, ledger.Tolerance) is > 0 && OneMoment.SizesAreApart(owned, wired.Bytes)
            ? new Gap(
                Contradiction,
                $"the owners of wired memory hold {Display.Bytes(owned)} (most of it {largest.Name}), and "
                    + $"{Display.Bytes(wired.Bytes)} are wired by {wired.At}",
                largest.At)
            : null;
    }

    /// <summary>A count that cannot be at all is told by <see cref="PageCountGap"/>.</summary>
    private static Gap? OfWired(Capture capture) =>
        ImpossiblePages.Find(capture) is null ? OfSizes("wired memory", WiredIn(capture)) : null;

    private static Gap? OfSizes(string what, Reading[] sizes)
    {
        if (sizes.Length < 2)
        {
            return null;
        }

        Reading most = sizes.MaxBy(size => size.Value);
        Reading least = sizes.MinBy(size => size.Value);
        return OneMoment.SizesAreApart(most.Value, least.Value)
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
        at);
}
