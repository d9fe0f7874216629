using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>A table of swap devices that lost its rows is no host without swap space.</summary>
public sealed class SwapGapTests
{
    private const string Header = "Device          1K-blocks     Used    Avail Capacity\n";

    [Fact]
    public void Without_rows_it_says_nothing_where_swap_space_is_known()
    {
        DiagnosisReport report = HealthyCapture.Diagnose("swapinfo.txt", Header);

        Gap gap = HealthyCapture.AssertUnknown(report, "no device in it, though 2.0 GiB of swap space are known");
        Assert.Equal("swapinfo", gap.Command);
        Assert.DoesNotContain(report.Findings, f => f.Rule == "LS0208");
    }
}
