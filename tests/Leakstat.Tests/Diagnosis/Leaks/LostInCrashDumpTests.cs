using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Tests.Diagnosis.Leaks;

/// <summary>What the page of LS0702 says of counts, shares and doubts, case by case.</summary>
public sealed class LostInCrashDumpTests
{
    [Theory]
    [InlineData(16, 400, Verdict.Leak)]
    [InlineData(15, 400, Verdict.Suspect)]
    [InlineData(8, 400, Verdict.Suspect)]
    [InlineData(7, 400, Verdict.Healthy)]
    [InlineData(20, 20_000, Verdict.Leak)]
    [InlineData(20, 20_001, Verdict.Suspect)]
    [InlineData(255, 1_000_000, Verdict.Suspect)]
    [InlineData(256, 1_000_000, Verdict.Leak)]
    public void The_number_of_missing_pointers_and_their_share_decide(int lost, int allocated, Verdict verdict) =>
        Assert.Equal(verdict, Only(Group("zone", "widget", 64, lost, allocated: allocated)).Verdict);

    [Fact]
    public void A_long_list_that_hangs_on_one_pointer_is_no_proof()
    {
        Finding finding = Only(Group("zone", "widget", 64, 1000, heads: 1, allocated: 2000));

        Assert.Equal((Verdict.Suspect, Severity.Info), (finding.Verdict, finding.Severity));
        Assert.Contains(finding.Evidence, e => e.Text.Contains("one missing pointer", StringComparison.Ordinal));
    }

    [Fact]
    public void Much_memory_behind_few_pointers_is_worth_a_warning()
    {
        Finding finding = Only(Group("large", "malloc", 2 << 20, 1));

        Assert.Equal((Verdict.Suspect, Severity.Warning), (finding.Verdict, finding.Severity));
        Assert.Equal(new Subject(SubjectKind.Wired, "large malloc"), finding.Subject);
    }

    [Fact]
    public void Each_cpu_may_hold_two_blocks_in_its_registers()
    {
        const string Cpus = "kern.smp.cpus: 64\n";

        Assert.Equal(Verdict.Suspect, Only(Group("zone", "widget", 64, 127, allocated: 500), sysctl: Cpus).Verdict);
        Assert.Equal(Verdict.Leak, Only(Group("zone", "widget", 64, 128, allocated: 500), sysctl: Cpus).Verdict);
    }

    [Fact]
    public void What_missing_pages_may_have_held_is_not_counted()
    {
        // Two pages hold 1,024 words.
        Assert.Equal(Verdict.Leak, Only(Group("zone", "widget", 64, 1040, allocated: 5000), coverage: "\"missingPages\": 2").Verdict);
        Finding doubted = Only(Group("zone", "widget", 64, 1039, allocated: 5000), coverage: "\"missingPages\": 2");
        Assert.Equal((Verdict.Suspect, Severity.Warning), (doubted.Verdict, doubted.Severity));
        Assert.Contains(doubted.Evidence, e => e is { Value: 2, Unit: Unit.Pages });

        // They may have held all of them: however many bytes it is, that is no more than a note.
        Finding held = Only(Group("zone", "widget", 4096, 1024, allocated: 5000), coverage: "\"missingPages\": 2");
        Assert.Equal((Verdict.Suspect, Severity.Info), (held.Verdict, held.Severity));
    }

    [Fact]
    public void A_dump_of_a_running_kernel_proves_nothing()
    {
        Finding finding = Only(Group("zone", "widget", 64, 1000, allocated: 5000), coverage: "\"missingPages\": 0, \"live\": true");

        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.Contains(finding.Evidence, e => e.Text.Contains("went on running", StringComparison.Ordinal));
    }

    [Fact]
    public void That_all_of_a_zone_of_freebsd_is_lost_is_doubted()
    {
        Assert.Equal(Verdict.Suspect, Only(Group("zone", "tcp_inpcb", 1000, 300, allocated: 300)).Verdict);
        Assert.Equal(Verdict.Leak, Only(Group("zone", "tcp_inpcb", 1000, 300, allocated: 301)).Verdict);

        // A module's own zone may hold nothing but what was lost: the rest was freed.
        Assert.Equal(Verdict.Leak, Only(Group("zone", "widget", 1000, 300, allocated: 300)).Verdict);
    }

    [Fact]
    public void A_bucket_is_named_where_types_are_candidates_only()
    {
        Finding finding = Only(
            Group("malloc", "malloc-256", 256, 1000, allocated: 5000, more: Candidate("widget", 0.89)),
            types: Type("widget", 1000, 256_000));

        Assert.Equal(Subject.Zone("malloc-256"), finding.Subject);
        Assert.Contains(finding.Evidence, e => e is { Value: 0.89, Unit: Unit.Fraction } && e.Text.Contains("widget (if_widget.ko)", StringComparison.Ordinal));
        Assert.Empty(finding.Owners);
    }

    [Theory]
    [InlineData(1000, 0.05, true)]
    [InlineData(9000, 0.05, true)]
    [InlineData(10_001, 0.05, false)]
    [InlineData(999, 0.05, false)]
    [InlineData(1000, 0.3, false)]
    public void A_type_is_named_where_its_own_count_agrees_and_no_other_comes_near(int live, double second, bool isNamed)
    {
        Finding finding = Only(
            Group("malloc", "malloc-256", 256, 1000, allocated: 20_000, more: Candidate("widget", 0.95, ("devbuf", second))),
            types: Type("widget", live, live * 256L));

        Assert.Equal(isNamed ? Subject.Malloc("widget") : Subject.Zone("malloc-256"), finding.Subject);
        Assert.Equal(isNamed ? 0.95 : 0.97, finding.Confidence);
    }

    [Fact]
    public void The_module_that_most_blocks_point_into_is_the_first_owner()
    {
        Finding finding = Only(Group(
            "malloc", "malloc-64", 64, 100, allocated: 500,
            more: """, "examined": 100, "modules": [{"module": "if_widget.ko", "count": 90}, {"module": "other.ko", "count": 10}]"""));

        Owner owner = Assert.Single(finding.Owners);
        Assert.Equal(("if_widget.ko", "90 of 100 lost blocks point into it"), (owner.Module, owner.Why));
    }

    [Fact]
    public void What_hangs_on_lost_blocks_stands_behind_them_and_is_counted_with_them()
    {
        Finding[] findings = All(
            Group("zone", "mbuf_cluster", 2048, 400, heads: 0, allocated: 1000, losses: 400, more: """, "hangsOn": [{"kind": "zone", "name": "mbuf", "size": 256, "count": 400}]""")
            + "," + Group("zone", "mbuf", 256, 400, allocated: 900));

        Assert.Equal([new Subject(SubjectKind.Mbuf, "mbuf"), new Subject(SubjectKind.Mbuf, "mbuf_cluster")], findings.Select(f => f.Subject));
        Assert.Equal([Severity.Warning, Severity.Info], findings.Select(f => f.Severity));
        Assert.All(findings, f => Assert.Equal(Verdict.Leak, f.Verdict));
        Assert.Equal([400L * (2048 + 256), 0], findings.Select(f => f.BytesAtStake));
        Assert.Contains(findings[0].Evidence, e => e.Text == "400 lost blocks of mbuf_cluster are indirect leaks: only these lead to them");
    }

    [Fact]
    public void To_report_it_is_said_once()
    {
        Finding[] findings = All(
            Group("zone", "small", 64, 100, allocated: 500) + "," + Group("zone", "big", 640, 100, allocated: 500) + "," + Group("zone", "few", 64, 9, allocated: 500));

        Assert.Equal(["big", "small", "few"], findings.Select(f => f.Subject.Name));
        Assert.Equal([1, 0, 0], findings.Select(f => f.Advice.Count(a => a.Kind == "report")));
        Assert.All(findings, f => Assert.Contains(f.Advice, a => a.Kind == "look"));
    }

    [Fact]
    public void Large_allocations_of_a_type_are_weighed_by_their_bytes()
    {
        // 20 of 1,000 blocks, and most of the bytes.
        Finding finding = Only(
            Group("large", "malloc", 1 << 20, 20, allocated: 30, more: Candidate("widget", 0.95)), types: Type("widget", 1000, 30L << 20));

        Assert.Equal(Subject.Malloc("widget"), finding.Subject);
    }

    [Fact]
    public void Large_allocations_of_all_sizes_are_one_finding()
    {
        Finding finding = Only(string.Join(',', Enumerable.Range(17, 16).Select(i => Group("large", "malloc", i * 4096, 1, allocated: 1))));

        // 17 + 18 + … + 32 = 392 pages.
        Assert.Equal((Verdict.Leak, 392 * 4096L), (finding.Verdict, finding.BytesAtStake));
        Assert.StartsWith("large malloc allocations: 16 blocks (1.5 MiB) lost", finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void A_percent_of_memory_is_critical()
    {
        const string Memory = "hw.physmem: 26214400\n";

        Assert.Equal(Severity.Critical, Only(Group("zone", "widget", 1024, 256, allocated: 300), sysctl: Memory).Severity);
        Assert.Equal(Severity.Warning, Only(Group("zone", "widget", 1024, 255, allocated: 300), sysctl: Memory).Severity);
    }

    [Fact]
    public void A_search_that_found_nothing_says_so()
    {
        Finding finding = Only("");

        Assert.Equal((Verdict.Healthy, Severity.Info), (finding.Verdict, finding.Severity));
        Assert.Contains("81,837", finding.Title, StringComparison.Ordinal);
        Assert.Empty(new LS0702LostInCrashDump().Evaluate(Given.Case(Given.Capture(("dmesg.txt", "---<<BOOT>>---\n")))));
    }

    [Fact]
    public void A_dump_that_could_not_be_searched_whole_is_not_called_healthy()
    {
        Finding part = Only(Group("zone", "odd", 64, 3, allocated: 20), coverage: "\"missingPages\": 7, \"whole\": false");

        Assert.Equal((Verdict.Misconfiguration, Subject.Host("capture")), (part.Verdict, part.Subject));
        Assert.StartsWith("not all of the dump could be searched for leaks; 3 of 81,837 allocated blocks that could be read", part.Title, StringComparison.Ordinal);
        Assert.Contains(part.Evidence, e => e.Text.StartsWith("7 pages", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_from_a_dump_are_quoted_in_commands()
    {
        Finding finding = Only(Group("zone", "a'; reboot #", 64, 100, allocated: 200));

        string[] commands = [.. finding.Advice.SelectMany(a => a.Commands)];
        Assert.Contains(commands, c => c.Contains("'zone:a'\\''; reboot #'", StringComparison.Ordinal));
        Assert.Contains("leakstat dump '/var/crash/vmcore.0' --kernel '/boot/kernel/kernel' leaks --sample 3", commands);
    }

    [Fact]
    public void It_stands_before_other_findings_on_its_zone()
    {
        Finding cause = Only(Group("malloc", "malloc-256", 256, 100, allocated: 5000));
        Finding near = new()
        {
            Rule = "LS0202",
            Title = "near its limit",
            Severity = Severity.Critical,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone("malloc-256"),
            Confidence = 1,
        };
        Finding other = near with { Subject = Subject.Zone("pipe") };

        Assert.Equal([other, cause, near], FindingOrder.Sort([cause, near with { BytesAtStake = 1 }, other with { BytesAtStake = 2 }]).Select(f => f with { BytesAtStake = f.Rule == "LS0202" ? 0 : f.BytesAtStake }));
    }

    [Fact]
    public void Of_one_type_the_worse_loss_stands_first()
    {
        Finding[] findings = All(
            Group("large", "malloc", 1 << 20, 80, allocated: 90, more: Candidate("widget", 0.95))
            + "," + Group("malloc", "malloc-256", 256, 500, allocated: 5000, more: Candidate("widget", 0.95)),
            types: Type("widget", 1000, 90L << 20));

        Assert.Equal([Subject.Malloc("widget"), Subject.Zone("malloc-256")], findings.Select(f => f.Subject));
        Assert.All(findings, f => Assert.Contains("of malloc type widget", f.Title, StringComparison.Ordinal));
        Assert.Equal([Severity.Critical, Severity.Warning], FindingOrder.Sort(findings.Reverse()).Select(f => f.Severity));
    }

    [Fact]
    public void What_the_kernel_said_of_a_type_and_what_the_dump_shows_are_one_memory_in_both_findings()
    {
        DiagnosisCase host = Host(
            Group("malloc", "malloc-256", 256, 300, allocated: 5000),
            messages: "Warning: memory type leakmod leaked memory on destroy (300 allocations, 76800 bytes leaked).\n");

        Finding said = Assert.Single(new LS0103TypeLeakedOnDestroy().Evaluate(host));
        Finding shown = Assert.Single(new LS0702LostInCrashDump().Evaluate(host));

        Assert.Contains(said.Evidence, e => e.Text.Contains("(LS0702): the same memory, not more of it", StringComparison.Ordinal));
        Assert.Contains(
            shown.Evidence, e => e.Text.Contains("malloc type leakmod lost 75.0 KiB when it was destroyed (LS0103)", StringComparison.Ordinal));
    }

    private static string Candidate(string type, double confidence, params (string Type, double Confidence)[] others) =>
        ", \"candidates\": [" + string.Join(',', others.Prepend((Type: type, Confidence: confidence)).Select(c => FormattableString.Invariant(
            $$"""{"type": "{{c.Type}}", "module": "if_widget.ko", "confidence": {{c.Confidence}}, "why": "by its pointers"}"""))) + "]";

    private static string Type(string name, long inUse, long bytes) => FormattableString.Invariant($"""
                Type  Use Memory Req Size(s)
              {name} {inUse} {bytes} {inUse} 256

        """);

    private static string Group(
        string kind, string name, long size, long count, long? heads = null, long? allocated = null, long? losses = null, string more = "") => FormattableString.Invariant($$"""
        {"kind": "{{kind}}", "name": "{{name}}", "size": {{size}}, "count": {{count}}, "bytes": {{size * count}}, "heads": {{heads ?? count}},
         "losses": {{losses ?? heads ?? count}}, "allocated": {{allocated ?? count}}, "addresses": ["0xfffff80003a41c00"]{{more}}}
        """);

    private static Finding Only(string groups, string sysctl = "", string coverage = "\"missingPages\": 0", string types = "") =>
        Assert.Single(All(groups, sysctl, coverage, types));

    private static Finding[] All(string groups, string sysctl = "", string coverage = "\"missingPages\": 0", string types = "") =>
        [.. new LS0702LostInCrashDump().Evaluate(Host(groups, sysctl, coverage, types)).OrderByDescending(f => f.BytesAtStake)];

    private static DiagnosisCase Host(
        string groups, string sysctl = "", string coverage = "\"missingPages\": 0", string types = "", string messages = "") =>
        Given.Case(Given.Capture(
            ("leaks.json", $$"""
                {
                  "schema": "leakstat.dumpleaks/1",
                  "kernel": {"release": "14.2-RELEASE", "arch": "amd64"},
                  "scanned": {"bytes": 1, "objects": 81837, "roots": 3},
                  "source": {"dump": "/var/crash/vmcore.0", "kernel": "/boot/kernel/kernel"},
                  "leaks": [{{groups}}],
                  "known": [{"kind": "zone", "name": "kenv", "size": 258, "count": 4, "bytes": 1032, "heads": 4}],
                  "coverage": {"zonesWalked": 204, "zonesUnreadable": 0, {{coverage}}, "notes": []},
                  "notes": []
                }
                """),
            ("dmesg.txt", messages),
            ("sysctl.txt", "kern.ostype: FreeBSD\n" + sysctl),
            ("vmstat-m.txt", types)));
}
