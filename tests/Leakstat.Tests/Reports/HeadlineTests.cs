using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Knowledge;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Tests.Reports;

/// <summary>The first sentences of a report do not contradict what stands below them.</summary>
public sealed class HeadlineTests
{
    private const string Denied = """
        16384/112/16496/301718 9k jumbo clusters in use (current/cache/total/max)
        0/41207/0 requests for jumbo clusters denied (4k/9k/16k)

        """;

    [Fact]
    public void Over_a_note_of_requests_that_were_denied_nobody_says_that_nothing_was_wrong()
    {
        DiagnosisReport report = Diagnose("netstat.txt", Denied);
        Headline headline = Headline.Of(report);
        Assert.Equal(("LS0403", Severity.Info), (report.Findings[0].Rule, report.Findings[0].Severity));
        Assert.StartsWith("9 KiB jumbo clusters denied below their limit", headline.Detail, StringComparison.Ordinal);
        Assert.Contains("nothing calls for a warning in what was read: network buffers", headline.Detail, StringComparison.Ordinal);
        Assert.Contains("But vmstat -z: not in the capture", headline.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("othing wrong", headline.Text + headline.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_capture_with_such_a_note_is_fine_and_leads_with_the_note()
    {
        DiagnosisReport healthy = new Diagnoser(BuiltInKnowledge.Load())
            .Diagnose([Given.CaptureFolder("freebsd-14.2-healthy-load-series/08")])!;
        Assert.Equal(VerdictState.Fine, healthy.Verdict.State);
        Finding note = Diagnose("netstat.txt", Denied).Findings[0];
        Headline headline = Headline.Of(healthy with { Findings = [note, .. healthy.Findings] });
        Assert.Equal("The kernel memory of oracle gives no warning; a note is worth reading.", headline.Text);
        Assert.StartsWith(note.Title, headline.Detail, StringComparison.Ordinal);
        Assert.Equal(Tone.Good, headline.Tone);
    }

    [Theory]
    [InlineData("vmstat-z.txt", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\nmbuf_cluster: 2048, 25600, 25600, 0, 25600, 0, 0\n")]
    [InlineData("log.txt", "swap_pager: out of swap space\n")]
    [InlineData("netstat.txt", Denied)]
    public void Over_one_capture_a_verdict_on_growth_speaks_of_growth_only(string name, string text)
    {
        DiagnosisReport whole = Diagnose(name, text);
        DiagnosisReport growth = whole with
        {
            Findings = [.. whole.Findings.Where(f => RuleRegistry.OverHistory.Contains(f.Rule))],
        };
        growth = growth with { Verdict = HostVerdicts.OfGrowth(growth) };
        Headline headline = Headline.Of(growth);
        Assert.Equal(VerdictState.TooEarly, growth.Verdict.State);
        Assert.StartsWith("Growth: not judged. 1 capture", headline.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("othing wrong", headline.Text + headline.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("in order", headline.Text + headline.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_verdict_on_growth_that_is_open_says_why_and_nothing_of_limits()
    {
        DiagnosisReport report = Diagnose("a.txt", Denied, Denied);
        report = report with { Verdict = HostVerdicts.OfGrowth(report) };
        Headline headline = Headline.Of(report);
        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
        Assert.Equal("It cannot be told whether the kernel of this host leaks memory.", headline.Text);
        Assert.StartsWith("Growth: not judged, ", headline.Detail, StringComparison.Ordinal);
    }

    private static DiagnosisReport Diagnose(string name, params string[] texts) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose(texts.Select(text => Given.Capture((name, text))))!;
}
