using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Reports.Views.Findings;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>Malloc types that are there no more for a while: with a module they may, without one a table was cut.</summary>
public sealed class LostRowsTests
{
    private const int Rows = 12;
    private const string Module = " 2    1 0xffffffff82200000     4000 if_foo.ko\n";

    [Theory]
    [InlineData(true, 0, false)]
    [InlineData(false, 0, true)]
    [InlineData(true, Rows, true)]
    public void Rows_that_go_and_come_with_a_module_are_no_loss(bool isUnloaded, int othersCut, bool isTold)
    {
        Capture[] captures =
        [
            .. Enumerable.Range(0, 12).Select(hour => Read(
                hour,
                isLoaded: !isUnloaded || hour is < 4 or > 7,
                missing: hour is < 4 or > 7 ? 0 : hour == 6 ? Rows + othersCut : Rows)),
        ];

        Assert.Equal(isTold, new Diagnoser(BuiltInKnowledge.Load()).Diagnose(captures)!.Verdict.Missing.Any(
            gap => gap.Text.Contains("lack rows", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_module_that_comes_back_does_not_end_the_absence_of_another()
    {
        // if_bar.ko comes back in hour 5, if_foo.ko, to which the rows belong, in hour 8.
        Capture[] captures =
        [
            .. Enumerable.Range(0, 12).Select(hour => Read(
                hour, isLoaded: hour is < 4 or > 7, missing: hour is < 4 or > 7 ? 0 : Rows, other: hour is < 4 or > 4)),
        ];

        Assert.DoesNotContain(
            new Diagnoser(BuiltInKnowledge.Load()).Diagnose(captures)!.Verdict.Missing,
            gap => gap.Text.Contains("lack rows", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_judgement_rests_on_is_said_where_few_captures_are_cut()
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
            Enumerable.Range(0, 48).Select(hour => Read(hour, isLoaded: true, missing: hour is 30 or 31 ? Rows : 0) with
            {
                TakenAt = HealthyCapture.Read().TakenAt!.Value.AddHours(hour),
            }))!;

        Assert.Contains(
            $"; 2 of them are not whole, and what they lack is judged over 46: {Rows} rows of vmstat -m in capture",
            DiagnosisBasis.Judged(report),
            StringComparison.Ordinal);
    }

    private static Capture Read(int hour, bool isLoaded, int missing, bool other = false)
    {
        string[] lines = HealthyCapture.Text("vmstat-m.txt").Split('\n');
        string types = string.Join('\n', lines.Where((_, line) => line < 20 || line >= 20 + missing));
        string modules = HealthyCapture.Text("kldstat.txt");
        int kernel = modules.IndexOf('\n', modules.IndexOf('\n', StringComparison.Ordinal) + 1) + 1;
        Capture capture = HealthyCapture.Read(
            ("kldstat-v.txt", null),
            ("kldstat.txt", Encoding.UTF8.GetBytes(
                modules[..kernel] + (isLoaded ? Module : "") + (other ? Module.Replace("foo", "bar", StringComparison.Ordinal) : ""))),
            ("vmstat-m.txt", Encoding.UTF8.GetBytes(types)));
        return capture with
        {
            TakenAt = DateTimeOffset.UnixEpoch.AddDays(20_000).AddHours(hour),
            Host = capture.Host with { UptimeSeconds = null },
        };
    }
}
