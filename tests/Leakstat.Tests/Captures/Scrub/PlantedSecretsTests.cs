using System.Globalization;

namespace Leakstat.Tests.Captures.Scrub;

/// <summary>Secrets made up anew for each seed stand where they stand on real hosts; none may come through.</summary>
public sealed class PlantedSecretsTests
{
    [Fact]
    public void No_secret_comes_through()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var host = new Host(seed);
            var scrubbed = Scrubbed.Of(Scrubbed.Folder("caps", host.Files()));
            string all = scrubbed.Everything();
            Assert.All(host.Secrets, s => Assert.False(
                all.Contains(s, StringComparison.OrdinalIgnoreCase), $"seed {seed}: {s} came through: {Around(all, s)}"));
            Assert.True(scrubbed.Files.Count >= 10);
        }
    }

    [Fact]
    public void No_secret_comes_through_where_unknown_texts_are_kept()
    {
        for (int seed = 100; seed < 120; seed++)
        {
            var host = new Host(seed);
            string all = Scrubbed.Of(Scrubbed.Folder("caps", host.Files()), new Leakstat.Captures.Scrub.ScrubOptions { KeepsUnknown = true }).Everything();
            Assert.All(host.Secrets, s => Assert.False(
                all.Contains(s, StringComparison.OrdinalIgnoreCase), $"seed {seed}: {s} came through: {Around(all, s)}"));
        }
    }

    private static string Around(string text, string secret)
    {
        int at = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : text[Math.Max(at - 80, 0)..Math.Min(at + secret.Length + 40, text.Length)];
    }

    /// <summary>A host with made-up names.</summary>
    private sealed class Host
    {
        private readonly Random _random;
        private readonly string _name;
        private readonly string _domain;
        private readonly string _user;
        private readonly string _other;
        private readonly string _pool;
        private readonly string _dataset;
        private readonly string _jail;
        private readonly string _label;
        private readonly string _serial;
        private readonly string _uuid;
        private readonly string _mac;
        private readonly string _v4;
        private readonly string _v6;
        private readonly string _key;
        private readonly string _passphrase;
        private readonly string _project;
        private readonly string _guid;
        private readonly string _hostid;

        public Host(int seed)
        {
            _random = new Random(seed);
            _name = Word() + _random.Next(2, 99);
            _domain = Word() + ".com";
            _user = Word();
            _other = Word();
            _pool = Word();
            _dataset = Word();
            _jail = Word();
            _label = Word();
            _project = Word();
            _serial = Letters(3).ToUpperInvariant() + "-" + Letters(2).ToUpperInvariant() + _random.NextInt64(100_000_000, 999_999_999);
            _uuid = new Guid(Bytes(16)).ToString();
            _mac = string.Join(':', Bytes(6).Select((b, i) => (i == 0 ? b & 0xfe | 2 : b).ToString("x2", CultureInfo.InvariantCulture)));
            _v4 = string.Create(CultureInfo.InvariantCulture, $"10.{_random.Next(1, 255)}.{_random.Next(1, 255)}.{_random.Next(1, 255)}");
            _v6 = "2a01:" + string.Join(':', Enumerable.Range(0, 7).Select(_ => _random.Next(0x1000, 0xffff).ToString("x", CultureInfo.InvariantCulture)));
            _key = Letters(20) + _random.Next(100, 999) + Letters(25);
            _passphrase = Word() + Word();
            _guid = _random.NextInt64(1_000_000_000_000_000_000, long.MaxValue).ToString(CultureInfo.InvariantCulture);
            _hostid = _random.Next(100_000_000, int.MaxValue).ToString(CultureInfo.InvariantCulture);
        }

        public IEnumerable<string> Secrets =>
        [
            _name, _domain, _domain.Split('.')[0], _user, _other, _pool, _dataset, _jail, _label, _serial, _uuid, _mac, _v4, _v6, _key, _passphrase,
            _project, _guid, _hostid,
        ];

        public IEnumerable<(string, string)> Files() =>
        [
            ("manifest.json", $"{{\"host\": \"{_name}.{_domain}\", \"takenAt\": \"2026-11-20T19:02:43Z\", \"note\": \"asked by {_user}\", \"skipped\": {{\"zpool status\": \"{_pool} hangs\"}}}}"),
            ("uname.txt", $"FreeBSD {_name}.{_domain} 14.2-RELEASE-p3 FreeBSD 14.2-RELEASE-p3 {_user}@build.{_domain}:/usr/obj/usr/home/{_user}/src/amd64.amd64/sys/{_name.ToUpperInvariant()} amd64\n"),
            ("sysctl.txt", $"""
                kern.ostype: FreeBSD
                kern.osrelease: 14.2-RELEASE-p3
                kern.version: FreeBSD 14.2-RELEASE-p3 {_user}@build.{_domain}:/usr/home/{_user}/obj GENERIC
                kern.hostname: {_name}.{_domain}
                kern.domainname: {_domain}
                kern.hostuuid: {_uuid}
                kern.hostid: {_hostid}
                kern.geom.conftxt: 0 DISK ada0 4000787030016 512 hd 16 sc 63
                1 LABEL gpt/{_label} 4000 512 i 0 o 0
                kern.geom.confxml: <mesh>
                      <ident>{_serial}</ident>
                      <name>gptid/{_uuid}</name>
                </mesh>
                kern.msgbuf: login by {_user} on {_name}
                second line about {_project}
                kern.boottime: {"{"} sec = 1795201284, usec = 211670 {"}"} Fri Nov 20 19:01:24 2026
                hw.physmem: 17179869184
                hw.model: Intel(R) Xeon(R)
                dev.ix.0.%desc: Intel(R) X520 82599ES
                dev.nvme.0.serial: {_serial}
                dev.foo.0.owner: {_project}
                kstat.zfs.misc.arcstats.size: 4294967296
                kstat.zfs.{_pool}.misc.guid: {_guid}
                kstat.zfs.{_pool}.dataset.objset-0x36.dataset_name: {_pool}/{_dataset}/{_user}
                net.inet.carp.peer: {_v4}
                vfs.zfs.arc.max: 8589934592

                """),
            ("ps.txt", $"""
                USER         PID    LWP WCHAN     RSS COMMAND
                root           0 100000 swapin    240 [kernel/swapper]
                root          12 100020 -         240 [zpool-{_pool}/zio_null_issue]
                {_user,-10}  712 100200 select   8000 /usr/local/bin/python3 /home/{_user}/{_project}/serve.py --token={_key} --db {_v4}
                {_other,-10} 713 100201 select   8000 sshd: {_other}@pts/0 (sshd)
                root         714 100202 select   8000 ssh -i /root/.ssh/{_project} {_user}@{_name}.{_domain}
                root         715 100203 select   8000 jail -c name={_jail} path=/jails/{_jail}

                """),
            ("top.txt", $"""
                last pid:  2189;  load averages:  0.24,  0.13,  0.04   up 0+00:39:10  12:30:35
                19 processes:  1 running, 18 sleeping
                Mem: 10M Active, 1480K Inact, 43M Wired, 14M Buf, 923M Free
                Swap: 2048M Total, 2048M Free

                  PID USERNAME    THR PRI NICE   SIZE    RES STATE    C   TIME    WCPU COMMAND
                  712 {_user,-10}   1  20    0    14M  2840K select   0   0:01   0.00% python3 /home/{_user}/{_project}

                """),
            ("dmesg.txt", $"""
                ---<<BOOT>>---
                Copyright (c) 1992-2023 The FreeBSD Project.
                FreeBSD 14.2-RELEASE-p3 {_name.ToUpperInvariant()} amd64
                ada0: <WDC WD40EFRX-68N32N0 82.00A82> ACS-3 ATA SATA 3.x device
                ada0: Serial Number {_serial}
                ix0: Ethernet address: {_mac}
                ix0: link state changed to UP
                arp: {_v4} moved from {_mac} to 02:00:00:00:00:01 on ix0
                nd6: {_v6} duplicate address on ix0
                GEOM_ELI: Device gpt/{_label}.eli created.
                Trying to mount root from zfs:{_pool}/ROOT/{_dataset} []...
                Solaris: WARNING: Pool '{_pool}' has encountered an uncorrectable I/O failure and has been suspended.
                ZFS: vdev state changed, pool_guid={_guid} vdev_guid={_guid}
                Nov 20 19:00:01 {_name} kernel: pid 712 (python3), jid 3, uid 1001, was killed: failed to reclaim memory
                Nov 20 19:00:02 {_name} sshd[714]: Accepted publickey for {_user} from {_v4} port 22 ssh2: {_project}
                [zone: mbuf_cluster] kern.ipc.nmbclusters limit reached

                """),
            ("swapinfo.txt", $"Device          1K-blocks     Used    Avail Capacity\n/dev/gpt/{_label}.eli 2097152 0 2097152 0%\n"),
            ("kldstat-v.txt", $"""
                Id Refs Address                Size Name
                 1    1 0xffffffff80200000   fa7720 kernel (/boot/kernel/kernel)
                 2    1 0xffffffff81200000     7720 leakmod.ko (/home/{_user}/{_project}/leakmod.ko)
                 3    1 0xffffffff81300000     7720 other.ko (/opt/{_project}/other.ko)

                """),
            ("loader.conf", $"# set by {_user} for {_project}\nzfs_load=\"YES\"\nkern.geom.eli.passphrase=\"{_passphrase}\"\nvfs.root.mountfrom=\"zfs:{_pool}/{_dataset}\"\nvfs.zfs.arc_max=\"8G\"\n"),
            ("ifconfig.txt", $"ix0: flags=1008843<UP,BROADCAST> metric 0 mtu 1500\n\tdescription: {_project}\n\tether {_mac}\n\tinet {_v4} netmask 0xffffff00\n"),
            ("zpool-status.txt", $"  pool: {_pool}\n state: ONLINE\nconfig:\n\n\tNAME  STATE\n\t{_pool}  ONLINE\n\t  gpt/{_label}  ONLINE\n"),
            ($"{_project}-notes.txt", $"Notes of {_user} on {_project}: the password is {_passphrase}, ask {_other}@{_domain}\n"),
            ("jls.txt", $"   JID  IP Address      Hostname                      Path\n     3  {_v4,-15} {_jail,-29} /jails/{_jail}\n"),
            ($"paste-{_project}/paste.txt", $"""
                Hi, {_user} here, {_name} leaks again. Best, {_other}

                [{_user}@{_name} ~/{_project}]$ vmstat -m
                         Type InUse MemUse HighUse Requests  Size(s)
                       devbuf  1200  2000K       -     1300  16,32,64
                [{_user}@{_name} ~/{_project}]$ ssh {_other}@{_domain}
                [{_user}@{_name} ~/{_project}]$ uptime
                 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09
                The rest is on https://{_domain}/{_project}?key={_key}

                """),
            ("core.txt.0", $"""
                {_name}.{_domain} dumped core - see /var/crash/vmcore.0

                Fri Nov 20 19:10:00 UTC 2026

                FreeBSD {_name}.{_domain} 14.2-RELEASE-p3 FreeBSD 14.2-RELEASE-p3 GENERIC amd64

                panic: vm_fault failed, {_name}

                ------------------------------------------------------------------------
                ps -axlww

                  UID   PID  PPID C PRI NI   VSZ   RSS MWCHAN STAT TT     TIME COMMAND
                    0     1     0 0  20  0 11000   900 wait   Ss    -  0:00.01 /sbin/init -- {_project}

                ------------------------------------------------------------------------
                vmstat -s

                  1200 cpu context switches
                   300 device interrupts

                """),
        ];

        private string Word()
        {
            const string consonants = "bdfghjklmnprtvwz";
            const string vowels = "aeiou";
            return string.Concat(Enumerable.Range(0, 4).Select(_ => $"{consonants[_random.Next(consonants.Length)]}{vowels[_random.Next(vowels.Length)]}")) + "q";
        }

        private string Letters(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + _random.Next(26))));

        private byte[] Bytes(int count)
        {
            byte[] bytes = new byte[count];
            _random.NextBytes(bytes);
            return bytes;
        }
    }
}
