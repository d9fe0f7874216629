using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Commands.Dmesg;
using Leakstat.Captures.Text;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tables;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Cli.Dumps;

/// <summary>
/// A dump as a capture: the tables that the commands of its kernel would have printed, straight from its heap. The
/// place of a number is where a subcommand of <c>leakstat dump</c> prints it (<c>vmcore.0: zone "widget" (dump
/// zones)</c>).
/// </summary>
internal static class DumpCapture
{
    /// <summary>What the form of the file is called among those of a capture.</summary>
    private const string Format = "crash-dump";

    private const string Uptime = "time_uptime";
    private const string Now = "time_second";

    /// <summary>The capture.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="name">Its name as printed.</param>
    /// <param name="leaks">What nothing points to in it; null where it was not searched.</param>
    public static Capture Of(KernelDump dump, string name, LeakReport? leaks = null)
    {
        var file = new SourceFile(name);
        ZoneTable? zones = HeapTables.Zones(dump.Heap, file);
        MallocTable? types = HeapTables.MallocTypes(dump.MallocTypes, dump.MallocBuckets, file);
        KernelFileTable files = HeapTables.Files(dump.Symbols.Files, file);
        SysctlTable sysctls = Sysctls(dump, file);
        KernelMessages? messages = Messages(dump, name);
        int rows = (zones?.Rows.Length
            ?? 0) + (types?.Rows.Length ?? 0) + files.Files.Length + sysctls.Count + (messages?.Messages.Length ?? 0);
        return new Capture
        {
            Source = name,
            TakenAt = dump.Identity.DumpedAt,
            Host = Host(dump, sysctls),
            IsCrashDump = true,
            ContentMark = Mark(dump),
            Files = [new CaptureFile(name[(name.LastIndexOf('/') + 1)..], Format, rows, 0, FileUse.Used)],
            Diagnostics = Problems(dump, name),
            Zones = zones,
            MallocTypes = types,
            KernelFiles = files,
            Sysctls = sysctls,
            Uma = HeapTables.Uma(dump.Heap, file),
            Messages = messages,
            Leaks = leaks is null ? null : LeakTables.Of(dump, leaks, file),
        };
    }

    private static HostIdentity Host(KernelDump dump, SysctlTable sysctls)
    {
        long? uptime = Counter(dump, Uptime);
        long? now = Counter(dump, Now);
        return new HostIdentity
        {
            Name = dump.Identity.HostName,
            Release = FreeBsdRelease.Parse(dump.Identity.Release)
                ?? FreeBsdRelease.FromVersionNumber(dump.Identity.OsRelDate),
            VersionNumber = dump.Identity.OsRelDate > 0 ? dump.Identity.OsRelDate : null,
            Architecture = dump.Identity.Architecture,
            PhysicalMemory = sysctls.Number("hw.physmem"),
            PageSize = sysctls.Number("vm.stats.vm.v_page_size", "hw.pagesize"),
            BootedAt = uptime is { } since && now is { } second && second >= since
                ? DateTimeOffset.FromUnixTimeSeconds(second - since)
                : null,
            UptimeSeconds = uptime,
        };
    }

    private static long? Counter(KernelDump dump, string name) =>
        dump.Counters.Where(c => c.Name == name).Select(c => (long?)c.Value).FirstOrDefault();

    /// <summary>What sysctl(8) would have said of memory.</summary>
    private static SysctlTable Sysctls(KernelDump dump, SourceFile file) => new(dump.Counters
        .Where(c => c.Name is not (Uptime or Now))
        .DistinctBy(c => c.Name)
        .Select(c => KeyValuePair.Create(c.Name, new SysctlTable.Entry(
            Encoding.ASCII.GetBytes(
                c.Value.ToString(CultureInfo.InvariantCulture)), file.InDump(c.Name, "summary -v")))));

    /// <summary>The message buffer is text, and read like dmesg(8).</summary>
    private static KernelMessages? Messages(KernelDump dump, string name)
    {
        if (dump.Messages is not { Length: > 0 } text)
        {
            return null;
        }

        var builder = new CaptureBuilder(name, new NamePool(), ReadLimits.Default);
        new DmesgText().Read(new TextSection(new SourceFile(name)
        {
            Place = "dump messages",
        }, Encoding.UTF8.GetBytes(text)), builder);
        return builder.Build().Messages;
    }

    /// <summary>What could not be read in the dump, with its name in front.</summary>
    private static ImmutableArray<Diagnostic> Problems(KernelDump dump, string name) =>
    [
        .. dump.Problems.All.Select(p => p.At.File.Path == dump.File.Path ? p : p with
        {
            At = new SourceLine(new SourceFile(name) { Place = p.At.File.Path }, 0),
        }),
    ];

    /// <summary>Tells this dump from others: two names of one dump have the same mark.</summary>
    private static string Mark(KernelDump dump)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture, $"{dump.Identity.Version}\n{dump.Identity.DumpedAt:O}\n{dump.File.Length}\n");
        foreach (KernelCounter counter in dump.Counters)
        {
            text.Append(CultureInfo.InvariantCulture, $"{counter.Name}={counter.Value}\n");
        }

        foreach (Zone zone in dump.Heap.Zones)
        {
            text.Append(CultureInfo.InvariantCulture, $"{zone.Address:x} {zone.Allocations} {zone.Frees}\n");
        }

        text.Append(dump.Messages);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
