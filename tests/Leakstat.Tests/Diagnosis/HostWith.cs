using System.Globalization;
using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

/// <summary>A host whose capture holds just the values that a test is about. Each name stands on a line of its own.</summary>
internal sealed class HostWith
{
    private static readonly SourceFile File = new("caps/a/sysctl.txt");

    private readonly Dictionary<string, SysctlTable.Entry> _sysctls = [];
    private readonly FreeBsdRelease? _release;
    private readonly string? _architecture;
    private long? _memory;
    private SwapTable? _swap;
    private ZfsReport? _report;
    private long? _uptime;

    private HostWith(string? release, string? architecture)
    {
        _release = FreeBsdRelease.Parse(release);
        _architecture = architecture;
    }

    /// <summary>A host of that release.</summary>
    public static HostWith Release(string? release, string? architecture = "amd64") => new(release, architecture);

    /// <summary>Physical memory, bytes.</summary>
    public HostWith Memory(long bytes)
    {
        _memory = bytes;
        return Sysctl("hw.physmem", bytes);
    }

    /// <summary>A sysctl.</summary>
    public HostWith Sysctl(string name, long value)
    {
        byte[] text = Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture));
        _sysctls[name] = new SysctlTable.Entry(text, new SourceLine(File, _sysctls.Count + 1));
        return this;
    }

    /// <summary>A leaf of the ARC's statistics.</summary>
    public HostWith Arc(string leaf, long value) => Sysctl("kstat.zfs.misc.arcstats." + leaf, value);

    /// <summary>Physical memory and its queues, bytes; all of it is managed.</summary>
    public HostWith Queues(long wired, long active, long inactive, long laundry, long free)
    {
        foreach ((string name, long bytes) in (ReadOnlySpan<(string, long)>)[
            ("wire", wired), ("active", active), ("inactive", inactive), ("laundry", laundry), ("free", free)])
        {
            Sysctl($"vm.stats.vm.v_{name}_count", bytes / 4096);
        }

        return Memory(wired + active + inactive + laundry + free);
    }

    /// <summary>Swap, bytes; 0 in all for a host without.</summary>
    public HostWith Swap(long total, long used)
    {
        var file = new SourceFile("caps/a/swapinfo.txt");
        _swap = new SwapTable(file, total == 0 ? [] : [new SwapDevice("/dev/ada0p2", total, used, total - used, 2)], 1);
        return this;
    }

    /// <summary>A report of zfs-stats.</summary>
    public HostWith Report(params (string Label, long Value)[] values)
    {
        var at = new SourceLine(new SourceFile("caps/a/zfs-stats.txt"), 1);
        _report = new ZfsReport(at.File, values.ToDictionary(v => v.Label, v => new Reading(v.Value, at)));
        return this;
    }

    /// <summary>Time since boot, seconds.</summary>
    public HostWith Uptime(long seconds)
    {
        _uptime = seconds;
        return this;
    }

    /// <summary>The capture.</summary>
    public Capture Capture()
    {
        var table = new SysctlTable(_sysctls);
        return new Capture
        {
            Source = "caps/a",
            Host = new HostIdentity
            {
                Release = _release,
                Architecture = _architecture,
                UptimeSeconds = _uptime,
                PageSize = new Reading(4096, new SourceLine(File, 0)),
                PhysicalMemory = _memory is null ? null : table.Number("hw.physmem"),
            },
            Sysctls = table,
            Swap = _swap,
            ZfsReport = _report,
        };
    }

    /// <summary>The case.</summary>
    public DiagnosisCase Case() => Given.Case(Capture());
}
