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

    [Fact]
    public void A_line_that_was_joined_to_the_one_before_leaves_nothing_to_take_out()
    {
        const string Mail = "ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAIL SLEEP XDOMAIN\n"
            + "mbuf:                   256,      0,     100,     200,  686757,   0,   0,   0\n\n"
            + "see above\n\v\nthanks\n";
        var scrubber = new Leakstat.Captures.Scrub.Scrubber(Leakstat.Captures.ReadLimits.Default);
        var mail = new Leakstat.Captures.Sources.MemorySource("mail.txt", Mail);
        string scrubbed = System.Text.Encoding.Latin1.GetString(Assert.Single(scrubber.Files(mail)).Bytes);
        Assert.Contains("mbuf:", scrubbed);
        Assert.DoesNotContain("thanks", scrubbed);
    }

    [Theory]
    [InlineData("{\"host\": \"fw\", \"note\": \"\u00d5k\"}")]
    [InlineData("{\"host\": \"fw\", \"\u00d5k\": 1}")]
    [InlineData("{\"host\": \"fw\", \"note\": \"\\ud800\"}")]
    public void A_manifest_with_a_text_that_is_no_text_is_scrubbed_to_what_can_be_read(string manifest)
    {
        var scrubber = new Leakstat.Captures.Scrub.Scrubber(Leakstat.Captures.ReadLimits.Default);
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(manifest);
        var file = new Leakstat.Captures.Sources.MemorySource("manifest.json", bytes);
        string scrubbed = System.Text.Encoding.UTF8.GetString(Assert.Single(scrubber.Files(file)).Bytes);
        Assert.StartsWith("{\"host\":", scrubbed);
        Assert.DoesNotContain("fw", scrubbed);
    }
}
