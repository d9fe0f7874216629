using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0601: tunables whose value, now or from the next boot on, is one that no default gives and that starves or floods
/// something.
/// </summary>
public sealed class LS0601DangerousTunable : IRule
{
    private const long Giga = 1L << 30;
    private const long LeastKernelMemory = 128L << 20;

    private static readonly ImmutableArray<Func<DiagnosisCase, Fault?>> Checks =
    [
        Vnodes, Memory, Users,
        Sockets, Files, Kmem, Clusters, MbufSum, ClusterMemory, FreeMinimum, FreeTarget, FreeOrder, ArcFreeTarget,
        DirtyData, OomSequence, PageFaultAttempts, PhysicalSharedMemory, ZoneWarnings,
    ];

    /// <inheritdoc/>
    public string Id => "LS0601";

    /// <inheritdoc/>
    public string Name => "Tunable set to a dangerous value";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Settings];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context) => NextBoot.Judge(context, Judge);

    private IEnumerable<Finding> Judge(DiagnosisCase context) => Checks
        .Select(check => check(context))
        .OfType<Fault>()
        .Select(fault => new Finding
        {
            Rule = Id,
            Title = fault.Title,
            Severity = fault.Severity,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Tunable(fault.Name),
            Confidence = fault.Severity == Severity.Info ? 0.6 : 0.85,
            Evidence = [Evidence.Of($"{fault.Name} is {fault.Value.Value}", fault.Value, fault.Unit)],
            Advice =
            [
                Advice.Look(
                    fault.Why, $"sysctl {fault.Name}", SettingPlaces.Grep(context.Latest.Host, fault.Name)),
                .. fault.Better is { } better
                    ? TunableAdvice.Set(context, fault.Name, better, $"Set {fault.Name} to {better}.", fault.Risk)
                    : [],
            ],
        });

    /// <summary>
    /// Whether <c>vm.kmem_size</c> is below three quarters of what amd64 has by default: memory divided by
    /// <c>vm.kmem_size_scale</c>, which is 1 from 9 on.
    /// </summary>
    /// <remarks>
    /// Where release or architecture is not known, it is held against what no kernel from 8 on goes below: an eighth of
    /// memory, or 128 MiB where memory is not known either.
    /// </remarks>
    internal static bool IsKmemSetSmall(DiagnosisCase context)
    {
        HostIdentity host = context.Latest.Host;
        if (host.Release is null || host.Architecture is null || host.PhysicalMemory is not { Value: > 0 })
        {
            return host.Architecture is null or "amd64" && !host.IsBefore(9)
                && context.Sysctl("vm.kmem_size") is { Value: > 0 } set
                && set.Value < (host.PhysicalMemory is { Value: > 0 } known ? known.Value / 8 : LeastKernelMemory);
        }

        long scale = context.Sysctl("vm.kmem_size_scale") is { Value: > 0 and { } divisor } ? divisor : 1;
        return host is { Architecture: "amd64", PhysicalMemory: { } memory } && host.IsAtLeast(9)
            && context.Sysctl("vm.kmem_size") is { Value: > 0 } limit && limit.Value < memory.Value / scale / 4 * 3;
    }

    private static Fault? Vnodes(DiagnosisCase context) =>
        context.Sysctl("kern.maxvnodes") is { Value: < 2048 } value
            ? new Fault(
                "kern.maxvnodes", value, $"kern.maxvnodes is {value.Value}: every file that is opened evicts another",
                "Each open or cached file needs a vnode; the default is tens of thousands and grows with memory.")
            {
                Better = 65536,
                Risk = "About 1 KiB to 1.5 KiB of kernel memory per vnode, taken on use.",
            }
            : null;

    /// <summary>Only a line for the next boot can differ from what the kernel has now.</summary>
    private static Fault? Memory(DiagnosisCase context) =>
        context.Sysctl("hw.physmem") is { Value: > 0 } value
            && context.Latest.Host.PhysicalMemory is { } memory && value.Value < memory.Value / 10 * 9
            ? new Fault(
                "hw.physmem", value,
                $"hw.physmem leaves {Display.Bytes(value.Value)} of {Display.Bytes(memory.Value)} to be used",
                "The kernel uses no memory beyond that; the line is meant for tests.")
            {
                Unit = Unit.Bytes,
            }
            : null;

    private static Fault? Users(DiagnosisCase context) =>
        context.Sysctl("kern.maxusers") is { Value: > 0 and < 32 } value
            ? new Fault(
                "kern.maxusers", value,
                $"kern.maxusers is {value.Value}: process table, open files and callouts are sized for a tiny host",
                "It is reckoned from memory, 32 at least, where no line sets it (subr_param.c).")
            : null;

    private static Fault? Sockets(DiagnosisCase context) =>
        context.Sysctl("kern.ipc.maxsockets") is { Value: > 0 and < 1024 } value
            ? new Fault(
                "kern.ipc.maxsockets",
                value,
                $"kern.ipc.maxsockets is {value.Value}: a few hundred connections exhaust it",
                "The default follows kern.maxfiles and is tens of thousands.")
            {
                Better = 32768,
                Risk = "Memory is taken on use, not by raising the limit.",
            }
            : null;

    private static Fault? Files(DiagnosisCase context) => context.Sysctl("kern.maxfiles") switch
    {
        { Value: < 1024 } small => new Fault(
            "kern.maxfiles", small, $"kern.maxfiles is {small.Value}: the whole host may open no more files than that",
            "The default is tens of thousands; when it ends every open(2) and socket(2) fails.")
        {
            Better = 32768,
            Risk = "Memory is taken on use, not by raising the limit.",
        },

        // One open file costs at least its struct file, some 80 bytes, and mostly a vnode or a socket: a kibibyte.
        { } large when context.Latest.Host.PhysicalMemory is { Value: > 0 } memory
            && large.Value > memory.Value / 1024 => new Fault(
            "kern.maxfiles", large, $"kern.maxfiles is {Display.Count(large.Value)}, more than memory can hold",
            "A program that leaks descriptors is stopped by memory only.")
            {
                Severity = Severity.Info,
            },
        _ => null,
    };

    private static Fault? Kmem(DiagnosisCase context)
    {
        if (!IsKmemSetSmall(context)
            || context.Sysctl("vm.kmem_size") is not { } value)
        {
            return null;
        }

        return new Fault(
            "vm.kmem_size", value,
            $"vm.kmem_size is {Display.Bytes(value.Value)} "
                + (context.Latest.Host.PhysicalMemory is { Value: > 0 } memory
                    ? $"on a host with {Display.Bytes(memory.Value)}"
                    : "for all of kernel memory"),
            $"An old line in {SettingPlaces.Loader(context.Latest.Host)}: the default is all of memory. "
                + (context.Release is null
                    ? "Up to 11 zones, malloc and the ARC end there, from 12 on the kernel drains caches early"
                    : context.Latest.Host.IsAtLeast(12)
                    ? "From 12 on it makes the kernel drain caches early"
                    : "Zones, malloc and the ARC end there")
                + "; take it out, and vm.kmem_size_max beside it, and reboot.")
        {
            Unit = Unit.Bytes,
        };
    }

    /// <summary>
    /// 0 in effect is no limit. In a line for the loader it is that up to 9.1 only: from 9.2 on it stands for the
    /// default, which is reckoned from memory (<c>tunable_mbinit</c>, <c>sys/kern/kern_mbuf.c</c>).
    /// </summary>
    private static Fault? Clusters(DiagnosisCase context) =>
        context.Sysctl("kern.ipc.nmbclusters") is { Value: >= 0 and < 1024 } value
        && (value.Value > 0 || context.Latest.Host.IsBefore(9, 2)
            || value.At.File != context.Latest.LoaderConfiguration?.File)
            ? new Fault("kern.ipc.nmbclusters", value, $"kern.ipc.nmbclusters is {value.Value}",
                value.Value == 0
                    ? "0 is no limit once it is in effect: network buffers may then take all of kernel memory."
                    : "A single fast network card fills that many clusters with its receive rings.")
            {
                Better = value.Value == 0 ? null : 32768,
                Risk = "Up to 64 MiB of memory under load, taken on use.",
            }
            : null;

    private static Fault? MbufSum(DiagnosisCase context) =>
        context.Sysctl(MbufLimits.Mbufs) is { Value: > 0 } mbufs
            && MbufLimits.SumOfClusters(context) is { } sum
            && mbufs.Value < sum
            ? new Fault(MbufLimits.Mbufs, mbufs,
                $"kern.ipc.nmbufs is {Display.Count(mbufs.Value)}, below the {Display.Count(sum)} clusters that the "
                    + "other limits allow",
                "Every cluster hangs on an mbuf: the clusters can never be used up to their limits.")
            {
                Better = sum,
                Risk = "256 bytes per mbuf, taken on use.",
            }
            : null;

    private static Fault? ClusterMemory(DiagnosisCase context) =>
        context.Sysctl("kern.ipc.nmbclusters") is { Value: > 0 } clusters
        && context.Latest.Host.PhysicalMemory is { Value: > 0 } memory
        && Arithmetic.Multiply(clusters.Value, 2048) > memory.Value / 4 * 3
            ? new Fault("kern.ipc.nmbclusters", clusters,
                $"kern.ipc.nmbclusters allows {Display.Bytes(Arithmetic.Multiply(clusters.Value, 2048))} of clusters "
                    + $"on a host with {Display.Bytes(memory.Value)}",
                "The kernel's own bound for network buffers (kern.ipc.maxmbufmem) is at most three quarters of "
                    + "memory; a flood or a leak takes the host down before the limit is met.")
            : null;

    private static Fault? FreeMinimum(DiagnosisCase context) => TooManyPages(
        context, "vm.v_free_min", "Processes wait while less than that is free.");

    private static Fault? FreeTarget(DiagnosisCase context) => TooManyPages(
        context, "vm.v_free_target", "The page daemon swaps programs out to keep that much free.");

    private static Fault? ArcFreeTarget(DiagnosisCase context)
    {
        string name = context.Sysctl("vfs.zfs.arc.free_target") is not null
            ? "vfs.zfs.arc.free_target"
            : "vfs.zfs.arc_free_target";
        if (context.Sysctl(name) is not { Value: >= 0 } value)
        {
            return null;
        }

        // Zero before the module has set it up is no setting.
        long? usual = context.Sysctl("vm.v_free_target", "vm.stats.vm.v_free_target")?.Value;
        if (value.Value > 0 && context.Sysctl("vm.v_free_min", "vm.stats.vm.v_free_min") is { } minimum
            && value.Value < minimum.Value)
        {
            return new Fault(name, value,
                $"{name} is {Display.Bytes(Arithmetic.Multiply(value.Value, context.PageSize))}, below "
                    + "vm.v_free_min: programs are swapped out before the ARC shrinks",
                "The ARC gives memory back only below that many free pages; the default is vm.v_free_target.")
            {
                Better = usual,
                Risk = "The ARC shrinks earlier.",
                Unit = Unit.Pages,
            };
        }

        return TooManyPages(context, name, "The ARC shrinks to its floor to keep that much free.", usual);
    }

    private static Fault? TooManyPages(DiagnosisCase context, string name, string why, long? better = null) =>
        context.Sysctl(name) is { } value && context.Latest.Host.PhysicalMemory is { Value: > 0 } memory
        && Arithmetic.Multiply(value.Value, context.PageSize) > memory.Value / 4
            ? new Fault(name, value,
                $"{name} is {Display.Bytes(Arithmetic.Multiply(value.Value, context.PageSize))}, more than a quarter "
                    + "of memory",
                why)
            {
                Better = better,
                Risk = "Less memory is held free for sudden demand.",
                Unit = Unit.Pages,
            }
            : null;

    private static Fault? FreeOrder(DiagnosisCase context) =>
        context.Sysctl("vm.v_free_target") is { Value: > 0 } target && context.Sysctl("vm.v_free_min") is { } minimum
        && target.Value <= minimum.Value
            ? new Fault("vm.v_free_target", target, "vm.v_free_target is not above vm.v_free_min",
                "The page daemon stops before processes that wait for memory may go on.")
            {
                Unit = Unit.Pages,
            }
            : null;

    private static Fault? DirtyData(DiagnosisCase context) =>
        context.Sysctl("vfs.zfs.dirty_data_max") is { } value
            && context.Latest.Host.PhysicalMemory is { Value: > Giga } memory
        && value.Value > memory.Value / 2
            ? new Fault("vfs.zfs.dirty_data_max", value,
                $"vfs.zfs.dirty_data_max lets {Display.Bytes(value.Value)} of written data wait in memory, more than "
                    + "half of it",
                "Data that is written and not yet on disk cannot be evicted; the default is a tenth of memory, 4 GiB "
                    + "at most.")
            {
                Unit = Unit.Bytes,
            }
            : null;

    private static Fault? OomSequence(DiagnosisCase context) =>
        context.Sysctl("vm.pageout_oom_seq") is { Value: >= 0 and <= 2 } value
            ? new Fault(
                "vm.pageout_oom_seq",
                value,
                $"vm.pageout_oom_seq is {value.Value}: programs are killed at the first shortage",
                "So many passes of the page daemon without success come before a process is killed; the default is 12.")
            {
                Better = 12,
                Risk = "The host may stall longer before a process is killed.",
            }
            : null;

    private static Fault? PageFaultAttempts(DiagnosisCase context) =>
        context.Sysctl("vm.pfault_oom_attempts") is { Value: < 0 } value
            ? new Fault(
                "vm.pfault_oom_attempts",
                value,
                "vm.pfault_oom_attempts is negative: a page fault waits for memory for ever",
                "No process is killed for a fault that finds no memory; with swap full the host can stop for good.")
            {
                Severity = Severity.Info,
            }
            : null;

    private static Fault? PhysicalSharedMemory(DiagnosisCase context) =>
        context.Sysctl("kern.ipc.shm_use_phys") is { Value: > 0 } value
            ? new Fault("kern.ipc.shm_use_phys", value, "kern.ipc.shm_use_phys wires System V shared memory",
                "Such segments count as wired and cannot be paged out: subtract them (ipcs -m) before calling wired "
                    + "memory lost.")
            {
                Severity = Severity.Info,
            }
            : null;

    private static Fault? ZoneWarnings(DiagnosisCase context) =>
        context.Sysctl("vm.zone_warnings") is { Value: 0 } value
            ? new Fault(
                "vm.zone_warnings", value, "vm.zone_warnings is 0: the kernel does not say when a zone is at its limit",
                "The messages cost nothing; they come once in five minutes for a zone.")
            {
                Better = 1,
                Risk = "A line in the log now and then.",
                Severity = Severity.Info,
            }
            : null;

    private sealed record Fault(string Name, Reading Value, string Title, string Why)
    {
        public Severity Severity { get; init; } = Severity.Warning;

        public Unit Unit { get; init; }

        public long? Better { get; init; }

        public string Risk { get; init; } = "";
    }
}
