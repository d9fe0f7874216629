using System.Globalization;
using System.Text;
using System.Text.Json;
using Leakstat.Captures.Commands.DumpLeaks;
using Leakstat.Captures.Sources;
using Leakstat.Cli.Commands.Dump;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Walking;

namespace Leakstat.Cli.Dumps;

/// <summary>
/// A dump as a capture: the tables that the commands of its kernel would have printed, in a folder in memory, which is then read
/// like every other capture. Each number's place is its line in such a table (<c>vmcore.0/vmstat-z.txt:17</c>), and
/// <c>leakstat dump vmcore.0 zones</c> prints that table.
/// </summary>
internal static class DumpCapture
{
    /// <summary>Addresses of each group of lost blocks.</summary>
    private const int LostAddresses = 16;

    /// <summary>The folder.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="name">Name of the folder.</param>
    /// <param name="lost">What nothing points to in it; null where it was not searched.</param>
    public static ISourceNode Of(KernelDump dump, string name, LeakReport? lost = null)
    {
        var files = new List<ISourceNode> { new MemorySource(CaptureManifest.FileName, Manifest(dump)) };
        if (dump.Heap.Zones.Count > 0)
        {
            files.Add(new MemorySource("vmstat-z.txt", Text(KernelTables.Zones(dump.Heap))));
        }

        if (dump.MallocTypes.Count > 0)
        {
            files.Add(new MemorySource("vmstat-m.txt", Text(KernelTables.MallocTypes(dump.MallocTypes, dump.Identity.Major))));
        }

        files.Add(new MemorySource("kldstat-v.txt", Text(KernelTables.Files(dump.Symbols.Files))));
        files.Add(new MemorySource("sysctl.txt", Text(Sysctls(dump))));
        if (dump.Messages is { Length: > 0 } messages)
        {
            files.Add(new MemorySource("dmesg.txt", messages));
        }

        if (lost is not null)
        {
            // Without the time it took: the same dump gives the same capture.
            using var json = new MemoryStream();
            DumpLeaksJson.Write(json, dump, lost, seconds: null, sample: 0, LostAddresses);
            files.Add(new MemorySource("leaks.json", json.ToArray()));
        }

        return new MemorySource(name, files);
    }

    private static IEnumerable<string> Sysctls(KernelDump dump)
    {
        yield return "kern.ostype: FreeBSD";
        if (dump.Identity.Release is { } release)
        {
            yield return $"kern.osrelease: {release}";
        }

        yield return $"hw.machine: {dump.Identity.Architecture}";
        yield return $"hw.machine_arch: {(dump.Identity.Architecture == "arm64" ? "aarch64" : dump.Identity.Architecture)}";
        if (dump.Identity.HostName is { } host && !host.Contains('\n', StringComparison.Ordinal))
        {
            yield return $"kern.hostname: {host}";
        }

        long? uptime = null;
        long? now = null;
        foreach (KernelCounter counter in dump.Counters)
        {
            switch (counter.Name)
            {
                case "time_uptime":
                    uptime = counter.Value;
                    break;
                case "time_second":
                    now = counter.Value;
                    break;
                default:
                    yield return string.Create(CultureInfo.InvariantCulture, $"{counter.Name}: {counter.Value}");
                    break;
            }
        }

        if (uptime is { } since && now is { } second && second >= since)
        {
            string date = DateTimeOffset.FromUnixTimeSeconds(second - since).ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture);
            yield return string.Create(CultureInfo.InvariantCulture, $"kern.boottime: {{ sec = {second - since}, usec = 0 }} {date}");
        }

        foreach (string line in KernelTables.UmaSysctls(dump.Heap))
        {
            yield return line;
        }
    }

    private static byte[] Manifest(KernelDump dump)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (dump.Identity.HostName is { Length: > 0 } host)
            {
                json.WriteString("host", host);
            }

            if (dump.Identity.DumpedAt is { } time)
            {
                json.WriteString("takenAt", time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static string Text(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (string line in lines)
        {
            text.Append(line.ReplaceLineEndings(" ")).Append('\n');
        }

        return text.ToString();
    }
}
