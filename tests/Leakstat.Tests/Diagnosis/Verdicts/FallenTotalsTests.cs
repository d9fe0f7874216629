using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Knowledge;
using Leakstat.Model;
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

    [Fact]
    public void A_step_where_totals_fall_without_a_reboot_is_no_growth()
    {
        DiagnosisReport report = Stepped(isOther: i => i >= 12);

        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
        Assert.All(report.Verdict.Missing, gap => Assert.Contains("running totals fall", gap.Text, StringComparison.Ordinal));
        Assert.Equal(["vmstat -z", "vmstat -m"], report.Verdict.Missing.Select(gap => gap.Command));
        Assert.DoesNotContain(report.Findings, HostVerdicts.IsWrong);
    }

    [Fact]
    public void One_capture_out_of_its_place_costs_nothing() =>
        Assert.DoesNotContain(
            Stepped(isOther: i => i == 12).Verdict.Missing,
            gap => gap.Text.Contains("running totals fall", StringComparison.Ordinal));

    /// <summary>Four hours of a host, with captures of another among them: fewer requests, and much more in a type.</summary>
    private static DiagnosisReport Stepped(Func<int, bool> isOther) => new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
        Enumerable.Range(0, 24).Select(step =>
        {
            Capture capture = HealthyCapture.Read();
            int share = isOther(step) ? 1 : 30;
            return capture with
            {
                TakenAt = capture.TakenAt!.Value.AddMinutes(10 * step),
                Host = capture.Host with { UptimeSeconds = 600 + (600 * step) },
                Zones = new ZoneTable(
                    capture.Zones!.File,
                    [.. capture.Zones.Rows.Select(z => z with { Requests = z.Requests * share * (100 + step) })],
                    hasCrossDomain: true),
                MallocTypes = new MallocTable(
                    capture.MallocTypes!.File,
                    [.. capture.MallocTypes.Rows.Select(t => t with
                    {
                        Requests = t.Requests * share * (100 + step),
                        Memory = t.Name == "temp" && isOther(step) ? 80 << 20 : t.Memory,
                        InUse = t.Name == "temp" && isOther(step) ? 150_000 : t.InUse,
                    })],
                    MemoryPrecision.Bytes),
            };
        }))!;
}
