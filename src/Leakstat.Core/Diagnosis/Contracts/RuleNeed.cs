using Leakstat.Accounting;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>
/// Something without which a rule can say nothing: an output, or a number in one. Each rule says what it needs
/// (<see cref="IRule.Needs"/>), so that a report can tell what was looked at and found in order from what was never
/// judged.
/// </summary>
/// <param name="Name">What it is, as a person would ask for it: <c>vmstat -z</c>.</param>
/// <param name="IsMet">Whether a case has it.</param>
public sealed record RuleNeed(string Name, Func<DiagnosisCase, bool> IsMet)
{
    /// <summary>The table of zones.</summary>
    public static RuleNeed Zones { get; } = new("vmstat -z", c => c.Latest.Zones is not null);

    /// <summary>The table of malloc types.</summary>
    public static RuleNeed Types { get; } = new("vmstat -m", c => c.Latest.MallocTypes is not null);

    /// <summary>Either of the two tables.</summary>
    public static RuleNeed ZonesOrTypes { get; } = new("vmstat -z or vmstat -m", c => c.Latest.Zones is not null
        || c.Latest.MallocTypes is not null);

    /// <summary>Anything that counts owners of memory: zones, malloc types, network buffers.</summary>
    public static RuleNeed Owners { get; } = new("vmstat -z, vmstat -m or netstat -m", c => c.Latest.Zones is not null
        || c.Latest.MallocTypes is not null || c.Latest.Mbufs is not null);

    /// <summary>The tree of zones of 13.0 and later.</summary>
    public static RuleNeed ZoneTree { get; } = new("sysctl vm.uma", c => c.Latest.Uma is not null);

    /// <summary>Kernel messages.</summary>
    public static RuleNeed Messages { get; } = new("dmesg", c => c.Latest.Messages is not null);

    /// <summary>How much memory there is.</summary>
    public static RuleNeed Memory { get; } = new("sysctl hw.physmem (or all page queues)", c =>
        c.Ledger.Total is not null);

    /// <summary>How much memory is free, and how much there is.</summary>
    public static RuleNeed Pages { get; } = new("sysctl vm.stats.vm (or vmstat -s, or the head of top)", c =>
        MemoryState.Of(c.Latest, c.Ledger) is not null);

    /// <summary>How much memory is wired.</summary>
    public static RuleNeed Wired { get; } = new("sysctl vm.stats.vm.v_wire_count (or vmstat -s, or the head of top)",
        c => c.Ledger.WiredTotal is not null);

    /// <summary>Swap.</summary>
    public static RuleNeed Swap { get; } = new("swapinfo -k (or the head of top)", c =>
        SwapView.Of(c.Latest) is not null);

    /// <summary>Kernel files.</summary>
    public static RuleNeed KernelFiles { get; } = new("kldstat -v", c => c.Latest.KernelFiles is not null);

    /// <summary>Numbers of network buffers.</summary>
    public static RuleNeed Mbufs { get; } = new("netstat -m or vmstat -z", c => c.Latest.Mbufs is not null
        || c.Latest.Zones is not null);

    /// <summary>Any sysctls, or lines of loader.conf or sysctl.conf.</summary>
    public static RuleNeed Settings { get; } = new(
        "sysctl -a (by the collector), loader.conf or sysctl.conf",
        c => c.Latest.Sysctls.Count > 0 || c.Latest.LoaderConfiguration is not null
            || c.Latest.SysctlConfiguration is not null);

    /// <summary>The size of the ARC. A host without ZFS has none, and nothing is missing there.</summary>
    public static RuleNeed Arc { get; } = new("sysctl kstat.zfs.misc.arcstats (or the head of top)", c =>
        ArcView.Of(c.Latest) is not null);

    /// <summary>The size of the ARC and a ceiling, in effect or asked for.</summary>
    public static RuleNeed ArcCeiling { get; } = new("kstat.zfs.misc.arcstats.c_max (or vfs.zfs.arc.max)", c =>
        (ArcView.Of(c.Latest)?.Ceiling ?? ArcSetting.Of(c.Latest)) is not null);

    /// <summary>The statistics of the ARC, exact.</summary>
    public static RuleNeed ArcStatistics { get; } = new("sysctl kstat.zfs.misc.arcstats", c =>
        ArcView.Of(c.Latest) is { IsRounded: false });

    /// <summary>Captures enough for a trend.</summary>
    public static RuleNeed Trend { get; } = new("a history: captures of one boot with their times", c =>
        c.Trends is not null);

    /// <summary>More than one capture.</summary>
    public static RuleNeed History { get; } = new("a second capture", c => c.History.Samples.Length > 1);

    /// <summary>A second host, or the host before a change.</summary>
    public static RuleNeed Comparison { get; } = new("a host to compare with (detect --compare)", c =>
        c.Differential is not null);

    /// <summary>Rounds of an exercise.</summary>
    public static RuleNeed Rounds { get; } = new("rounds of an exercise (gate)", c => c.Rounds is not null);

    /// <summary>A crash dump that was searched.</summary>
    public static RuleNeed Dump { get; } = new("a crash dump with its kernel", c => c.Latest.Leaks is not null);

    /// <summary>Sysctls, any of those named.</summary>
    public static RuleNeed Sysctl(params string[] names) => new("sysctl " + string.Join(" or ", names), c =>
        c.Sysctl(names) is not null);
}

/// <summary>A rule that could not judge, and what it lacked.</summary>
/// <param name="Rule">Rule id.</param>
/// <param name="Name">Name of the rule.</param>
/// <param name="Wants">What it lacked.</param>
public sealed record UnjudgedRule(string Rule, string Name, System.Collections.Immutable.ImmutableArray<string> Wants);
