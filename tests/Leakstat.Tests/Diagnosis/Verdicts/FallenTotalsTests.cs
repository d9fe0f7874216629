using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>Running totals that fall within a boot: captures of two hosts, or out of their order.</summary>
public sealed class FallenTotalsTests
{
    private const string Series = "freebsd-14.2-healthy-load-series/";

    [Theory]
    [InlineData("03", "01", true)]
    [InlineData("01", "03", false)]
    public void Totals_that_fall_without_a_reboot_are_told(string first, string second, bool isTold)
    {
        Capture one = Given.CaptureFolder(Given.Data(Series + first));
        Capture other = Given.CaptureFolder(Given.Data(Series + second)) with
        {
            TakenAt = one.TakenAt!.Value.AddMinutes(10),
            Host = one.Host with { UptimeSeconds = one.Host.UptimeSeconds + 600 },
        };

        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([one, other])!;

        string[] told =
        [
            .. report.Verdict.Missing.Where(g => g.Text.Contains("running totals fall", StringComparison.Ordinal))
                .Select(g => g.Command),
        ];
        Assert.Equal(isTold ? ["vmstat -z", "vmstat -m"] : [], told);
    }
}
