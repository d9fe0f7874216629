using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Leakstat.Engines.Metrics;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Queries;

/// <summary>
/// The latest capture of a host as far as metrics hold it: tables, limits, settings and modules. What is text
/// (messages, configuration files) is not there, and rules that need it say so.
/// </summary>
internal static class LatestCapture
{
    private const string Format = "metrics";

    public static Capture Build(
        string host,
        string place,
        ILookup<string, TimeSeries> byName,
        SampleGrid grid,
        HostHistory history,
        ItemSizes sizes)
    {
        long time = grid.Times[^1];
        var values = new LatestValues(place, byName, time);
        TimeSeries? info = values.Of(MetricName.HostInfo).Select(v => v.Series).FirstOrDefault();
        Sample last = history.Samples[^1];
        ZoneTable? zones = KernelTables.Zones(place, values, history, sizes, info);
        var capture = new Capture
        {
            Source = last.Source,
            TakenAt = last.TakenAt,
            Host = Identity(host, values, last, info),
            Zones = zones,
            MallocTypes = KernelTables.Types(place, values, history, info),
            Mbufs = KernelTables.Mbufs(place, values, history),
            Sysctls = Sysctls(place, values, info),
            Uma = KernelTables.Kegs(values, history, zones),
            KernelFiles = KernelFiles(place, values),
            Swap = Swap(place, values),
        };
        return capture with { Files = FilesOf(capture), Diagnostics = Lost(values) };
    }

    private static HostIdentity Identity(string host, LatestValues values, Sample last, TimeSeries? info) => new()
    {
        Name = host,
        Release = FreeBsdRelease.Parse(info?["release"]),
        VersionNumber = long.TryParse(
            info?["osreldate"], NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : null,
        Architecture = info?["arch"] is { Length: > 0 } architecture ? architecture : null,
        PhysicalMemory = values.One(MetricName.PhysicalMemoryBytes),
        PageSize = values.One(MetricName.PageSizeBytes),
        BootedAt = last.BootedAt,
        UptimeSeconds = last.UptimeSeconds,
    };

    private static SysctlTable Sysctls(string place, LatestValues values, TimeSeries? info)
    {
        Dictionary<string, SysctlTable.Entry> entries = [];
        foreach ((string name, Reading value) in values.By(MetricName.Sysctl, "name"))
        {
            Add(name, value.Value.ToString(CultureInfo.InvariantCulture), value.At);
        }

        if (info is not null)
        {
            SourceLine at = HistoryAssembly.At(place, MetricName.HostInfo, "", "");
            Add("kern.ident", info["ident"], at);
            Add("hw.model", info["model"], at);
            Add("kern.vm_guest", info["hypervisor"], at);
            foreach (string driver in info["network_drivers"].Split(", ", StringSplitOptions.RemoveEmptyEntries))
            {
                Add($"dev.{driver}.0.%driver", driver, at);
            }
        }

        return entries.Count == 0 ? SysctlTable.Empty : new SysctlTable(entries);

        void Add(string name, string value, SourceLine at)
        {
            if (name.Length > 0 && value.Length > 0)
            {
                entries.TryAdd(name, new SysctlTable.Entry(Encoding.UTF8.GetBytes(value), at));
            }
        }
    }

    private static KernelFileTable? KernelFiles(string place, LatestValues values)
    {
        ImmutableArray<KernelFile> files =
        [
            .. values.Of(MetricName.KernelFileBytes, "file")
                .Where(f => f.Series["file"].Length > 0)
                .Select(f => new KernelFile
                {
                    Id = int.TryParse(f.Series["id"], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                        ? id
                        : int.MaxValue,
                    References = 1,
                    Address = LatestValues.Address(f.Series["address"]) ?? 0,
                    Size = f.Reading.Value,
                    Name = f.Series["file"],
                    At = f.Reading.At,
                })
                .OrderBy(f => f.Id).ThenBy(f => f.Name, StringComparer.Ordinal),
        ];
        return files.IsEmpty
            ? null
            : new KernelFileTable(
                new SourceFile(place) { Place = MetricName.KernelFileBytes }, files, IsVerbose: false);
    }

    private static SwapTable? Swap(string place, LatestValues values)
    {
        Dictionary<string, Reading> used = values.By(MetricName.SwapUsedBytes, "device");
        ImmutableArray<SwapDevice> devices =
        [
            .. values.By(MetricName.SwapSizeBytes, "device").Where(d => used.ContainsKey(d.Key))
                .OrderBy(d => d.Key, StringComparer.Ordinal)
                .Select(d => new SwapDevice(
                    d.Key,
                    d.Value.Value,
                    used[d.Key].Value,
                    Arithmetic.Subtract(d.Value.Value, used[d.Key].Value),
                    0)),
        ];
        return devices.IsEmpty
            ? null
            : new SwapTable(new SourceFile(place) { Place = MetricName.SwapUsedBytes }, devices, 0);
    }

    private static ImmutableArray<CaptureFile> FilesOf(Capture capture)
    {
        (string Name, int? Rows)[] tables =
        [
            ("vmstat -z", capture.Zones?.Rows.Length), ("vmstat -m", capture.MallocTypes?.Rows.Length),
            ("netstat -m", capture.Mbufs is null ? null : 1), ("sysctl", capture.Sysctls.Count),
            ("kldstat", capture.KernelFiles?.Files.Length), ("swapinfo", capture.Swap?.Devices.Length),
        ];
        return
        [
            .. tables.Where(t => t.Rows > 0)
                .Select(t => new CaptureFile(t.Name, Format, t.Rows!.Value, 0, FileUse.Used)),
        ];
    }

    /// <summary>What was lost when the capture was read at first is lost here too.</summary>
    private static ImmutableArray<Diagnostic> Lost(LatestValues values) =>
        values.One(MetricName.CaptureLostPlaces) is { Value: > 0 } lost
            ? [new Diagnostic(
                DiagnosticId.BadLine,
                $"{Display.Count(lost.Value, "place", "places")} of the capture could not be read when it was taken in",
                lost.At)]
            : [];
}
