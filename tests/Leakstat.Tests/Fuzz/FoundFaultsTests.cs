using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Model;

namespace Leakstat.Tests.Fuzz;

/// <summary>What damaged inputs brought to light, each as the smallest input that shows it.</summary>
public class FoundFaultsTests
{
    [Fact]
    public void Sums_of_absurd_page_counts_are_held_at_the_end_of_the_range()
    {
        const string Sysctl = "vm.stats.vm.v_page_size: 4096\nvm.stats.vm.v_wire_count: 9223372036854775807\n"
            + "vm.stats.vm.v_active_count: 9223372036854775807\nvm.stats.vm.v_inactive_count: 9223372036854775807\n"
            + "vm.stats.vm.v_laundry_count: 9223372036854775807\nvm.stats.vm.v_free_count: 9223372036854775807\n";
        DiagnosisCase host = Given.Case(("sysctl.txt", Sysctl));
        Assert.All(RuleRegistry.All, rule => Assert.NotNull(rule.Evaluate(host).ToList()));
        Assert.Equal(long.MaxValue, Arithmetic.Sum([long.MaxValue, long.MaxValue, -1]));
        Assert.Equal(long.MinValue, Arithmetic.Sum([long.MinValue, -1]));
    }
}
