using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Leakstat.Captures.Sources;

namespace Leakstat.Tests.Captures.Scrub;

/// <summary>
/// Secrets of many forms in every place where a capture has room for one, alone and in the midst of the kernel's own words.
/// Written from what hosts, storage, networks and people call things, not from the forms that scrubbing knows.
/// </summary>
public sealed class SecretsInEveryPlaceTests
{
    /// <summary>None of them is a word of FreeBSD's, and none a number that a counter could have by chance.</summary>
    private static readonly string[] s_secrets =
    [
        // Networks.
        "10.83.17.201", "192.168.113.77", "172.29.4.18", "203.0.114.9", "2a01:4f8:c17:b8f::2", "fd12:3456:789a::1f", "fe80::5a9c:fcff:fe10:ffe1%ix0",
        "58:9c:fc:10:ff:e1", "58-9c-fc-10-ff-e1", "589c.fc10.ffe1", "00:25:90:fd:ee:3a:11:22", "10-83-17-201", "ip-10-83-17-201", "10.83.17.0/24",
        // Hosts and domains.
        "quillfeather", "quillfeather.intranet.bluewhelk.de", "db-prd-quill03", "BLUEWHELK-DC2", "mx1.bluewhelk.co.uk", "quillfeather.lan", "vm4711quill",
        "xn--blwhlk-kva.de", "quill_feather", "QUILLFEATHER", "quillfeather.bluewhelk.museum",
        // People.
        "ottokarvonbluewhelk", "o.whelkmann", "whelkmann@bluewhelk.de", "Whelkmann", "w.whelkmann+ops@bluewhelk.example", "whelkmo1", "Ottokar",
        // Storage.
        "iqn.2011-06.de.bluewhelk:store.quill", "eui.0025385b71b0f6d3", "naa.5000c500a1b2c3d4", "50014380121a4d7e", "0x5000c500a1b2c3d4", "WD-WX12D80K4J7Y",
        "S4EVNX0R123456W", "ZA1DK4PQ", "gptid/6c2b5bd0-93a1-11ee-8f1a-589cfc10ffe1", "6c2b5bd0-93a1-11ee-8f1a-589cfc10ffe1", "whelktank/quill@auto-0815", "whelktank",
        "//whelkfiles/quill$", "whelkfiles:/export/quill", "t10.ATA_____WHELKDISK_512", "ada-whelk-serial-77Q",
        // Keys.
        "9f86d081884c7d659a2feaa0c55ad015", "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b", "48915760233871946205518273649100",
        "AKIAIOSFODNN7WHELKXQ", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "glpat-Zx9wQk3vTb7yUn2mLp5r", "xoxb-2401-whelk-Zx9wQk3v",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ3aGVsayJ9.QzX1", "Zm9vYmFy/d2hlbGs+cXVpbGw/Zx9wQk3vTb7yUn2mLp5r==", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYWHELKKEY",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIWhelkQuill", "hunter2whelk", "correct-whelk-battery-quill", "$6$rounds=5000$whelk$Zx9wQk3vTb7yUn2mLp5r", "Tr0ub4dor&3whelk",
        "SG.Zx9wQk3vTb7yUn2mLp5r", "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        // Things and places.
        "INV-2291-WHELK", "WHELK-0004711", "Rack-Q17-Whelkstadt", "Whelkstadt", "bluewhelk", "Bluewhelk_GmbH", "PRJ-QUILLFEATHER-7", "whelkd", "quillsync-agent",
        "CHG0081544Q", "whelk.cust.4711", "KUNDE_WHELK", "QUILLKERNEL", "whelk0", "mod_whelkauth",
    ];

    public static TheoryData<string> Places => [.. Writers.Keys];

    private static Dictionary<string, Func<string, IEnumerable<(string Path, string Text)>>> Writers { get; } = new()
    {
        ["name of a file"] = s => [($"{AsName(s)}.txt", Uptime)],
        ["name of a file beside a known one"] = s => [($"vmstat-z-{AsName(s)}.txt", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP XDOMAIN\nmbuf: 256, 0, 1, 1, 1, 0, 0, 0\n")],
        ["name of a folder"] = s => [($"{AsName(s)}/uptime.txt", Uptime), ("zz/uptime.txt", Uptime)],
        ["folder deep below"] = s => [($"host/{AsName(s)}/before/uptime.txt", Uptime)],
        ["manifest: host"] = s => [("manifest.json", $"{{\"host\": {JsonSerializer.Serialize(s)}, \"takenAt\": \"2026-11-20T19:02:43Z\"}}"), ("uptime.txt", Uptime)],
        ["manifest: others"] = s =>
        [
            ("manifest.json", $"{{\"host\": \"fw\", \"takenAt\": \"2026-11-20T19:02:43Z\", \"release\": {JsonSerializer.Serialize(s)}, \"messages\": [{JsonSerializer.Serialize("no " + s)}], "
                + $"\"version\": {JsonSerializer.Serialize(s)}, {JsonSerializer.Serialize(s)}: 1, \"commands\": [{{\"file\": \"a.txt\", \"command\": {JsonSerializer.Serialize("ps -J " + s)}}}]}}"),
            ("uptime.txt", Uptime),
        ],
        ["dmesg"] = s =>
        [
            ("dmesg.txt", $"---<<BOOT>>---\nCopyright (c) 1992-2023 The FreeBSD Project.\nix0: <{s}> mem 0xfe000000 at device 0.0 on pci2\nada0: Serial Number {s}\nix0: Ethernet address: {s}\n"
                + $"nfs server {s}:/export/home: not responding\nSAS Address for SATA device = {s}\nWARNING: {s} was not properly dismounted\nTrying to mount root from ufs:/dev/{s} [rw]...\n"
                + $"{s}: link state changed to UP\nfoo0: attach {s} failed\n[12.3] cam: {s}\npid 712 ({s}), jid 3, uid 1001, was killed: failed to reclaim memory\n"
                + $"GEOM_ELI: Device {s}.eli created.\narp: {s} is using my IP address on ix0!\nipfw: 100 Deny TCP {s} in via ix0\n"),
        ],
        ["a system log"] = s =>
        [
            ("messages.txt", $"Nov 20 19:00:01 fw kernel: ix0: link state changed to UP\nNov 20 19:00:02 fw sshd[714]: Accepted publickey for {s} from {s} port 22\n"
                + $"Nov 20 19:00:02 fw {s}[714]: started\nNov 20 19:00:02 fw kernel: {s}: error 5\nNov 20 19:00:09 fw kernel: swap_pager: out of swap space\n"),
        ],
        ["sysctl: values"] = s =>
        [
            ("sysctl.txt", $"kern.ostype: FreeBSD\nkern.osrelease: 14.2-RELEASE\nkern.ident: {s}\nkern.version: FreeBSD 14.2-RELEASE {s} GENERIC\nkern.bootfile: /boot/{s}/kernel\n"
                + $"hw.model: {s}\ndev.ix.0.%desc: {s}\ndev.ix.0.%pnpinfo: vendor={s}\nkern.hostuuid: {s}\nkern.geom.label.gptid: {s}\nnet.inet.tcp.cc.algorithm: {s}\nhw.physmem: 17179869184\n"
                + $"kern.module_path: /boot/kernel;/opt/{s}\nsecurity.jail.name: {s}\nkern.msgbuf: {s}\n{s} again\n"),
        ],
        ["sysctl: names"] = s => [("sysctl.txt", $"kern.osrelease: 14.2-RELEASE\nhw.physmem: 17179869184\ndev.{s}.0.rate: 7\nkern.{s}: 7\nkstat.zfs.{AsName(s)}.dataset.objset-0x36.nread: 7\n")],
        ["kenv and loader.conf"] = s => [("loader.conf", $"# {s}\nzfs_load=\"YES\"\nvm.kmem_size=\"{s}\"\n{AsName(s)}=\"YES\"\nsmbios.system.serial=\"{s}\"\nhint.{s}.0.at=\"isa\"\nvfs.root.mountfrom=\"ufs:{s}\"\nkern.maxusers=\"8\"\n")],
        ["ps"] = s =>
        [
            ("ps.txt", $"USER         PID    LWP WCHAN     RSS COMMAND\nroot           0 100000 swapin    240 [kernel/swapper]\n{AsWord(s)} 712 100200 select 8000 /usr/local/bin/python3 {s}\n"
                + $"root         714 100202 select   8000 {s} -d\nroot         715 100203 select   8000 /opt/{s}/bin/run --key {s}\nroot         716 100204 select   8000 sshd: {s} [priv]\n"
                + $"root         717 100205 -         240 [{s}/zio_null]\n"),
        ],
        ["top"] = s =>
        [
            ("top.txt", "last pid:  2189;  load averages:  0.24,  0.13,  0.04   up 0+00:39:10  12:30:35\n19 processes:  1 running, 18 sleeping\n"
                + "Mem: 10M Active, 1480K Inact, 43M Wired, 14M Buf, 923M Free\nSwap: 2048M Total, 2048M Free\n\n"
                + "  PID USERNAME    THR PRI NICE   SIZE    RES STATE    C   TIME    WCPU COMMAND\n"
                + $"  712 {AsWord(s)}   1  20    0    14M  2840K select   0   0:01   0.00% {s}\n"),
        ],
        ["uname"] = s => [("uname.txt", $"FreeBSD {AsWord(s)} 14.2-RELEASE-p3 FreeBSD 14.2-RELEASE-p3 {s}@build:/usr/obj/{s} {s} amd64\n")],
        ["swapinfo and kldstat"] = s =>
        [
            ("swapinfo.txt", $"Device          1K-blocks     Used    Avail Capacity\n/dev/{s} 2097152 0 2097152 0%\n"),
            ("kldstat.txt", $"Id Refs Address                Size Name\n 1    1 0xffffffff80200000   fa7720 kernel (/boot/kernel/kernel)\n 2    1 0xffffffff81200000     7720 ix.ko (/opt/{s}/ix.ko)\n"),
        ],
        ["mount, df, jls, zpool"] = s =>
        [
            ("mount.txt", $"{s} on /data (nfs)\n/dev/ada0p2 on / (ufs, local, soft-updates)\n"), ("df.txt", $"Filesystem 1K-blocks Used Avail Capacity Mounted on\n{s} 100 50 50 50% /{s}\n"),
            ("jls.txt", $"   JID  IP Address      Hostname                      Path\n     3  {s} {s} /jails/{s}\n"), ("zpool.txt", $"  pool: {s}\n state: ONLINE\n"), ("uptime.txt", Uptime),
        ],
        ["JSON of libxo"] = s =>
        [
            ("vmstat-m.json", $"{{\"malloc-statistics\": {{\"memory\": [{{\"type\": \"devbuf\", \"in-use\": 3, \"memory-use\": 4, \"requests\": 9, \"size\": [16], \"note\": {JsonSerializer.Serialize(s)}}}]}}, "
                + $"\"host\": {JsonSerializer.Serialize(s)}, {JsonSerializer.Serialize(s)}: 5}}\n"),
            ("ps.json", $"{{\"process-information\": {{\"process\": [{{\"user\": {JsonSerializer.Serialize(s)}, \"pid\": \"712\", \"rss\": \"100\", \"command\": {JsonSerializer.Serialize("/opt/x/" + s)}, \"jail\": {Escaped(s)}}}]}}}}\n"),
        ],
        ["XML of libxo"] = s => [("ps.xml", $"<process-information><process><user>{Xml(s)}</user><pid>712</pid><rss>100</rss><command>{Xml(s)} -x</command><tty>{Xml(s)}</tty></process></process-information>\n")],
        ["a paste"] = s =>
        [
            ("paste.txt", $"Hello, {s} here. {s} leaks.\n\n[{AsWord(s)}@fw ~/{s}]$ vmstat -m\n         Type InUse MemUse HighUse Requests  Size(s)\n       devbuf  1200  2000K       -     1300  16,32,64\n"
                + $"[root@fw ~]$ ssh {s}\n[root@fw ~]$ uptime\n 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09\nSee {s} and https://fw/{s}?q={s}\n"),
        ],
        ["a crash summary"] = s =>
        [
            ("core.txt", $"{AsWord(s)} dumped core - see /var/crash/vmcore.0\n\nFri Nov 20 19:10:00 UTC 2026\n\nFreeBSD {AsWord(s)} 14.2-RELEASE-p3 FreeBSD 14.2-RELEASE-p3 {s} amd64\n\npanic: {s}\n\n"
                + $"------------------------------------------------------------------------\nvmstat -s\n\n  1200 cpu context switches\n   300 device interrupts\n  7 {s}\n\n"),
        ],
    };

    private const string Uptime = " 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09\n";

    [Theory]
    [MemberData(nameof(Places))]
    public void NoneIsLeft(string place)
    {
        List<string> left = [];
        foreach (string secret in s_secrets)
        {
            (string, string)[] files = [.. Writers[place](secret)];
            foreach (bool keeps in (bool[])[false, true])
            {
                string all = Scrubbed.Of(Scrubbed.Folder("caps", files), new Leakstat.Captures.Scrub.ScrubOptions { KeepsUnknown = keeps }).Everything();
                left.AddRange(Told(secret).Where(t => all.Contains(t, StringComparison.OrdinalIgnoreCase)).Select(t => $"{secret}: {t} in {Around(all, t)}"));
            }
        }

        Assert.True(left.Count == 0, $"{left.Count} of {2 * s_secrets.Length}\n" + string.Join('\n', left.Take(40)));
    }

    [Fact]
    public void ThereAreEnoughOfThem()
    {
        Assert.True(s_secrets.Length * Writers.Count >= 300);
        Assert.Equal(s_secrets.Length, s_secrets.Distinct().Count());
    }

    [Fact]
    public void NamesWithinArchivesAreNamesToo()
    {
        foreach (string secret in s_secrets)
        {
            using var tar = new MemoryStream();
            using (var packed = new GZipStream(tar, CompressionLevel.Fastest, leaveOpen: true))
            using (var writer = new TarWriter(packed, TarEntryFormat.Pax))
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{AsName(secret)}/{AsName(secret)}.txt")
                {
                    UserName = "nobody",
                    DataStream = new MemoryStream(Encoding.Latin1.GetBytes(Uptime)),
                });
            }

            string all = Scrubbed.Of(new MemorySource(AsName(secret) + ".tgz", tar.ToArray())).Everything();
            Assert.All(Told(AsName(secret)), told => Assert.DoesNotContain(told, all, StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>What must not be seen: the whole, and each of its parts that is telling by itself.</summary>
    private static IEnumerable<string> Told(string secret) =>
    [
        secret,
        .. secret.Split(' ', '/', '@', ':', '.', '-', '_', '=', '+', '&', '$', '?', '%').Where(p => p.Length >= 5 && p.Any(char.IsAsciiLetter) && p is not ("store" or "rounds" or "battery" or "correct" or "export" or "ed25519" or "gptid" or "museum" or "agent" or "intranet" or "example" or "serial")),
    ];

    private static string AsName(string secret) => secret.Replace('/', '_');

    private static string AsWord(string secret) => secret.Replace(' ', '_');

    private static string Xml(string secret) => secret.Replace("&", "&amp;", StringComparison.Ordinal);

    private static string Escaped(string secret) => $"\"{string.Concat(secret.Select(c => $"\\u{(int)c:x4}"))}\"";

    private static string Around(string text, string secret)
    {
        int at = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
        return text[Math.Max(at - 40, 0)..Math.Min(at + secret.Length + 20, text.Length)].Replace('\n', '|');
    }
}
