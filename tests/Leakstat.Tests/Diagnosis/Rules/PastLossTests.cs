using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Tests.Diagnosis.Rules;

public sealed class PastLossTests
{
    private const string Line = "Warning: memory type pppoe leaked memory on destroy (1 allocations, 8192 bytes leaked).\n";

    [Fact]
    public void Old_lines_that_do_not_become_more_are_no_running_leak()
    {
        Finding finding = Assert.Single(new LS0103TypeLeakedOnDestroy().Evaluate(Given.Case(
            Given.Capture(("dmesg.txt", Line + Line)), Given.Capture(("dmesg.txt", Line + Line)))));

        Assert.Equal((Verdict.Healthy, Severity.Info), (finding.Verdict, finding.Severity));
        Assert.Contains("nothing since", finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_line_between_captures_is_proof()
    {
        Finding finding = Assert.Single(new LS0103TypeLeakedOnDestroy().Evaluate(Given.Case(
            Given.Capture(("dmesg.txt", Line)), Given.Capture(("dmesg.txt", Line + Line)))));

        Assert.Equal(Verdict.Leak, finding.Verdict);
    }

    [Fact]
    public void A_keg_in_one_capture_is_proof() => Assert.Equal(
        Verdict.Leak,
        Assert.Single(new LS0104KegNotEmpty().Evaluate(Given.Case(
            ("dmesg.txt", "Freed UMA keg (foo) was not empty (54 items).  Lost 3 pages of memory.\n")))).Verdict);
}
