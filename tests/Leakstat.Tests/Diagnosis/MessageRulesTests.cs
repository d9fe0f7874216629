using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

public sealed class MessageRulesTests
{
    private static readonly string[] Gitlab =
    [
        "swap_pager: out of swap space",
        "swap_pager_getswapspace(11): failed",
        "pid 7965 (node), jid 0, uid 211, was killed: failed to reclaim memory",
        "pid 7822 (ruby32), jid 0, uid 211, was killed: failed to reclaim memory",
    ];

    [Fact]
    public void A_zone_limit_message_names_the_zone_and_doubles_the_tunable_it_names()
    {
        Capture capture = CaptureWith.Nothing().Messages(
            "[zone: mbuf_cluster] kern.ipc.nmbclusters limit reached", "[zone: mbuf_cluster] kern.ipc.nmbclusters limit reached")
            .Sysctls(("kern.ipc.nmbclusters", "62670"), ("kern.ipc.nmbufs", "1000000"));
        Finding finding = Assert.Single(new LS0204ZoneLimitMessage().Find(capture));

        Assert.Equal(new Subject(SubjectKind.Mbuf, "mbuf_cluster"), finding.Subject);
        Assert.Equal(Verdict.Exhaustion, finding.Verdict);
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Equal(2, finding.Evidence[0].Value);
        Assert.Equal(2, finding.Evidence[1].At?.Line);
        Assert.Contains(finding.Advice, a => a.Commands.Contains("sysctl kern.ipc.nmbclusters=125340"));
        Assert.Equal("kernel", finding.Owners[0].Module);
    }

    [Theory]
    [InlineData("Nov 20 19:00:06 fw last message repeated 5 times")]
    [InlineData("Nov 20 19:00:06 fw syslogd: last message repeated 5 times")]
    [InlineData("<13>1 2026-11-20T19:00:06.000000+00:00 fw syslogd 812 - - last message repeated 5 times")]
    public void What_syslogd_says_that_it_came_again_counts(string line)
    {
        Finding finding = Assert.Single(Rules.Rule.Findings("LS0204", Given.Case(("messages", $"""
            Nov 20 19:00:01 fw kernel: [zone: mbuf_cluster] kern.ipc.nmbclusters limit reached
            {line}
            Nov 20 19:05:01 fw kernel: em0: link state changed to UP
            Nov 20 19:05:09 fw kernel: [zone: mbuf_cluster] kern.ipc.nmbclusters limit reached

            """))));

        Assert.Equal(7, finding.Evidence[0].Value);
    }

    [Fact]
    public void One_setting_is_advised_one_value()
    {
        DiagnosisCase host = Given.Case(CaptureWith.Nothing().Messages("[zone: mbuf_cluster] kern.ipc.nmbclusters limit reached")
            .Sysctls(
                ("kern.ipc.nmbclusters", "30797"), ("kern.ipc.nmbufs", "1000000"), ("kern.ipc.nmbjumbop", "15398"),
                ("kern.ipc.nmbjumbo9", "4562"), ("kern.ipc.nmbjumbo16", "2566"), ("kern.ipc.maxmbufmem", "513390592")) with
        {
            Zones = new ZoneTable(
                new SourceFile("caps/a/vmstat-z.txt"),
                [new ZoneRow { Name = "mbuf_cluster", Size = 2048, Limit = 30_797, Used = 30_700, Free = 0, Requests = 30_700, Line = 9 }],
                hasCrossDomain: true),
        });
        IRule[] rules = [new LS0204ZoneLimitMessage(), new LS0401MbufsNearLimit()];

        string[][] advised = [.. rules.Select(r => r.Evaluate(host).SelectMany(f => f.Advice).SelectMany(a => a.Commands)
            .Select(c => c.ToString()!).Where(c => c.StartsWith("sysctl kern.ipc.nmbclusters=", StringComparison.Ordinal)).ToArray())];

        Assert.Equal(["sysctl kern.ipc.nmbclusters=62464"], advised[0]);
        Assert.Equal(advised[1], advised[0]);
    }

    [Theory]
    [InlineData(62_000, Severity.Critical)]
    [InlineData(30_000, Severity.Warning)]
    public void A_zone_still_at_its_limit_is_critical(long used, Severity severity)
    {
        Capture capture = CaptureWith.Nothing().Messages("[zone: mbuf_cluster] kern.ipc.nmbclusters limit reached") with
        {
            Zones = new ZoneTable(
                new SourceFile("caps/a/vmstat-z.txt"),
                [new ZoneRow { Name = "mbuf_cluster", Size = 2048, Limit = 62_670, Used = used, Free = 0, Requests = used, Line = 9 }],
                hasCrossDomain: true),
        };
        Assert.Equal(severity, Assert.Single(new LS0204ZoneLimitMessage().Find(capture)).Severity);
    }

    [Fact]
    public void Limits_of_pf_are_lines_of_its_rule_set()
    {
        Finding finding = Assert.Single(new LS0204ZoneLimitMessage().Find(CaptureWith.Nothing().Messages("[zone: pf states] PF states limit reached")));
        Assert.Equal("pf states", finding.Subject.Name);
        Assert.Contains(finding.Advice, a => a.Persist?.File == "/etc/pf.conf");
    }

    [Fact]
    public void Ordinary_messages_are_no_findings()
    {
        Capture capture = CaptureWith.Nothing().Messages(
            "---<<BOOT>>---",
            "real memory  = 1073741824 (1024 MB)",
            "avail memory = 1000000000 (953 MB)",
            "sonewconn: pcb 0xfffff8000: Listen queue overflow: 193 already in queue awaiting acceptance (1 occurrences)",
            "pid 812 (sh), jid 0, uid 0: exited on signal 11",
            "pid 813 (perl), jid 0, uid 0, was killed: a reason of another kind",
            "ZFS storage pool version: features support (5000)",
            "WARNING: zone [zone: x] is fine");
        foreach (IRule rule in new IRule[]
        {
            new LS0103TypeLeakedOnDestroy(), new LS0104KegNotEmpty(), new LS0204ZoneLimitMessage(), new LS0205PvEntryLimit(),
            new LS0206OutOfSwap(), new LS0207KmemMapTooSmall(), new LS0213OtherLimitMessages(),
        })
        {
            Assert.Empty(rule.Find(capture));
        }
    }

    [Fact]
    public void Out_of_swap_with_kills_is_critical_and_names_swap()
    {
        Finding finding = Assert.Single(new LS0206OutOfSwap().Find(CaptureWith.Nothing().Messages(Gitlab)));
        Assert.Equal(Subject.Host("swap"), finding.Subject);
        Assert.Equal(Severity.Critical, finding.Severity);
        Assert.Equal(Verdict.Exhaustion, finding.Verdict);
        Assert.Contains("2 processes were killed", finding.Title, StringComparison.Ordinal);
        Assert.Contains(finding.Evidence, e => e.Text.Contains("ruby32 (pid 7822)", StringComparison.Ordinal) && e.At?.Line == 4);
    }

    [Fact]
    public void Swap_that_is_free_again_makes_it_past()
    {
        Finding finding = Assert.Single(new LS0206OutOfSwap().Find(CaptureWith.Nothing().Messages(Gitlab) with { Swap = Swap(1 << 30, 1 << 20) }));
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains("past", finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_without_any_swap_is_explained()
    {
        Capture capture = CaptureWith.Nothing().Messages("swp_pager_getswapspace(22): failed") with
        {
            Swap = new SwapTable(new SourceFile("caps/a/swapinfo.txt"), [], 1),
        };
        Finding finding = Assert.Single(new LS0206OutOfSwap().Find(capture));
        Assert.Contains("there is no swap", finding.Title, StringComparison.Ordinal);
        Assert.Contains(finding.Evidence, e => e.Text.Contains("no swap is configured", StringComparison.Ordinal));
    }

    [Fact]
    public void A_kill_without_swap_messages_is_about_memory()
    {
        Finding finding = Assert.Single(new LS0206OutOfSwap().Find(
            CaptureWith.Nothing().Messages("pid 9 (x), jid 0, uid 0, was killed: a thread waited too long to allocate a page")));
        Assert.Equal(Subject.Host("memory"), finding.Subject);
        Assert.Equal(Subject.Host("swap"), Assert.Single(new LS0206OutOfSwap().Find(
            CaptureWith.Nothing("11.4-RELEASE").Messages("pid 9 (x), uid 0, was killed: out of swap space"))).Subject);
    }

    [Fact]
    public void The_old_panic_tells_a_full_map_from_a_huge_request()
    {
        var rule = new LS0207KmemMapTooSmall();
        Finding full = Assert.Single(rule.Find(CaptureWith.Nothing("9.3-RELEASE").Messages(
            "panic: kmem_malloc(4096): kmem_map too small: 341843968 total allocated")));
        Finding huge = Assert.Single(rule.Find(CaptureWith.Nothing("9.0-RELEASE").Messages(
            "panic: kmem_malloc(2069012480): kmem_map too small: 44863488 total allocated")));
        Assert.Equal(Subject.Host("kmem"), full.Subject);
        Assert.Equal(341_843_968, full.Evidence[0].Value);
        Assert.Contains("one request", huge.Title, StringComparison.Ordinal);
        Assert.Contains(huge.Evidence, e => e.Text.Contains("not from a leak", StringComparison.Ordinal));
    }

    [Fact]
    public void Pv_entry_tunables_are_advised_only_where_they_exist()
    {
        const string Line = "Approaching the limit on PV entries, consider increasing either the vm.pmap.shpgperproc or the vm.pmap.pv_entry_max tunable.";
        var rule = new LS0205PvEntryLimit();
        Capture i386 = CaptureWith.Nothing("12.4-RELEASE").Messages(Line).Sysctls(("vm.pmap.pv_entry_max", "1000000"));
        Assert.Contains(Assert.Single(rule.Find(i386 with { Host = i386.Host with { Architecture = "i386" } })).Advice,
            a => a.Persist?.Line == "vm.pmap.pv_entries=\"2000000\"");
        Assert.DoesNotContain(Assert.Single(rule.Find(i386 with { Host = i386.Host with { Architecture = "amd64" } })).Advice, a => a.Kind == "loader");
    }

    [Theory]
    [InlineData("kern.maxfiles limit exceeded by uid 1001, (nginx) please see tuning(7).", "kern.maxfiles")]
    [InlineData("kern.ipc.maxpipekva exceeded; see tuning(7)", "kern.ipc.maxpipekva")]
    [InlineData("vm_thread_new: kstack allocation failed", "kva")]
    [InlineData("vm_thread_stack_create: kstack allocation failed", "kva")]
    [InlineData("swap blk zone exhausted, increase kern.maxswzone", "kern.maxswzone")]
    [InlineData("swap pctrie zone exhausted, increase kern.maxswzone", "kern.maxswzone")]
    [InlineData("sonewconn: pcb 0xfffff80003a41c00: New socket allocation failure: limit reached or out of memory", "kern.ipc.maxsockets")]
    [InlineData("maxproc limit exceeded by uid 80 (pid 4711); see tuning(7) and login.conf(5)", "kern.maxproc")]
    [InlineData("ipfw: Cannot allocate dynamic state, consider increasing net.inet.ip.fw.dyn_max", "net.inet.ip.fw.dyn_max")]
    [InlineData("ipfw: install_state: Too many dynamic rules", "net.inet.ip.fw.dyn_max")]
    [InlineData("install_state: Too many dynamic rules", "net.inet.ip.fw.dyn_max")]
    public void Other_limits_are_named(string message, string subject)
    {
        Finding finding = Assert.Single(new LS0213OtherLimitMessages().Find(CaptureWith.Nothing().Messages(message, message, message)));
        Assert.Equal(subject, finding.Subject.Name);
        Assert.Equal(Verdict.Exhaustion, finding.Verdict);
        Assert.Equal(3, finding.Evidence[0].Value);
        Assert.Equal("caps/a/dmesg.txt:3", finding.Evidence[1].At.ToString());
    }

    private static SwapTable Swap(long total, long used) =>
        new(new SourceFile("caps/a/swapinfo.txt"), [new SwapDevice("/dev/vtbd0p2", total, used, total - used, 2)], 1);
}
