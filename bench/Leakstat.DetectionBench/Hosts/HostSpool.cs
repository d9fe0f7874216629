using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Leakstat.DetectionBench.Hosts;

/// <summary>
/// Writes a simulated host as a spool of captures, with <c>truth.json</c> beside them: culprits by kind and a regular
/// expression for the name, of which any one is right.
/// </summary>
internal static class HostSpool
{
    public static string Stamp(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ",
        CultureInfo.InvariantCulture);

    /// <summary>Writes the spool into a folder of the host's name.</summary>
    public static void Write(SimulatedHost host, string into)
    {
        string folder = Path.Combine(into, host.Name);
        for (int i = 0; i < host.Times.Length; i++)
        {
            string capture = Path.Combine(folder, Stamp(host.Times[i]));
            Directory.CreateDirectory(capture);
            foreach ((string name, string text) in Files(host, i))
            {
                File.WriteAllText(Path.Combine(capture, name), text);
            }
        }

        File.WriteAllText(Path.Combine(folder, "truth.json"), Truth(host));
    }

    /// <summary>The files of a capture, as the commands print them.</summary>
    public static IEnumerable<(string Name, string Text)> Files(SimulatedHost host, int sample) =>
    [
        ("manifest.json", JsonSerializer.Serialize(new { host = host.Name, takenAt = Stamp(host.Times[sample]) })),
        ("vmstat-z.txt", Zones(host, sample)),
        ("vmstat-m.txt", Types(host, sample)),
        ("sysctl.txt", string.Concat(HostCaptures.Lines(host, sample).Select(line => $"{line.Name}: {line.Value}\n"))),
    ];

    private static string Truth(SimulatedHost host) => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["class"] = host.Truth.Class,
        ["leak"] = host.Truth.IsLeak,
        ["culprits"] = host.Truth.Culprits.Select(c => new { kind = c.Kind, name = $"^{Regex.Escape(c.Name)}( |$)" })
            .ToArray(),
        ["start"] = double.IsNaN(host.Truth.Start) ? null : Math.Round(host.Truth.Start, 2),
        ["captures"] = host.Times.Length,
        ["ram"] = host.PhysicalMemory,
        ["boots"] = Enumerable.Range(1, host.Times.Length - 1)
            .Where(i => host.BootedAt[i] - host.BootedAt[i - 1] > TimeSpan.FromSeconds(30)).ToArray(),
    });

    // The formats of usr.bin/vmstat/vmstat.c of 14.2.
    private static string Zones(SimulatedHost host, int sample)
    {
        var text =
            new StringBuilder("ITEM                   SIZE   LIMIT     USED     FREE      REQ FAIL SLEEP XDOM\n");
        foreach (ZoneTrack zone in host.Zones.Where(z => z.Used[sample] != ZoneTrack.Absent))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{zone.Name + ":",-20} {zone.Size,6}, "
                    + $"{zone.Limit,6},{zone.Used[sample],8},{zone.Free[sample],8},{zone.Requests[sample],8},   "
                    + $"0,   0,   0\n");
        }

        return text.ToString();
    }

    private static string Types(SimulatedHost host, int sample)
    {
        var text = new StringBuilder("            Type  Use Memory Req Size(s)\n");
        foreach (TypeTrack type in host.Types.Where(t => t.InUse[sample] != ZoneTrack.Absent))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{type.Name,16} {type.InUse[sample],4} {type.Bytes[sample],6} {type.Requests[sample],4} "
                    + $"{string.Join(',', type.Sizes.Order())}\n");
        }

        return text.ToString();
    }
}
