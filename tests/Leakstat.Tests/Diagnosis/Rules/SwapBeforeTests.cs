using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>Swap that was full at an earlier capture of the boot, and is not at the latest.</summary>
public sealed class SwapBeforeTests
{
    private const string Series = "freebsd-14.2-healthy-load-series/";
    private const long All = 2L << 30;

    [Theory]
    [InlineData(0.99, true)]
    [InlineData(0.80, false)]
    public void It_is_told_as_past(double share, bool isTold)
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
            [At("01", 0.1), At("02", share), At("03", 0.1)])!;

        Finding? finding = report.Findings.SingleOrDefault(f => f.Rule == "LS0208");
        Assert.Equal(isTold, finding is not null);
        if (finding is not null)
        {
            Assert.True(finding.IsPast);
            Assert.Equal(Severity.Warning, finding.Severity);
            Assert.StartsWith("Swap was 99 % used at 2026-11-20", finding.Title, StringComparison.Ordinal);
            Assert.Contains("/02", finding.Evidence[0].Text, StringComparison.Ordinal);
        }
    }

    private static Capture At(string folder, double share)
    {
        Capture capture = Given.CaptureFolder(Given.Data(Series + folder));
        long used = (long)(All * share);
        return capture with
        {
            Swap = new SwapTable(
                new SourceFile("swapinfo.txt"), [new SwapDevice("/dev/vtbd0p2", All, used, All - used, 2)], 1),
            Top = null,
            Messages = null,
        };
    }
}
