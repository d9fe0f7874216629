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
    /// <summary>Commands of one capture, slow ones among them, are asked within that time, seconds.</summary>
    private const long LongestCapture = 15 * 60;

    /// <summary>What is apart; null where nothing is.</summary>
    public static Gap? Of(Capture capture)
    {
        // A dump's tables and the log of the boot after it are of two moments, and are read so.
        if (capture.IsCrashSummary)
        {
            return null;
        }

        return OfPools(capture)
            ?? OfWired(capture)
            ?? OfSizes("the ARC", [.. ArcSizes(capture)])
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
        "two moments or hosts",
        $"{one}, and {other} at {otherAt}",
        at);
}
