using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>The ARC's rules on hosts whose trouble (or health) is known by construction.</summary>
public sealed class ArcRulesTests
{
    private const long Mega = 1L << 20;
    private const long Giga = 1L << 30;

    [Fact]
    public void An_unbounded_ARC_beside_programs_in_swap_gets_a_bound()
    {
        // 16 GiB: the ARC holds 10, other kernel memory 1, programs 4 and another 1 in swap.
        Finding finding = Rule.Finding("LS0301", Crowded());

        Assert.Equal((Severity.Warning, Verdict.Misconfiguration), (finding.Severity, finding.Verdict));
        Assert.Equal(Subject.Arc, finding.Subject);
        PersistentLine? line = finding.Advice.Single(a => a.Persist is not null).Persist;

        // By hand: 16 − (1 wired + 4 active + 0.5 laundry + 1 swapped) − 2 = 7.5 GiB, a multiple of 64 MiB.
        Assert.Equal(new PersistentLine("/etc/sysctl.conf", "vfs.zfs.arc.max=8053063680"), line);
    }

    [Fact]
    public void An_ARC_that_was_bounded_is_not_called_unbounded() =>
        Rule.IsSilent("LS0301", Crowded().Arc("c_max", 10 * Giga + 100 * Mega));

    [Fact]
    public void Swap_left_over_from_long_ago_is_no_pressure() =>
        Rule.IsSilent("LS0301", Crowded().Queues(11 * Giga, Giga, 0, 0, 4 * Giga));

    [Fact]
    public void A_full_ARC_without_swap_in_use_is_left_alone() => Rule.IsSilent("LS0301", Crowded().Swap(4 * Giga, 0));

    [Fact]
    public void An_ARC_above_its_maximum_is_taken_apart()
    {
        Finding finding = Rule.Finding("LS0302", Overgrown());

        Assert.Equal((Severity.Warning, Verdict.Suspect), (finding.Severity, finding.Verdict));
        Assert.Equal(4 * Giga, finding.BytesAtStake);
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("dnodes", StringComparison.Ordinal) && e.Value == 5 * Giga);
        Assert.Equal(["sysctl kern.maxvnodes=40000"], finding.Advice.Single(a => a.Kind == "sysctl").Commands);
    }

    [Fact]
    public void An_ARC_that_is_over_by_a_little_is_left_alone() =>
        Rule.IsSilent("LS0302", Overgrown().Arc("size", 8 * Giga + 200 * Mega));

    [Fact]
    public void Dnodes_above_their_limit_are_out_of_proportion()
    {
        Finding finding = Rule.Finding("LS0303", Overgrown());

        Assert.Contains("Dnodes", finding.Title);
        Assert.Equal(Severity.Warning, finding.Severity);
    }

    [Fact]
    public void An_ARC_over_its_target_of_which_nothing_can_be_evicted_is_pinned()
    {
        HostWith host = HostWith.Release("14.2-RELEASE").Memory(16 * Giga)
            .Arc("size", 8 * Giga).Arc("c", 4 * Giga).Arc("c_min", 512 * Mega).Arc("c_max", 15 * Giga)
            .Arc("metadata_size", 7 * Giga).Arc("mru_evictable_data", 0).Arc("mru_evictable_metadata", 100 * Mega)
            .Arc("mfu_evictable_data", 0).Arc("mfu_evictable_metadata", 0).Arc("evict_skip", 812_345).Arc("arc_prune", 99);

        Assert.Contains("cannot shrink", Rule.Finding("LS0303", host).Title);
        Rule.IsSilent("LS0303", host.Arc("mru_evictable_data", 6 * Giga));
    }

    [Fact]
    public void An_ARC_of_64_MiB_on_16_GiB_is_as_good_as_disabled()
    {
        Finding finding = Rule.Finding("LS0304", Strangled());

        Assert.Equal((Severity.Warning, Verdict.Misconfiguration), (finding.Severity, finding.Verdict));
        Advice set = finding.Advice.Single(a => a.Persist is not null);

        // By hand, MiB: 16384 − (1024 active + 1024 − 64 wired besides the ARC) − 2048 = 12352, a multiple of 64, below
        // the default of 15360 and above a quarter.
        Assert.Equal("vfs.zfs.arc.max=12952010752", set.Persist?.Line);
        Assert.Contains("sysctl vfs.zfs.arc.max=67108864", set.Revert);
    }

    [Fact]
    public void A_bound_of_a_quarter_is_a_choice_and_no_fault() =>
        Rule.IsSilent("LS0304", Strangled().Arc("c_max", 4 * Giga).Arc("size", 4 * Giga));

    [Fact]
    public void A_small_ARC_that_serves_nearly_all_reads_is_only_told()
    {
        HostWith host = Strangled().Arc("c_max", 512 * Mega).Arc("size", 500 * Mega).Arc("hits", 9_900_000).Arc("misses", 100_000);

        Assert.Equal(Severity.Info, Rule.Finding("LS0304", host).Severity);
    }

    [Fact]
    public void Wired_memory_that_is_mostly_ARC_is_no_leak()
    {
        Finding finding = Rule.Finding("LS0305", HostWith.Release("14.2-RELEASE")
            .Queues(10 * Giga, 2 * Giga, Giga, 0, 3 * Giga).Arc("size", 9 * Giga).Arc("c_max", 15 * Giga));

        Assert.Equal((Severity.Info, Verdict.Healthy), (finding.Severity, finding.Verdict));
        Assert.Equal(Subject.Arc, finding.Subject);
    }

    [Fact]
    public void A_small_ARC_explains_no_large_wired_memory() =>
        Rule.IsSilent("LS0305", HostWith.Release("14.2-RELEASE")
            .Queues(10 * Giga, 2 * Giga, Giga, 0, 3 * Giga).Arc("size", 2 * Giga).Arc("c_max", 15 * Giga));

    [Theory]
    [InlineData(43, true)]
    [InlineData(0.5, false)]
    public void Where_nothing_says_of_how_much_it_is_a_part_a_large_ARC_is_told(double size, bool isTold) => Assert.Equal(
        isTold,
        new Diagnoser(BuiltInKnowledge.Load())
            .Diagnose([Given.Capture(("sysctl.txt", $"kstat.zfs.misc.arcstats.size: {(long)(size * Giga)}\n"))])!
            .Findings.Any(f => f.Rule == "LS0305"));

    [Fact]
    public void An_ARC_above_its_maximum_is_not_called_healthy() => Rule.IsSilent("LS0305", Overgrown());

    [Theory]
    [InlineData("14.2-RELEASE", "vfs.zfs.arc.max", 20L << 30, "physical memory")]
    [InlineData("13.0-RELEASE", "vfs.zfs.arc.max", 32L << 20, "64 MiB")]
    [InlineData("13.0-RELEASE", "vfs.zfs.arc.max", 256L << 20, "floor")]
    [InlineData("12.1-RELEASE", "vfs.zfs.arc_max", 20L << 30, "physical memory")]
    public void A_ceiling_outside_what_the_kernel_takes_is_named_with_the_reason(string release, string name, long value, string reason)
    {
        Finding finding = Rule.Finding("LS0306", HostWith.Release(release).Memory(16 * Giga)
            .Arc("size", 4 * Giga).Arc("c_max", 15 * Giga).Arc("c_min", 512 * Mega).Sysctl(name, value));

        Assert.Contains(reason, finding.Title);
        Assert.Equal(Subject.Tunable(name), finding.Subject);
    }

    [Fact]
    public void A_floor_above_the_ceiling_contradicts_it() =>
        Assert.Contains("above", Rule.Finding("LS0306", HostWith.Release("14.2-RELEASE").Memory(16 * Giga)
            .Arc("size", 4 * Giga).Arc("c_max", 4 * Giga).Arc("c_min", 512 * Mega)
            .Sysctl("vfs.zfs.arc.max", 4 * Giga).Sysctl("vfs.zfs.arc.min", 6 * Giga)).Title);

    [Fact]
    public void Limits_that_agree_are_left_alone()
    {
        HostWith host = HostWith.Release("14.2-RELEASE").Memory(16 * Giga)
            .Arc("size", 4 * Giga).Arc("c_max", 4 * Giga).Arc("c_min", 512 * Mega)
            .Sysctl("vfs.zfs.arc.max", 4 * Giga).Sysctl("vfs.zfs.arc.min", 0);

        Rule.IsSilent("LS0306", host);
        Rule.IsSilent("LS0308", host);
    }

    [Fact]
    public void Reads_of_what_was_just_evicted_show_an_ARC_too_small()
    {
        HostWith host = HostWith.Release("14.2-RELEASE").Queues(5 * Giga, Giga, Giga, 0, 9 * Giga)
            .Arc("size", 4 * Giga).Arc("c_max", 4 * Giga).Arc("c_min", 512 * Mega)
            .Arc("hits", 6_000_000).Arc("misses", 4_000_000).Arc("mru_ghost_hits", 1_000_000).Arc("mfu_ghost_hits", 900_000);

        Assert.Equal(Severity.Warning, Rule.Finding("LS0307", host).Severity);

        // The same misses without ghost hits: a stream that no cache serves.
        Rule.IsSilent("LS0307", host.Arc("mru_ghost_hits", 1000).Arc("mfu_ghost_hits", 0));
    }

    [Fact]
    public void Writes_held_back_again_and_again_are_told_and_a_few_long_ago_are_not()
    {
        HostWith host = HostWith.Release("13.0-RELEASE").Memory(16 * Giga).Uptime(10 * 3600).Arc("size", 4 * Giga);

        Assert.Equal(Verdict.Exhaustion, Rule.Finding("LS0307", host.Arc("memory_throttle_count", 5000)).Verdict);
        Rule.IsSilent("LS0307", host.Arc("memory_throttle_count", 20));
    }

    [Fact]
    public void A_ceiling_that_is_not_in_effect_is_told()
    {
        HostWith host = HostWith.Release("13.0-RELEASE").Memory(16 * Giga)
            .Arc("size", 9 * Giga).Arc("c_max", 15 * Giga).Arc("c_min", 512 * Mega).Sysctl("vfs.zfs.arc.max", 4 * Giga);

        Assert.Equal(Severity.Warning, Rule.Finding("LS0308", host).Severity);
    }

    [Fact]
    public void A_ceiling_put_back_to_0_still_holds_until_the_reboot()
    {
        Finding finding = Rule.Finding("LS0308", HostWith.Release("14.2-RELEASE").Memory(16 * Giga)
            .Arc("size", 2 * Giga).Arc("c_max", 2 * Giga).Arc("c_min", 512 * Mega).Sysctl("vfs.zfs.arc.max", 0));

        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Contains("put back to 0", finding.Title);
    }

    [Fact]
    public void A_ceiling_that_was_never_set_is_the_default_and_no_fault() =>
        Rule.IsSilent("LS0308", HostWith.Release("14.2-RELEASE").Memory(16 * Giga)
            .Arc("size", 2 * Giga).Arc("c_max", 15 * Giga).Arc("c_min", 512 * Mega).Sysctl("vfs.zfs.arc.max", 0));

    [Fact]
    public void No_advice_of_any_ARC_rule_disables_it()
    {
        foreach (HostWith host in (HostWith[])[Crowded(), Overgrown(), Strangled()])
        {
            foreach (Advice advice in RuleRegistry.All.SelectMany(r => r.Evaluate(host.Case())).SelectMany(f => f.Advice))
            {
                if (advice.Persist?.Line.Split('=') is [var name, var value] && name.Contains("arc", StringComparison.Ordinal))
                {
                    Assert.True(long.Parse(value.Trim('"')) >= 64 * Mega);
                }

                Assert.DoesNotContain(advice.Commands, c => c.ToString().Contains("primarycache=none", StringComparison.Ordinal));
            }
        }
    }

    private static HostWith Crowded() => HostWith.Release("14.2-RELEASE")
        .Queues(11 * Giga, 4 * Giga, 256 * Mega, 512 * Mega, 256 * Mega).Swap(4 * Giga, Giga)
        .Arc("size", 10 * Giga).Arc("c_max", 15 * Giga).Arc("c_min", 512 * Mega).Sysctl("vfs.zfs.arc.max", 0);

    private static HostWith Overgrown() => HostWith.Release("14.2-RELEASE")
        .Queues(14 * Giga, Giga, 512 * Mega, 0, 512 * Mega)
        .Arc("size", 12 * Giga).Arc("c", 8 * Giga).Arc("c_max", 8 * Giga).Arc("c_min", 512 * Mega).Sysctl("vfs.zfs.arc.max", 8 * Giga)
        .Arc("dnode_size", 5 * Giga).Arc("arc_dnode_limit", Giga).Arc("dbuf_size", 2 * Giga).Arc("data_size", 4 * Giga)
        .Arc("metadata_size", Giga).Sysctl("kern.maxvnodes", 2_000_000).Sysctl("vfs.numvnodes", 1_900_000)
        .Sysctl("vfs.freevnodes", 1_880_000);

    private static HostWith Strangled() => HostWith.Release("14.2-RELEASE")
        .Queues(Giga, Giga, Giga, 0, 13 * Giga)
        .Arc("size", 64 * Mega).Arc("c", 64 * Mega).Arc("c_max", 64 * Mega).Arc("c_min", 32 * Mega).Sysctl("vfs.zfs.arc.max", 64 * Mega)
        .Arc("hits", 700_000).Arc("misses", 300_000);
}
