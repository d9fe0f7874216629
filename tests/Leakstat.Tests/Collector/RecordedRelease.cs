using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Leakstat.Tests.Collector;

/// <summary>
/// A host of a release, as recordings that stand-ins answer from. Only 14.2 is recorded from a real host. The others
/// are written: its numbers in the forms that the sources of those releases print, without the commands, names and
/// columns that they do not have.
/// </summary>
internal sealed record RecordedRelease(string Name, int OsRelDate, string OsRelease)
{
    private const string Real = "freebsd-14.2-zfs-arc-full";

    /// <summary>The hosts.</summary>
    public static IReadOnlyList<RecordedRelease> All { get; } =
    [
        new("8.4", 804000, "8.4-RELEASE-p41"),
        new("10.4", 1004000, "10.4-RELEASE-p13"),
        new("12.2", 1202000, "12.2-RELEASE-p15"),
        new("13.2", 1302001, "13.2-RELEASE-p11"),
        new("14.2", 1402000, "14.2-BETA1"),
        new("15.0", 1500068, "15.0-RELEASE"),
        new("OPNsense", 1401000, "14.1-RELEASE-p6"),
        new("pfSense", 1400094, "14.0-CURRENT"),
        new("TrueNAS-CORE", 1301000, "13.1-RELEASE-p9"),
    ];

    private bool HasLibxo => OsRelDate >= 1100000;

    private bool HasUma => OsRelDate >= 1300000;

    private bool HasZfs => Name is not ("OPNsense" or "pfSense");

    /// <summary>The files of a whole capture by the full profile, in the order of their names.</summary>
    public IEnumerable<string> ExpectedFiles()
    {
        string table = HasLibxo ? "json" : "txt";
        string?[] names =
        [
            HasZfs ? "arcstats.txt" : null, "dmesg.txt", "kldstat-v.txt", "loader.conf", "manifest.json", "netstat-m." + table,
            "ps." + table, "swapinfo.txt", OsRelDate >= 1200000 ? "sysctl-dev.txt" : null, HasUma ? "sysctl-uma.txt" : null,
            "sysctl.conf", "sysctl.txt", "vmstat-m." + table, "vmstat-z." + table,
        ];
        return names.OfType<string>();
    }

    /// <summary>Writes the recording.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        if (OsRelDate < 1000000)
        {
            File.WriteAllText(Path.Combine(folder, "without-sysctl-i"), "");
        }

        Put(folder, "loader.conf", "zfs_load=\"YES\"\nvfs.zfs.arc_max=\"512M\"\n");
        Put(folder, "sysctl.conf", "# ours\nkern.maxvnodes=200000\n");
        foreach (string file in (string[])["swapinfo.txt", "dmesg.txt", "ps.txt", "netstat-m.txt", "vmstat-z.txt", "vmstat-m.txt", "kldstat-v.txt"])
        {
            Put(folder, file, Text(file));
        }

        Put(folder, "sysctl-0.txt", $"kern.hostname: {Name.ToLowerInvariant()}.example.org\nkern.osreldate: {OsRelDate}\nkern.osrelease: {OsRelease}\n");
        Put(folder, "sysctl.txt", Sysctls());
        if (!HasLibxo)
        {
            return;
        }

        Put(folder, "vmstat-z.json", Json("vmstat-z.json"));
        Put(folder, "vmstat-m.json", Json("vmstat-m.json"));
        Put(folder, "netstat-m.json", Text("netstat-m.json"));
        Put(folder, "ps.json", Text("ps.json"));
    }

    private static void Put(string folder, string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);

    private string Text(string file)
    {
        string text = File.ReadAllText(Given.Data($"{Real}/{file}"));
        return file switch
        {
            "vmstat-z.txt" when OsRelDate < 1402000 => Zones(text),
            "vmstat-m.txt" when OsRelDate < 1402000 => MallocTypes(text),
            "netstat-m.txt" when OsRelDate < 1200000 => Regex.Replace(
                text, "(?s)0 sendfile syscalls\n.*", "0 requests for sfbufs denied\n0 requests for sfbufs delayed\n0 requests for I/O initiated by sendfile\n"),
            _ => text,
        };
    }

    /// <summary>vmstat -z as 10 to 12 print it, and as 13.0 does with one more column.</summary>
    private string Zones(string text)
    {
        bool domains = OsRelDate >= 1300000;
        var written = new StringBuilder(domains
            ? "ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAILSLEEP XDOMAIN\n"
            : "ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP\n\n");
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            int colon = line.LastIndexOf(':');
            long[] n = [.. line[(colon + 1)..].Split(',').Select(v => long.Parse(v, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture))];
            written.Append(CultureInfo.InvariantCulture, $"{line[..colon] + ":",-20} {n[0],6}, {n[1],6},{n[2],8},{n[3],8},{n[4],8},{n[5],4},{n[6],4}");
            written.Append(domains ? string.Create(CultureInfo.InvariantCulture, $",{n[7],4}\n") : "\n");
        }

        return written.Append(domains ? "" : "\n").ToString();
    }

    /// <summary>vmstat -m in KiB, to 12 with the column HighUse, which is always empty.</summary>
    private string MallocTypes(string text)
    {
        bool high = OsRelDate < 1300000;
        var written = new StringBuilder(high ? "         Type InUse MemUse HighUse Requests  Size(s)\n" : "         Type InUse MemUse Requests  Size(s)\n");
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            Match row = Regex.Match(line, @"^ *(?<type>\S.*?) +(?<use>\d+) +(?<memory>\d+) +(?<req>\d+) *(?<sizes>[\d,]*)$");
            Assert.True(row.Success, line);
            long kib = (long.Parse(row.Groups["memory"].Value, CultureInfo.InvariantCulture) + 1023) / 1024;
            written.Append(CultureInfo.InvariantCulture, $"{row.Groups["type"],13} {row.Groups["use"],5} {kib,5}K");
            written.Append(CultureInfo.InvariantCulture, $" {(high ? "      - " : "")}{row.Groups["req"],8}  {row.Groups["sizes"]}\n");
        }

        return written.ToString();
    }

    /// <summary>The libxo documents: version 1 and KiB before 14.2, no xdomain before 13.</summary>
    private string Json(string file)
    {
        string text = File.ReadAllText(Given.Data($"{Real}/{file}"));
        if (OsRelDate >= 1402000)
        {
            return text;
        }

        text = text.Replace("\"__version\": \"2\"", "\"__version\": \"1\"", StringComparison.Ordinal);
        text = Regex.Replace(text, "\"memory-use\":(\\d+)", m => string.Create(
            CultureInfo.InvariantCulture, $"\"memory-use\":{(long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) + 1023) / 1024}")
            + (OsRelDate < 1300000 ? ",\"high-use\":\"-\"" : ""));
        text = OsRelDate < 1300000 ? Regex.Replace(text, ",\"xdomain\":\\d+", "") : text;
        using var valid = JsonDocument.Parse(text);
        return text;
    }

    /// <summary>The names that the release has, of those that 14.2 has.</summary>
    private string Sysctls()
    {
        var written = new StringBuilder();
        bool keep = false;
        foreach (string line in File.ReadAllLines(Given.Data($"{Real}/sysctl.txt"))
            .Concat(File.ReadAllLines(Given.Data($"{Real}/phys_free.txt"))))
        {
            Match name = Regex.Match(line, @"^([a-z]\w*\.[\w.%-]+):( |$)");
            keep = name.Success ? Has(name.Groups[1].Value) : keep;
            if (keep)
            {
                written.Append(line).Append('\n');
            }
        }

        return written.ToString();
    }

    private bool Has(string name) => name switch
    {
        _ when name.StartsWith("vm.uma.", StringComparison.Ordinal) => HasUma,
        _ when name.StartsWith("kstat.zfs", StringComparison.Ordinal) || name.StartsWith("vfs.zfs", StringComparison.Ordinal) => HasZfs,
        _ when name.StartsWith("vfs.vnode.", StringComparison.Ordinal) => OsRelDate >= 1402000,
        _ when name.StartsWith("vm.domain", StringComparison.Ordinal) || name.StartsWith("vm.uma_kmem", StringComparison.Ordinal) => OsRelDate >= 1200000,
        _ when name.EndsWith("_pt_page_count", StringComparison.Ordinal) => OsRelDate >= 1400000,
        "vm.stats.vm.v_laundry_count" or "vm.stats.vm.v_pdshortfalls" => OsRelDate >= 1200000,
        "vm.stats.vm.v_user_wire_count" or "vm.max_user_wired" => OsRelDate >= 1300000,
        "vm.malloc.zone_count" or "vm.malloc.zone_sizes" => OsRelDate >= 1300000,
        "vm.swap_enabled" or "vm.swap_idle_enabled" => OsRelDate < 1500000,
        _ => true,
    };
}
