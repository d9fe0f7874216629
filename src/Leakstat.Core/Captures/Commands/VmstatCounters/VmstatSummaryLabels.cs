using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.VmstatCounters;

/// <summary>
/// What <c>vmstat -s</c> calls its values, in text and in libxo documents (<c>usr.bin/vmstat/vmstat.c</c>,
/// <c>dosum</c>): labels of 8 to 15. Values are matched by label: lines come and go between releases.
/// </summary>
internal static class VmstatSummaryLabels
{
    private static readonly Entry[] Entries =
    [
        new("cpu context switches", "context-switches"),
        new("device interrupts", "interrupts"),
        new("software interrupts", "software-interrupts"),
        new("traps", "traps", IsCommon: true),
        new("system calls", "system-calls", IsCommon: true),
        new("kernel threads created", "kernel-threads"),
        new("fork() calls", "forks"),
        new("vfork() calls", "vforks"),
        new("rfork() calls", "rforks"),
        new("swap pager pageins", "swap-ins"),
        new("swap pager pages paged in", "swap-in-pages"),
        new("swap pager pageouts", "swap-outs"),
        new("swap pager pages paged out", "swap-out-pages"),
        new("vnode pager pageins", "vnode-page-ins"),
        new("vnode pager pages paged in", "vnode-page-in-pages"),
        new("vnode pager pageouts", "vnode-page-outs"),
        new("vnode pager pages paged out", "vnode-page-out-pages"),
        new("page daemon wakeups", "page-daemon-wakeups"),
        new("pages examined by the page daemon", "page-daemon-pages"),
        new("clean page reclamation shortfalls", "page-reclamation-shortfalls"),
        new("pages reactivated by the page daemon", "reactivated"),
        new("pages reactivated", "reactivated"),
        new("copy-on-write faults", "copy-on-write-faults"),
        new("copy-on-write optimized faults", "copy-on-write-optimized-faults"),
        new("zero fill pages zeroed", "zero-fill-pages"),
        new("zero fill pages prezeroed", "zero-fill-prezeroed"),
        new("intransit blocking page faults", "intransit-blocking"),
        new("total VM faults taken", "total-faults"),
        new("page faults requiring I/O", "faults-requiring-io"),
        new("pages affected by kernel thread creation", "faults-from-thread-creation"),
        new("pages affected by fork()", "faults-from-fork"),
        new("pages affected by vfork()", "faults-from-vfork"),
        new("pages affected by rfork()", "pages-rfork"),
        new("pages cached", "cached-pages-total", IsCommon: true),
        new("pages freed", "pages-freed", IsCommon: true),
        new("pages freed by daemon", "pages-freed-by-daemon"),
        new("pages freed by exiting processes", "pages-freed-on-exit"),
        new("pages active", "active-pages"),
        new("pages inactive", "inactive-pages"),
        new("pages in VM cache", "cached-pages"),
        new("pages in the laundry queue", "laundry-pages"),
        new("pages wired down", "wired-pages"),
        new("virtual user pages wired down", "virtual-user-wired-pages"),
        new("permanently allocated pages", "nofree-pages"),
        new("pages free", "free-pages"),
        new("bytes per page", "bytes-per-page"),
        new("total name lookups", "total-name-lookups"),
    ];

    /// <summary>Keys of the percentages in the lines below the values, in the order they stand there.</summary>
    public static IReadOnlyList<string> CacheHits { get; } =
        ["positive-cache-hits", "negative-cache-hits", "cache-hit-percent"];

    /// <summary>As <see cref="CacheHits"/>, of the last line.</summary>
    public static IReadOnlyList<string> CacheLosses { get; } = ["deletions", "false-hits", "too-long"];

    /// <summary>The key of a label; null where it is none. Several blanks count as one.</summary>
    /// <param name="label">The text behind the value.</param>
    /// <param name="isCommon">Whether other programs and people say that too.</param>
    public static string? KeyOf(ReadOnlySpan<byte> label, out bool isCommon)
    {
        foreach (Entry entry in Entries)
        {
            if (Matches(label, entry.Label))
            {
                isCommon = entry.IsCommon;
                return entry.Key;
            }
        }

        isCommon = false;
        return null;
    }

    private static bool Matches(ReadOnlySpan<byte> text, string label)
    {
        int at = 0;
        foreach (char expected in label)
        {
            if (at >= text.Length || (expected == ' ' ? !Scan.IsBlank(text[at]) : text[at] != expected))
            {
                return false;
            }

            at++;
            while (expected == ' ' && at < text.Length && Scan.IsBlank(text[at]))
            {
                at++;
            }
        }

        return at == text.Length;
    }

    private sealed record Entry(string Label, string Key, bool IsCommon = false);
}
