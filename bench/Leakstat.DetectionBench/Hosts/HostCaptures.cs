using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Leakstat.Model;

namespace Leakstat.DetectionBench.Hosts;

/// <summary>
/// The captures of a simulated host as the readers of <c>vmstat -z</c>, <c>vmstat -m</c> and sysctl(8) give them,
/// without the way through text. A test holds that the text of <see cref="HostSpool"/> reads back as the same.
/// </summary>
internal static class HostCaptures
{
    private const string Release = "14.2-RELEASE";

    public static Capture At(SimulatedHost host, int sample)
    {
        string source = $"{host.Name}/{HostSpool.Stamp(host.Times[sample])}";
        SysctlTable sysctls = Sysctls(host, sample, new SourceFile(source + "/sysctl.txt"));
        return new Capture
        {
            Source = source,
            TakenAt = host.Times[sample],
            Host = new HostIdentity
            {
                Name = host.Name,
                Release = FreeBsdRelease.Parse(Release),
                VersionNumber = 1402000,
                Architecture = "amd64",
                PhysicalMemory = sysctls.Number("hw.physmem"),
                PageSize = sysctls.Number("hw.pagesize"),
                // kern.boottime is read to the second.
                BootedAt = DateTimeOffset.FromUnixTimeSeconds(host.BootedAt[sample].ToUnixTimeSeconds()),
            },
            Zones = Zones(host, sample, new SourceFile(source + "/vmstat-z.txt")),
            MallocTypes = Types(host, sample, new SourceFile(source + "/vmstat-m.txt")),
            Sysctls = sysctls,
        };
    }

    /// <summary>The sysctls that are the same for all hosts and samples but for memory, as lines.</summary>
    public static IEnumerable<(string Name, string Value)> Lines(SimulatedHost host, int sample)
    {
        long boot = host.BootedAt[sample].ToUnixTimeSeconds();
        string pages = (host.PhysicalMemory / 4096).ToString(CultureInfo.InvariantCulture);
        yield return ("kern.osrelease", Release);
        yield return ("kern.osreldate", "1402000");
        yield return ("hw.machine", "amd64");
        yield return ("hw.ncpu", "8");
        yield return ("hw.pagesize", "4096");
        yield return ("hw.physmem", host.PhysicalMemory.ToString(CultureInfo.InvariantCulture));
        yield return ("kern.boottime", string.Create(
            CultureInfo.InvariantCulture,
                $"{{ sec = {boot}, usec = 0 }} {host.BootedAt[sample]:ddd MMM d HH:mm:ss yyyy}"));
        yield return ("vm.stats.vm.v_page_size", "4096");
        yield return ("vm.stats.vm.v_page_count", pages);
        foreach ((string name, long[] values) in host.Sysctls)
        {
            yield return (name, values[sample].ToString(CultureInfo.InvariantCulture));
        }
    }

    private static SysctlTable Sysctls(SimulatedHost host, int sample, SourceFile file)
    {
        var entries = new Dictionary<string, SysctlTable.Entry>();
        foreach ((string name, string value) in Lines(host, sample))
        {
            entries[name] = new SysctlTable.Entry(Encoding.ASCII.GetBytes(value),
                new SourceLine(file, entries.Count + 1));
        }

        return new SysctlTable(entries);
    }

    private static ZoneTable Zones(SimulatedHost host, int sample, SourceFile file)
    {
        ImmutableArray<ZoneRow>.Builder rows = ImmutableArray.CreateBuilder<ZoneRow>(host.Zones.Length);
        foreach (ZoneTrack zone in host.Zones)
        {
            if (zone.Used[sample] != ZoneTrack.Absent)
            {
                rows.Add(new ZoneRow
                {
                    Name = zone.Name,
                    Size = zone.Size,
                    Limit = zone.Limit,
                    Used = zone.Used[sample],
                    Free = zone.Free[sample],
                    Requests = zone.Requests[sample],
                    Failures = 0,
                    Sleeps = 0,
                    CrossDomain = 0,
                    Line = rows.Count + 2,
                });
            }
        }

        return new ZoneTable(file, rows.ToImmutable(), hasCrossDomain: true);
    }

    private static MallocTable Types(SimulatedHost host, int sample, SourceFile file)
    {
        ImmutableArray<MallocTypeRow>.Builder rows = ImmutableArray.CreateBuilder<MallocTypeRow>(host.Types.Length);
        foreach (TypeTrack type in host.Types)
        {
            if (type.InUse[sample] != ZoneTrack.Absent)
            {
                rows.Add(new MallocTypeRow
                {
                    Name = type.Name,
                    InUse = type.InUse[sample],
                    Memory = type.Bytes[sample],
                    Requests = type.Requests[sample],
                    Sizes = type.Sizes.Aggregate(default(MallocSizes), (sizes, size) => sizes.With(size)),
                    Line = rows.Count + 2,
                });
            }
        }

        return new MallocTable(file, rows.ToImmutable(), MemoryPrecision.Bytes);
    }
}
