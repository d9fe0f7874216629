using Leakstat.Captures.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>Parts of one capture that say different releases.</summary>
public sealed class OtherReleaseTests
{
    [Theory]
    [InlineData("FreeBSD oracle 13.1-RELEASE FreeBSD 13.1-RELEASE GENERIC amd64\n", true)]
    [InlineData("FreeBSD oracle 14.1-RELEASE-p6 FreeBSD 14.1-RELEASE-p6 GENERIC amd64\n", true)]
    [InlineData("FreeBSD oracle 14.2-RELEASE-p3 FreeBSD 14.2-RELEASE-p3 GENERIC amd64\n", false)]
    [InlineData("13.2-RELEASE\n", false)]
    public void Of_uname_and_sysctl_both_lines_are_told(string uname, bool isOther)
    {
        DiagnosisReport report = HealthyCapture.Diagnose("uname.txt", uname);

        AssertTold(report, isOther, "capture/uname.txt:1");
    }

    [Theory]
    [InlineData("13.4-RELEASE", true)]
    [InlineData("14.2-RELEASE-p1", false)]
    public void Of_the_running_boot_and_sysctl_both_lines_are_told(string release, bool isOther)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            "dmesg.txt", HealthyCapture.Changed("dmesg.txt", "^FreeBSD 14.2-BETA1 ", $"FreeBSD {release} "));

        AssertTold(report, isOther, "capture/dmesg.txt:6");
    }

    [Theory]
    [InlineData("\"release\": \"13.1-RELEASE\"", true)]
    [InlineData("\"release\": \"14.2-RELEASE-p1\"", false)]
    [InlineData("\"osreldate\": 1301000", true)]
    [InlineData("\"osreldate\": 1401504", false)]
    [InlineData("\"osreldate\": 0, \"release\": \"unknown\"", false)]
    public void Of_the_manifest_and_sysctl_both_lines_are_told(string said, bool isOther)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            CaptureManifest.FileName,
            $$"""{"host": "oracle", {{said}}, "takenAt": "2026-11-20T19:02:43Z", "collector": "leakstat-collect 1"}""");

        AssertTold(report, isOther, "capture/manifest.json");
    }

    [Fact]
    public void The_number_of_another_major_version_contradicts_the_words()
    {
        string[] lines = HealthyCapture.Text("sysctl.txt").Split('\n');
        int at = Array.FindIndex(lines, l => l.StartsWith("kern.osreldate:", StringComparison.Ordinal));
        lines[at] = "kern.osreldate: 1302001";

        AssertTold(
            HealthyCapture.Diagnose("sysctl.txt", string.Join('\n', lines)), true, $"capture/sysctl.txt:{at + 1}");
    }

    [Fact]
    public void Two_that_contradict_each_other_are_told_where_neither_contradicts_the_first()
    {
        Capture capture = Given.Capture(
            ("sysctl.txt", "kern.osreldate: 1402000\n"),
            ("uname.txt", "FreeBSD a 14.1-RELEASE FreeBSD 14.1-RELEASE GENERIC amd64\n"),
            (CaptureManifest.FileName, """{"host": "a", "release": "14.2-RELEASE", "takenAt": "2026-11-20T19:02:43Z"}"""));

        Assert.Equal(("14.1-RELEASE", "14.2-RELEASE"), (capture.Host.OtherRelease?.First, capture.Host.OtherRelease?.Second));
    }

    private static void AssertTold(DiagnosisReport report, bool isOther, string at)
    {
        if (!isOther)
        {
            Assert.Equal(VerdictState.Fine, report.Verdict.State);
            Assert.Null(report.Host.OtherRelease);
            return;
        }

        Gap gap = HealthyCapture.AssertUnknown(report, at);
        Assert.Contains("capture/sysctl.txt:", gap.Text, StringComparison.Ordinal);
        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0003");
        Assert.Equal(2, finding.Evidence.Count(e => e.At is not null));
    }
}
