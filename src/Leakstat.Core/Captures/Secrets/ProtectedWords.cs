using System.Collections.Frozen;
using Leakstat.Knowledge;

namespace Leakstat.Captures.Secrets;

/// <summary>
/// Words that FreeBSD itself uses. A host may be called <c>freebsd</c> and a pool <c>data</c>; where their place tells
/// that they are that, they are replaced, elsewhere the word says nothing about anyone.
/// </summary>
public static class ProtectedWords
{
    private static readonly Lazy<FrozenSet<string>> Kernel = new(Build);

    /// <summary>
    /// Accounts that every installation has (<c>etc/master.passwd</c>), and the usual ones of ports' daemons.
    /// </summary>
    private static readonly FrozenSet<string> Accounts = FrozenSet.ToFrozenSet(
    [
        "root", "toor", "daemon", "operator", "bin", "tty", "kmem", "games", "news", "man", "sshd", "smmsp",
        "mailnull", "bind", "unbound", "proxy", "_pflogd", "_dhcp", "uucp", "pop", "auditdistd", "www", "ntpd",
        "_ypldap", "hast", "tests", "nobody", "_ntp", "_sshd", "messagebus", "avahi", "cups", "mysql", "postgres",
        "redis", "nginx", "git", "zabbix", "munin", "nagios",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>Digits of the largest user id.</summary>
    private const int LongestId = 10;

    private const string Plain = """
        a active alloc allocated allocs and any arc at available average avail bad bit bits block blocks boot
        booted boots bucket buffer buffers bus busy byte bytes cache cached calls cap capacity cluster clusters
        command compressed console context controller copyright core count cpu cpus crash current daemon data
        date day days dead debug default delayed denied desc destroy detected dev device devices direct disabled
        disk display domain domains done down drain driver dump duplex enabled entries error errors ethernet
        event exec exhausted exited expired fail failed failure failures fault file files flags flushed for
        found frags free freed freebsd from full generic giant gone got group guest hard header high hit hits
        host hour hours hrs id idle idx in inact inactive info init inode input int interrupt into io is item
        items jail jails jid jumbo kernel kill killed kthread label laundry limit limits line link list lo load
        loaded loader local lock locked login low machine main major map maps mask max maximum mbuf mbufs media
        mem memory message messages mfu min mins minor mins mins miss misses mode module modules mount mru msg
        name names nested net network nice no node nodes none not nothing null number of off ok on online op
        open operation out output page pager pages panic path paused peak pid pipe pool pools port ports preload
        preset process processes proc procs product program project protocol queue rate ready real reclaim
        released reboot registered release request requests reserved reset resident rev root rows rss running rx
        rxq sda sec seconds secs segment serial server session set sfbufs share shared signal size sleep
        sleeping sleeps slot socket sockets speed stable starting started state states status stopped stray sum
        swap swapped switch sync syscall system systems table tape task taskq temp test tests the thread threads
        time timer times to too total trademark traps trap trusted tty txq type types uid unit unix unknown
        unloaded up update upgrade uptime usage used usec user users users value values vdev version virtual
        vnode vnodes waiting warning was wchan were wired with write xptd yes zero zfs zone zones zombie jan feb
        mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun utc gmt cet cest est edt pst pdt am
        pm amd64 arm64 aarch64 i386 riscv powerpc sparc64 armv7 armv6 current alpha beta rc prerelease releng
        stable releases kb mb gb tb kib mib gib hz khz mhz ghz pcib pci acpi isa usb cam scsi ata sata sas nvme
        raid ufs devfs tmpfs nfs nullfs procfs fdescfs linprocfs linsysfs msdosfs ext2fs cd9660 udf fusefs lo0
        up updown etc var tmp usr home bin sbin lib affected ahead all already anon applications as averages
        blocking bogus buf by cachehits clean completed copy created creation deletions directory encountered
        examined exit exiting falsehits faults fill first fork forks heading initiated ins interrupts intransit
        inuse iscommon it ivcsw key last left long lookups neg negative netstat nofree numbers optimized other
        outs packet paged pageins pageouts part per percent permanently pos positive prezeroed ratio reactivated
        read reclamation requested requiring rfork rforks routines second secondary section sendfile shortfalls
        skipped software substituted switches syscalls taken toolong top uncompressed use username valid vcsw
        vfork vforks vm wakeups without zeroed accesses adaptive breakdown chain chains collisions compressed
        demand dmu efficiency elements evict evicts eviction frequently ghost hash kmem level metadata mutex
        prefetch quality recently recycle report rights size skips subsystem summary target throttle tunable
        tunables zfetch event timecounter timer uname vmstat sysctl dmesg kldstat swapinfo ps df jls zpool
        arcstats summary cat grep egrep sort head tail less sudo doas awk sed spin mwait hlt cpus intel amd
        applicable clang version gcc llvm debian ubuntu bhyve xen kvm qemu vmware hyper auto autoselect on off
        true false enable disable never always lz4 gzip zstd sha256 fletcher4 static dynamic fifo round robin
        cubic newreno htcp vegas dctcp rack bbr freebsd's regents university california rights foundation exited
        core dumped see out space swapped kstack swblk swpctrie reclaim deadlock thrashing
        """;

    /// <summary>Whether a word is one of FreeBSD's own, or too plain to tell anything.</summary>
    public static bool IsProtected(string word) => Kernel.Value.Contains(word) || word.All(char.IsAsciiDigit);

    /// <summary>Whether a user name is that of an account which every host may have.</summary>
    public static bool IsSystemAccount(string user) =>
        Accounts.Contains(user) || (user.Length <= LongestId && user.All(char.IsAsciiDigit));

    /// <summary>Whether a run of letters may stay in a text of which nothing is known.</summary>
    public static bool IsKnown(ReadOnlySpan<char> word) =>
        word.Length < 2 || Kernel.Value.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    private static FrozenSet<string> Build()
    {
        HashSet<string> words = new(StringComparer.OrdinalIgnoreCase);
        AddRuns(words, Plain);
        KnowledgeBase knowledge = BuiltInKnowledge.Load();
        foreach (OwnerEntry entry in knowledge.Owners)
        {
            words.Add(entry.Name);
            AddRuns(words, entry.Name);
            AddRuns(words, entry.Module);
            AddRuns(words, entry.Subsystem);
        }

        foreach (string line in BuiltInKnowledge.Text("freebsd-words.txt").Split('\n').Where(l => !l.StartsWith('#')))
        {
            AddRuns(words, line);
        }

        AddRuns(words, BuiltInKnowledge.Text("tunables.tsv"));
        AddRuns(words, BuiltInKnowledge.Text("in-tree-modules.tsv"));
        return words.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    private static void AddRuns(HashSet<string> words, string text)
    {
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || !char.IsAsciiLetter(text[i]))
            {
                if (i - start >= 2)
                {
                    words.Add(text[start..i]);
                }

                start = i + 1;
            }
        }
    }
}
