using System.Globalization;
using System.Text;
using Leakstat.Diagnosis;
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
                PhysicalMemory = _memory is null ? null : table.Number("hw.physmem"),
            },
            Sysctls = table,
        };
    }

    /// <summary>The case.</summary>
    public DiagnosisCase Case() => Given.Case(Capture());
}
