using Leakstat.Captures;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether what does not change while a host runs is the same by every output of a capture: the size of memory, the
/// limits of mbuf clusters, when it booted. Where two differ, a file of another host, or of another boot, lies among
/// the others. Releases are held against each other when a capture is read.
/// </summary>
internal static class FixedFactsGap
{
    private const string Contradiction = "two hosts or boots";

    /// <summary>
    /// Least share of physical memory that is pages: the kernel, its page array and preloaded images take the rest.
    /// </summary>
    private const double LeastPages = 0.6;

    /// <summary>
    /// The time of a capture may be a folder's name, in any time zone: less than that tells nothing, seconds.
    /// </summary>
    private const long TimeZones = 15 * 3600;

    /// <summary>What differs; null where nothing does.</summary>
    public static Gap? Of(Capture capture)
    {
        if (capture.IsCrashSummary)
        {
            return null;
        }

        return OfPages(capture) ?? OfBootMessages(capture) ?? OfClusterLimits(capture) ?? OfBootTime(capture);
    }

    /// <summary>Pages by <c>vm.stats.vm.v_page_count</c>, and physical memory (<c>sys/vm/vm_page.c</c>).</summary>
    private static Gap? OfPages(Capture capture)
    {
        if (capture.Sysctls.Number("vm.stats.vm.v_page_count") is not { } pages
            || capture.Host.PhysicalMemory is not { Value: > 0 } memory
            || capture.Host.PageSize is null)
        {
            return null;
        }

        long bytes = Arithmetic.Multiply(pages.Value, capture.Host.BytesPerPage);
        return bytes > memory.Value || bytes < memory.Value * LeastPages
            ? Made($"{Display.Bytes(bytes)} of pages", pages.At, $"{Display.Bytes(memory.Value)} of memory", memory.At)
            : null;
    }

    /// <summary>Memory that the running kernel printed when it booted (<c>sys/amd64/amd64/machdep.c</c>).</summary>
    private static Gap? OfBootMessages(Capture capture)
    {
        foreach (KernelMessage message in capture.Messages?.OfRunningBoot ?? [])
        {
            if (MessageText.TryNumberBetween(message.Text, "real memory  = ", " (", out long real) && real > 0)
            {
                // The kernel may be told to use less than there is (hw.physmem in loader.conf), and never uses more.
                Reading? other = capture.Sysctls.Number("hw.realmem") is { } same ? same.Value == real ? null : same
                    : capture.Host.PhysicalMemory is { } used && used.Value > real ? used
                    : null;
                return other is { } differs
                    ? Made(
                        $"{Display.Bytes(real)} of memory when it booted",
                        capture.Messages!.At(message),
                        Display.Bytes(differs.Value),
                        differs.At)
                    : null;
            }
        }

        return null;
    }

    /// <summary>Limits that <c>vmstat -z</c> and <c>netstat -m</c> read from the same zones.</summary>
    private static Gap? OfClusterLimits(Capture capture)
    {
        if (capture is not { Zones: { } zones, Mbufs: { } printed })
        {
            return null;
        }

        (string Zone, MbufPool? Pool)[] pools =
        [
            (KnownNames.Cluster, printed.Clusters),
            (KnownNames.JumboPage, printed.JumboPage),
            (KnownNames.Jumbo9, printed.Jumbo9),
            (KnownNames.Jumbo16, printed.Jumbo16),
        ];
        foreach ((string name, MbufPool? pool) in pools)
        {
            if (zones.Find(name) is { Limit: > 0 } row && pool is { Max: > 0 and { } max } && max != row.Limit)
            {
                return Made(
                    $"a limit of {Display.Count(max)} of {name}", pool.Value.At, Display.Count(row.Limit),
                    zones.At(row));
            }
        }

        return null;
    }

    /// <summary>When it booted, by <c>kern.boottime</c>, and how long it is up by uptime(1) or top(1).</summary>
    private static Gap? OfBootTime(Capture capture)
    {
        if (capture is not { TakenAt: { } taken, Host.BootedAt: { } booted }
            || !capture.Sysctls.TryLocate("kern.boottime", out SourceLine? at))
        {
            return null;
        }

        double since = (taken - booted).TotalSeconds;
        if (since < -TimeZones)
        {
            return new Gap(
                Contradiction,
                $"booted at {Display.Time(booted)}, after the capture of {Display.Time(taken)}",
                at.Value)
            {
                IsOfTwo = true,
            };
        }

        (long Seconds, SourceLine At)? up = capture.Table<UptimeReading>() is { } uptime ? (uptime.Seconds, uptime.At)
            : capture.Top?.UptimeSeconds is { } top ? (top.Value, top.At)
            : null;
        return up is { } printed && Math.Abs(since - printed.Seconds) > TimeZones
            ? Made(
                $"up {Display.Hours(since / 3600)}", at.Value, Display.Hours(printed.Seconds / 3600.0), printed.At)
            : null;
    }

    private static Gap Made(string one, SourceLine at, string other, SourceLine otherAt) => new(
        Contradiction,
        $"{one}, and {other} at {otherAt}",
        at)
    {
        IsOfTwo = true,
    };
}
