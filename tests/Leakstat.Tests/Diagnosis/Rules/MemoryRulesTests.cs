using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>kmem, KVA, swap, user-wired memory and shortage on hosts whose state is known by construction.</summary>
public sealed class MemoryRulesTests
{
    private const long Mega = 1L << 20;
    private const long Giga = 1L << 30;

    [Theory]
    [InlineData("9.3-RELEASE", "amd64", 60, Severity.Warning)]
    [InlineData("10.4-RELEASE", "amd64", 10, Severity.Critical)]
    [InlineData("11.3-RELEASE", "i386", 60, Severity.Warning)]
    [InlineData("13.1-RELEASE", "i386", 60, Severity.Warning)]
    public void A_hard_kmem_that_is_nearly_full_is_exhaustion(string release, string arch, long freeMega, Severity severity)
    {
        Finding finding = Rule.Finding("LS0201", HostWith.Release(release, arch).Memory(2 * Giga)
            .Sysctl("vm.kmem_size", Giga).Sysctl("vm.kmem_map_size", Giga - freeMega * Mega).Sysctl("vm.kmem_map_free", freeMega * Mega));

        Assert.Equal((severity, Verdict.Exhaustion), (finding.Severity, finding.Verdict));
        Assert.Equal(Subject.Host("kmem"), finding.Subject);
    }

    [Fact]
    public void The_soft_limit_of_12_and_later_filled_by_the_ARC_is_no_exhaustion() =>
        Rule.IsSilent("LS0201", HostWith.Release("14.2-RELEASE").Memory(16 * Giga).Arc("size", 13 * Giga)
            .Sysctl("vm.kmem_size", 16 * Giga - 300 * Mega).Sysctl("vm.kmem_map_size", 15 * Giga).Sysctl("vm.kmem_map_free", 0));

    [Fact]
    public void A_soft_limit_that_was_set_small_is_told_and_the_line_taken_out()
    {
        Finding finding = Rule.Finding("LS0201", HostWith.Release("14.2-RELEASE").Memory(16 * Giga)
            .Sysctl("vm.kmem_size", 512 * Mega).Sysctl("vm.kmem_map_size", 510 * Mega).Sysctl("vm.kmem_map_free", 2 * Mega));

        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains(finding.Advice, a => a.Kind == "loader" && a.Text.Contains("/boot/loader.conf", StringComparison.Ordinal));
    }

    [Fact]
    public void Half_of_kmem_free_is_enough() =>
        Rule.IsSilent("LS0201", HostWith.Release("9.3-RELEASE").Memory(2 * Giga)
            .Sysctl("vm.kmem_size", Giga).Sysctl("vm.kmem_map_size", 512 * Mega).Sysctl("vm.kmem_map_free", 512 * Mega));

    [Fact]
    public void Address_space_ends_on_32_bits_only()
    {
        HostWith i386 = HostWith.Release("11.3-RELEASE", "i386").Sysctl("vm.kvm_size", Giga).Sysctl("vm.kvm_free", 40 * Mega);
        HostWith amd64 = HostWith.Release("14.2-RELEASE").Sysctl("vm.kvm_size", 2048 * Giga).Sysctl("vm.kvm_free", 40 * Mega);

        Assert.Equal(Subject.Host("kva"), Rule.Finding("LS0201", i386).Subject);
        Rule.IsSilent("LS0201", amd64);
    }

    [Fact]
    public void The_kernel_memory_map_of_a_ZFS_report_stands_in_for_the_sysctls()
    {
        HostWith full = HostWith.Release(null, null).Report(("Kernel Memory Map/Size", 3900 * Mega), ("Kernel Memory Map/Free", 100 * Mega));
        HostWith roomy = HostWith.Release(null, null).Report(("Kernel Memory Map/Size", 201 * Mega), ("Kernel Memory Map/Free", 3750 * Mega));

        Finding finding = Rule.Finding("LS0201", full);
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains("depends on the release", finding.Title, StringComparison.Ordinal);
        Rule.IsSilent("LS0201", roomy);
    }

    [Theory]
    [InlineData(95, Severity.Warning)]
    [InlineData(99, Severity.Critical)]
    public void Swap_that_is_used_up_is_exhaustion(int percent, Severity severity)
    {
        Finding finding = Rule.Finding("LS0208", HostWith.Release("14.2-RELEASE").Swap(100 * Mega, percent * Mega));

        Assert.Equal((severity, Verdict.Exhaustion, Subject.Host("swap")), (finding.Severity, finding.Verdict, finding.Subject));
    }

    [Fact]
    public void Swap_that_is_half_used_is_swap_at_work() =>
        Rule.IsSilent("LS0208", HostWith.Release("14.2-RELEASE").Swap(4 * Giga, 2 * Giga));

    [Fact]
    public void No_swap_is_told_and_is_a_warning_only_where_memory_is_short()
    {
        HostWith roomy = HostWith.Release("14.2-RELEASE").Queues(Giga, Giga, Giga, 0, 5 * Giga).Swap(0, 0);
        HostWith full = HostWith.Release("14.2-RELEASE").Queues(Giga, 7 * Giga - 80 * Mega, 40 * Mega, 0, 40 * Mega).Swap(0, 0);

        Assert.Equal(Severity.Info, Rule.Finding("LS0208", roomy).Severity);
        Assert.Equal(Severity.Warning, Rule.Finding("LS0208", full).Severity);
    }

    [Fact]
    public void Memory_that_programs_wired_up_to_the_limit_is_told()
    {
        HostWith host = HostWith.Release("14.2-RELEASE").Memory(16 * Giga)
            .Sysctl("vm.max_user_wired", 1_000_000).Sysctl("vm.stats.vm.v_user_wire_count", 950_000);

        Finding finding = Rule.Finding("LS0209", host);

        Assert.Equal(Subject.Tunable("vm.max_user_wired"), finding.Subject);
        Assert.Equal("vm.max_user_wired=1187500", finding.Advice.Single(a => a.Persist is not null).Persist?.Line);
        Rule.IsSilent("LS0209", host.Sysctl("vm.stats.vm.v_user_wire_count", 500_000));
    }

    [Fact]
    public void Up_to_12_all_wired_memory_counts_and_nothing_is_said_of_it() =>
        Rule.IsSilent("LS0209", HostWith.Release("12.1-RELEASE").Memory(16 * Giga)
            .Sysctl("vm.max_wired", 1_000_000).Sysctl("vm.stats.vm.v_wire_count", 2_000_000));

    [Fact]
    public void Memory_is_short_where_nothing_can_be_freed_and_the_page_daemon_failed()
    {
        HostWith host = Short().Sysctl("vm.stats.vm.v_pdshortfalls", 1234);

        Finding finding = Rule.Finding("LS0212", host);

        Assert.Equal((Severity.Warning, Subject.Host("memory")), (finding.Severity, finding.Subject));
    }

    [Fact]
    public void An_ARC_that_gives_way_is_no_shortage() =>
        Rule.IsSilent("LS0212", Short().Sysctl("vm.stats.vm.v_pdshortfalls", 1234)
            .Arc("size", 3 * Giga).Arc("c_min", 256 * Mega).Arc("mru_evictable_data", 2 * Giga));

    [Fact]
    public void Few_free_pages_beside_many_inactive_ones_are_ordinary() =>
        Rule.IsSilent("LS0212", HostWith.Release("14.2-RELEASE").Queues(2 * Giga, 3 * Giga, 3 * Giga, 0, 50 * Mega)
            .Sysctl("vm.stats.vm.v_pdshortfalls", 10));

    [Theory]
    [InlineData(12_000, false)]
    [InlineData(13_000, true)]
    public void Free_pages_below_the_reserve_are_told_whatever_could_be_freed(long reserved, bool isTold)
    {
        HostWith host = HostWith.Release("14.2-RELEASE").Queues(2 * Giga, 3 * Giga, 3 * Giga, 0, 50 * Mega)
            .Sysctl("vm.v_free_reserved", reserved);

        if (isTold)
        {
            Finding finding = Rule.Finding("LS0212", host);
            Assert.Equal(Severity.Warning, finding.Severity);
            Assert.StartsWith("Free memory is below the kernel's reserve: 50.0 MiB of 50.8 MiB", finding.Title, StringComparison.Ordinal);
        }
        else
        {
            Rule.IsSilent("LS0212", host);
        }
    }

    private static HostWith Short() => HostWith.Release("14.2-RELEASE")
        .Queues(3 * Giga, 5 * Giga - 120 * Mega, 60 * Mega, 20 * Mega, 40 * Mega).Sysctl("vm.v_free_target", 43_000);
}
