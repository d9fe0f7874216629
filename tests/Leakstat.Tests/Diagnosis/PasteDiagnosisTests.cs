using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Reports.Views.Findings;
using Leakstat.Tests.Captures;

namespace Leakstat.Tests.Diagnosis;

/// <summary>
/// What is said of small pastes, as a person in trouble would send them: the finding that stands first, and the state of the
/// verdict. What each should say was written down by hand from the paste, not taken from the program.
/// </summary>
public sealed class PasteDiagnosisTests
{
    /// <summary>File, rule of the first finding, its severity, subject, state of the verdict, and a text in the first finding.</summary>
    public static TheoryData<string, string, Severity, string, VerdictState, string> Expected => new()
    {
        { "01-vmstat-z-of-freebsd-8", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "100,000 of 100,000" },
        { "01b-vmstat-z-of-freebsd-8-in-a-paste", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "100,000 of 100,000" },
        { "02-swapinfo-h", "LS0208", Severity.Warning, "swap", VerdictState.Wrong, "95 % used: 95.0 MiB of 2.0 GiB" },
        { "02b-swapinfo-row-cut-read-as-no-swap", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "swap space ran out" },
        { "03-lines-after-a-kernel-message-swallowed-top", "LS0206", Severity.Critical, "memory", VerdictState.Wrong, "1 process" },
        { "03b-lines-after-a-kernel-message-swallowed-sysctl", "LS0206", Severity.Warning, "swap", VerdictState.Wrong, "swap space ran out" },
        { "04-line-numbers", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "100,000" },
        { "04b-grep-prefix", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "100,000" },
        { "05-kernel-message-wrapped", "LS0103", Severity.Info, "race", VerdictState.Wrong, "lost 16 B in 1 allocation" },
        { "05b-kernel-message-wrapped-kill", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "python3.9 (pid 2086)" },
        { "05c-kernel-message-wrapped-limit", "LS0204", Severity.Warning, "mbuf_cluster", VerdictState.Wrong, "kern.ipc.nmbclusters" },
        { "06-syslog-slash-kernel", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "rpd (pid 51)" },
        { "06b-syslog-opnsense-log-viewer", "LS0206", Severity.Critical, "memory", VerdictState.Wrong, "AdGuardHome (pid 52546)" },
        { "06c-syslog-rfc5424", "LS0206", Severity.Critical, "memory", VerdictState.Wrong, "AdGuardHome (pid 52546)" },
        { "06d-syslog-grep-file-name", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "perl (pid 95400)" },
        { "07-indented-sysctl", "LS0202", Severity.Warning, "socket", VerdictState.Wrong, "11,301 of 12,328" },
        { "07b-indented-top", "LS0208", Severity.Critical, "swap", VerdictState.Wrong, "99.8 %" },
        { "07c-indented-dmesg", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "perl (pid 95400)" },
        { "08-arc-of-top-above-arc-max", "LS0302", Severity.Warning, "arc", VerdictState.Wrong, "25.0 GiB, 21.0 GiB more than the 4.0 GiB" },
        { "09-last-capture-hides-the-one-before", "LS0208", Severity.Critical, "swap", VerdictState.Wrong, "99.8 %" },
        { "11-panic-of-exhaustion", "LS0215", Severity.Critical, "memory", VerdictState.Wrong, "for want of memory" },
        { "11b-swap-zone-exhausted-of-8", "LS0213", Severity.Warning, "kern.maxswzone", VerdictState.Wrong, "SWAPMETA" },
        { "12-known-bug-not-told-bounce", "LS0114", Severity.Warning, "bounce", VerdictState.Wrong, "[usb-ups-bounce]" },
        { "13-nothing-wrong-beside-a-proven-leak", "LS0103", Severity.Info, "foodev", VerdictState.Wrong, "128 B in 2 allocations" },
        { "14-netstat-m-of-5-silent", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "25,453 of 25,600" },
        { "15-settings-block-swallows-what-follows", "LS0302", Severity.Warning, "arc", VerdictState.Wrong, "25.0 GiB" },
        { "15b-top-block-swallows-sysctl", "LS0302", Severity.Warning, "arc", VerdictState.Wrong, "25.0 GiB" },
        { "16-quoted-printable", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "100,000 of 100,000" },
        { "20-pf-states-of-pfsense", "LS0204", Severity.Warning, "pf states", VerdictState.Wrong, "PF states limit reached" },
        { "21-clusters-denied-of-9", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "32,768 of 32,768" },
        { "22-arc-of-a-large-filer", "LS0305", Severity.Info, "arc", VerdictState.Unknown, "101.0 GiB of 114.0 GiB" },
        { "23-kmem-map-too-small-quoted", "LS0207", Severity.Critical, "kmem", VerdictState.Wrong, "320.0 MiB allocated" },
        { "24-log-viewer-newest-first", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "suricata (pid 40217)" },
        { "25-maxproc-of-junos", "LS0213", Severity.Warning, "kern.maxproc", VerdictState.Wrong, "login class" },
        { "26-one-row-of-jumbo-clusters", "LS0401", Severity.Critical, "mbuf_jumbo_9k", VerdictState.Wrong, "6,144 of 6,144" },
        { "27-receive-structures", "LS0213", Severity.Warning, "kern.ipc.nmbclusters", VerdictState.Wrong, "receive rings" },
        { "29-html-entities", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "mysqld (pid 1120)" },
        { "30-kva-of-i386", "LS0201", Severity.Critical, "kva", VerdictState.Wrong, "4.0 MiB of 1.0 GiB" },
        { "31-swapinfo-full", "LS0208", Severity.Critical, "swap", VerdictState.Wrong, "100 % used" },
        { "32-malloc-zone-without-types", "LS0110", Severity.Info, "256", VerdictState.Unknown, "2.8 GiB, 35 % of memory" },
        { "33-wired-without-owner", "LS0115", Severity.Info, "unaccounted", VerdictState.Unknown, "14.0 GiB of 15.2 GiB" },
        { "34-sysctl-e-sockets", "LS0202", Severity.Critical, "socket", VerdictState.Wrong, "25,590 of 25,600" },
        { "35-modified-after-free", "LS0217", Severity.Warning, "devbuf", VerdictState.Wrong, "written to after it was freed" },
        { "36-markdown-swap-blk", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "java (pid 2211)" },
        { "37-type-never-freed", "LS0114", Severity.Warning, "ipsec-spdcache", VerdictState.Wrong, "9,911,222" },
        { "38-arc-max-of-100m", "LS0304", Severity.Warning, "arc", VerdictState.Wrong, "100.0 MiB on a host with 16.0 GiB" },
        { "39-kmem-of-a-healthy-filer", "LS0201", Severity.Warning, "kmem", VerdictState.Wrong, "depends on the release" },
        { "40-fib-rebuild", "LS0213", Severity.Warning, "memory", VerdictState.Wrong, "table of routes" },
        { "28-listen-queue-overflow", "LS0218", Severity.Info, "kern.ipc.soacceptqueue", VerdictState.Unknown, "no want of memory" },
        { "42-mbufs-exhausted-in-a-sentence", "LS0213", Severity.Warning, "kern.ipc.nmbclusters", VerdictState.Wrong, "mbufs exhausted please see tuning" },
        { "43-info-of-savecore", "LS0215", Severity.Critical, "PV ENTRY", VerdictState.Wrong, "PV entries ran out" },
        { "44-dashboard-of-pfsense", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "25,786 of 26,584" },
        { "45-swap-reservation", "LS0213", Severity.Warning, "swap", VerdictState.Wrong, "limit of swap reservations" },
        { "46-limit-without-zone", "LS0204", Severity.Warning, "mbuf", VerdictState.Wrong, "kern.ipc.nmbufs limit is reached" },
        { "47-attribution-in-the-quotation", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "httpd (pid 611)" },
        { "48-devbuf-hardly-freed", "LS0114", Severity.Info, "devbuf", VerdictState.Unknown, "819 of its 190,221 allocations" },
        { "50-messages-here-and-there", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "mysqld (pid 77)" },
        { "51-memory-denied-of-junos", "LS0402", Severity.Warning, "mbuf_cluster", VerdictState.Wrong, "30,000 of 30,000 were in use at the peak" },
        { "52-kmem-map-alone", "LS0207", Severity.Critical, "kmem", VerdictState.Wrong, "kmem_map was full" },
        { "53-kmem-map-quoted-over-a-line-end", "LS0207", Severity.Warning, "kmem", VerdictState.Wrong, "kmem_map was full" },
        { "54-mb-map", "LS0215", Severity.Critical, "kern.ipc.nmbclusters", VerdictState.Wrong, "map of mbuf clusters" },
        { "55-kmem-map-of-4", "LS0207", Severity.Critical, "kmem", VerdictState.Wrong, "kmem_map was full" },
        { "56-panic-of-another-kind", "LS0216", Severity.Info, "memory", VerdictState.Unknown, "general protection fault" },
        { "57-clusters-of-4-at-their-peak", "LS0402", Severity.Warning, "mbuf_cluster", VerdictState.Wrong, "limit of 2,048 earlier" },
        { "58-listen-queue-of-netstat", "LS0218", Severity.Info, "kern.ipc.soacceptqueue", VerdictState.Unknown, "at *.8443 does not accept its connections in time: 75 wait, its backlog is 50" },
        { "59-listen-queue-rows-alone", "LS0218", Severity.Info, "kern.ipc.somaxconn", VerdictState.Unknown, "5,512 listen queue overflows" },
        { "60-syncache-socket", "LS0218", Severity.Info, "kern.ipc.soacceptqueue", VerdictState.Unknown, "no socket could be had" },
        { "61-sendto-enobufs", "LS0220", Severity.Warning, "memory", VerdictState.Wrong, "netstat -m tells which" },
        { "62-socket-buffer-size", "LS0220", Severity.Warning, "kern.ipc.maxsockbuf", VerdictState.Wrong, "8,388,608 bytes asked, 1,864,135 may be had" },
        { "63-swap-read-errors", "LS0219", Severity.Critical, "swap", VerdictState.Wrong, "named 2 times in the text" },
        { "64-swap-that-does-not-answer", "LS0219", Severity.Warning, "swap", VerdictState.Wrong, "did not answer" },
        { "65-log-and-buffer-of-one-host", "LS0213", Severity.Warning, "kern.maxswzone", VerdictState.Wrong, "named 5 times in the text" },
        { "66-one-process-named-twice", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "1 process was killed" },
        { "67-swapoff-without-room", "LS0213", Severity.Warning, "swap", VerdictState.Wrong, "310.0 MiB of swap in use" },
        { "68-pv-entries-of-4", "LS0213", Severity.Warning, "PV ENTRY", VerdictState.Wrong, "vm.pmap.shpgperproc" },
        { "69-file-table-of-4", "LS0213", Severity.Warning, "kern.maxfiles", VerdictState.Wrong, "table of open files" },
        { "70-release-of-savecore", "LS0207", Severity.Critical, "kmem", VerdictState.Wrong, "200.0 MiB allocated" },
        { "71-uname-without-host", "LS0216", Severity.Info, "memory", VerdictState.Unknown, "page fault" },
        { "73-kill-behind-a-sysctl", "LS0206", Severity.Critical, "swap", VerdictState.Wrong, "named (pid 3120)" },
        { "74-rows-behind-a-sysctl", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "40,960 of 40,960" },
        { "75-list-of-a-web-page", "LS0401", Severity.Critical, "mbuf_jumbo_page", VerdictState.Wrong, "6,400 of 6,400" },
        { "76-cells-of-a-web-page", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "25,600 of 25,600" },
        { "77-another-process-in-front-of-a-kill", "LS0206", Severity.Critical, "memory", VerdictState.Wrong, "the kernel killed squid (pid 2207)" },
        { "78-swap-read-panic-of-12", "LS0219", Severity.Critical, "swap", VerdictState.Wrong, "read from swap failed" },
        { "79-socket-option-refused", "LS0220", Severity.Warning, "kern.ipc.maxsockbuf", VerdictState.Wrong, "no mbufs are short" },
        { "41-zones-of-7", "LS0401", Severity.Critical, "mbuf_cluster", VerdictState.Wrong, "25,594 of 25,600" },
    };

    [Theory]
    [MemberData(nameof(Expected))]
    public void The_first_finding_is_what_the_paste_shows(
        string file, string rule, Severity severity, string subject, VerdictState state, string text)
    {
        DiagnosisReport report = Diagnose(file);
        string all = string.Join('\n', report.Findings.Select(f => $"{f.Rule} {f.Severity} {f.Subject.Name}: {f.Title}"));
        Finding first = report.Findings[0];
        Assert.True((rule, severity, subject, state) == (first.Rule, first.Severity, first.Subject.Name, report.Verdict.State), all);
        Assert.Contains(text, string.Join('\n', first.Evidence.Select(e => e.Text).Prepend(first.Title)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10-partial-counters-as-physical-memory")]
    [InlineData("10b-owners-as-wired-total")]
    public void What_is_too_little_is_called_unknown_and_nothing_else(string file)
    {
        DiagnosisReport report = Diagnose(file);
        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
        Assert.Equal("LS0002", Assert.Single(report.Findings).Rule);
        Assert.Null(report.Ledger.Total);
    }

    [Theory]
    [InlineData("messages, state", "past: swap is free again", false)]
    [InlineData("state, messages", "", true)]
    [InlineData("state, dmesg", "past: swap is free again", false)]
    public void A_state_in_front_of_messages_that_no_command_printed_is_not_what_came_after(string order, string title, bool mayBePast)
    {
        const string Messages = "swap_pager_getswapspace(9): failed\npid 95 (perl), jid 0, uid 125, was killed: out of swap space\n";
        const string State = "# swapinfo\nDevice          1K-blocks     Used    Avail Capacity\n/dev/ada0p2      2097152   209715  1887437    10%\n";
        string text = order switch
        {
            "messages, state" => Messages + "\n" + State,
            "state, messages" => State + "\nand then the log has\n\n" + Messages,
            _ => State + "# dmesg\n" + Messages,
        };

        Finding finding = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([GivenText.Read("paste.txt", text, ReadLimits.Default)])!
            .Findings.Single(f => f.Rule == "LS0206");
        Assert.Contains(title, finding.Title, StringComparison.Ordinal);
        Assert.Equal((mayBePast, !mayBePast), (finding.MayBePast, finding.IsPast));
    }

    [Fact]
    public void No_paste_is_green()
    {
        foreach (string path in Directory.EnumerateFiles(Given.Data("pastes"), "*.txt"))
        {
            if (Open(path) is { Hosts.IsEmpty: false } set)
            {
                Assert.All(set.Hosts, host => Assert.NotEqual(
                    Tone.Good, Headline.Of(new Diagnoser(BuiltInKnowledge.Load()).Diagnose(host.Captures())!).Tone));
            }
        }
    }

    [Fact]
    public void Lines_of_two_hosts_in_one_log_are_two_diagnoses()
    {
        SourceSet set = Open(Given.Data("pastes/49-log-of-two-hosts.txt"));
        string[] found =
        [
            .. set.Hosts.Select(host => new Diagnoser(BuiltInKnowledge.Load()).Diagnose(host.Captures())!)
                .Select(report => $"{report.Host.Name} {report.Findings[0].Rule} {report.Findings[0].Title}"),
        ];
        Assert.Equal(2, found.Length);
        Assert.Contains(found, f => f.StartsWith("fw1 LS0204 ", StringComparison.Ordinal));
        Assert.Contains(found, f => f.StartsWith("fw2 LS0206 ", StringComparison.Ordinal) && f.Contains("2 processes", StringComparison.Ordinal));
    }

    [Fact]
    public void What_does_not_say_what_was_tried_is_the_echo_of_what_does()
    {
        Finding finding = Assert.Single(Diagnose("72-socket-buffer-and-its-echo").Findings, f => f.Rule == "LS0220");
        Assert.Equal("kern.ipc.maxsockbuf", finding.Subject.Name);
        Assert.Contains("8,388,608 bytes asked", finding.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("56-panic-of-another-kind", "But the kernel panicked: general protection fault")]
    [InlineData("58-listen-queue-of-netstat", "But a program at *.8443")]
    [InlineData("60-syncache-socket", "But connections were refused")]
    [InlineData("28-listen-queue-overflow", "did not accept its connections")]
    public void What_went_wrong_besides_memory_is_no_report_of_nothing_wrong(string file, string told)
    {
        Headline headline = Headline.Of(Diagnose(file));
        Assert.Contains("No want of memory was found", headline.Detail, StringComparison.Ordinal);
        Assert.Contains(told, headline.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing wrong", headline.Text + headline.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("63-swap-read-errors", "Swap of this host fails.")]
    [InlineData("57-clusters-of-4-at-their-peak", "This host was at a limit earlier. Now it is not.")]
    [InlineData("52-kmem-map-alone", "The kernel of this host panicked because it could get no memory.")]
    [InlineData("54-mb-map", "The kernel of this host panicked because it could get no memory.")]
    public void The_first_line_says_what_it_is(string file, string text) =>
        Assert.Equal(text, Headline.Of(Diagnose(file)).Text, ignoreCase: true);

    [Fact]
    public void A_pointer_that_is_gone_is_said_of_faults_only()
    {
        Assert.Contains(Diagnose("56-panic-of-another-kind").Findings[0].Evidence, e => e.Text.Contains("pointer", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Diagnose("63-swap-read-errors").Findings.SelectMany(f => f.Evidence), e => e.Text.Contains("pointer", StringComparison.Ordinal));
    }

    [Fact]
    public void Limits_of_mbufs_are_set_at_boot_in_old_releases()
    {
        Finding finding = Diagnose("57-clusters-of-4-at-their-peak").Findings[0];
        Assert.Contains(finding.Advice, a => a.Persist is { Line: "kern.ipc.nmbclusters=\"4096\"", File: "/boot/loader.conf" });
        Assert.DoesNotContain(finding.Advice.SelectMany(a => a.Commands), c => c.ToString()!.Contains("netstat -x", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("70-release-of-savecore", 6, 2)]
    [InlineData("71-uname-without-host", 12, 4)]
    public void A_release_is_read_where_it_stands(string file, int major, int minor)
    {
        DiagnosisReport report = Diagnose(file);
        Assert.Equal((major, minor), (report.Host.Release?.Major, report.Host.Release?.Minor));
        Assert.Null(report.Host.Name);
    }

    [Fact]
    public void A_mail_with_a_date_and_nothing_else_is_no_capture() =>
        Assert.Empty(SourceSet.Open(
            [new MemorySource("mail.txt", "A question about memory\n\nMon Dec  3 14:20:11 UTC 2007\n\nMy box is slow. Why?\n"u8.ToArray())],
            new NamePool(), ReadLimits.Default).Hosts);

    [Fact]
    public void Lines_behind_a_sysctl_that_is_set_are_no_damage()
    {
        SourceSet set = SourceSet.Open(
            [new MemorySource("a.txt", """
                # sysctl kern.ipc.soacceptqueue=1024

                # ee /etc/sysctl.conf
                 ----
                kern.ipc.soacceptqueue=1024
                 ----
                # service nginx restart
                and then it was fine

                """u8.ToArray())],
            new NamePool(), ReadLimits.Default);
        Assert.DoesNotContain(set.Hosts.SelectMany(h => h.Captures()).SelectMany(c => c.Diagnostics), d => d.Id == "LSD101");
    }

    [Fact]
    public void A_panic_beside_a_loss_is_told() =>
        Assert.Contains(Diagnose("13-nothing-wrong-beside-a-proven-leak").Findings, f => f.Rule == "LS0216" && f.Title.Contains("vm_fault_lookup", StringComparison.Ordinal));

    [Fact]
    public void The_parts_of_an_arc_are_held_against_their_own_limits_where_its_size_is_rounded() =>
        Assert.Contains(
            Diagnose("08-arc-of-top-above-arc-max").Findings,
            f => f.Rule == "LS0303" && f.Title.Contains("25.1 GiB of the ARC, above its limit of 1.0 GiB", StringComparison.Ordinal));

    private static DiagnosisReport Diagnose(string file) => new Diagnoser(BuiltInKnowledge.Load())
        .Diagnose(Open(Given.Data($"pastes/{file}.txt")).Hosts[0].Captures())!;

    private static SourceSet Open(string path) => SourceSet.Open(
        [new MemorySource(Path.GetFileName(path), File.ReadAllBytes(path))], new NamePool(), ReadLimits.Default);
}
