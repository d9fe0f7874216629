using System.Text;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Reports.Views.Findings;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>What is made of numbers that are of two hosts or moments: notes, no forecast, and a word in the verdict.</summary>
public sealed class MixedCaptureTests
{
    private static readonly (string Name, byte[]? Content) s_manyVnodes = Change(
        "vmstat-z.txt", "^VNODE: .*", "VNODE:                  448,      0,    6760,      84,  999508,   0,   0,   0");

    private static readonly (string Name, byte[]? Content) s_otherTop = Change(
        "top.txt", "[0-9]+M Wired", "450M Wired");

    [Fact]
    public void A_suspect_across_commands_is_a_note_where_the_capture_is_of_two_moments()
    {
        Assert.Equal(Severity.Warning, Vnodes(HealthyCapture.Diagnose(s_manyVnodes)).Severity);

        DiagnosisReport report = HealthyCapture.Diagnose(s_manyVnodes, s_otherTop);

        Finding finding = Vnodes(report);
        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Contains("two moments or hosts: wired memory", finding.Evidence[0].Text, StringComparison.Ordinal);
        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
        Assert.Contains("two moments or hosts: wired memory", Headline.Of(report).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_count_of_vnodes_alone_does_not_speak_against_a_leak_of_vnodes()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(Change(
            "vmstat-z.txt", "^VNODE: .*", "VNODE:                  448,      0,   30000,      84,  999508,   0,   0,   0"));

        Assert.Contains(report.Verdict.Missing, gap => gap.IsOfTwo && gap.Text.Contains("VNODE", StringComparison.Ordinal));
        Assert.Equal(Severity.Warning, Vnodes(report).Severity);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_time_is_told_from_the_growth_of_one_host_and_the_room_of_another(bool isMixed)
    {
        Capture capture = isMixed ? HealthyCapture.Read(s_otherTop) : HealthyCapture.Read();
        var leak = new Finding
        {
            Rule = "LS0101",
            Title = "it leaks",
            Severity = Severity.Critical,
            Verdict = Verdict.Leak,
            Subject = Subject.Malloc("foo"),
            Confidence = 0.99,
            Growth = new ObservedGrowth(1e6, null, null, null),
            Exhaustion = new ExhaustionTime("physical memory", DateTimeOffset.UnixEpoch, null, null),
        };

        Finding told = Assert.Single(MixedHosts.Lower([leak], capture, LedgerBuilder.From(capture)));

        Assert.Equal(isMixed, told.Exhaustion is null);
        Assert.Equal(isMixed ? Severity.Warning : Severity.Critical, told.Severity);
        Assert.Equal(Verdict.Leak, told.Verdict);
    }

    private static Finding Vnodes(DiagnosisReport report) => Assert.Single(report.Findings, f => f.Rule == "LS0107");

    private static (string Name, byte[]? Content) Change(string file, string line, string instead) =>
        (file, Encoding.UTF8.GetBytes(HealthyCapture.Changed(file, line, instead)));
}
