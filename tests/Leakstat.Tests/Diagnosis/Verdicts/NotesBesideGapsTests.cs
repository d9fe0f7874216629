using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Knowledge;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>Where notes alone make the headline, what was not read whole is said beside them.</summary>
public sealed class NotesBesideGapsTests
{
    private const string Folder = "freebsd-14.2-mbuf-near-limit";

    [Fact]
    public void A_headline_of_notes_says_what_was_not_whole()
    {
        DiagnosisReport report = Without("mbuf_cluster:", "mbuf clusters in use");

        Assert.All(report.Findings, f => Assert.Equal(Severity.Info, f.Severity));
        Assert.Equal(VerdictState.Wrong, report.Verdict.State);
        Headline headline = Headline.Of(report);
        Assert.Contains("Not all was read whole: vmstat -z: ", headline.Detail, StringComparison.Ordinal);
        Assert.Contains("netstat -m: without mbuf clusters", headline.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("no limit is known to be near", FirstAidPlan.Of(report)!.Now.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_capture_has_nothing_to_add()
    {
        DiagnosisReport report = Without();

        Assert.DoesNotContain("read whole", Headline.Of(report).Detail, StringComparison.Ordinal);
    }

    /// <summary>The capture without dmesg and without the lines that hold one of the words.</summary>
    private static DiagnosisReport Without(params string[] words) => new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
    [
        CaptureAssembly.Read(
            "capture",
            Directory.EnumerateFiles(Given.Data(Folder), "*.txt").Order(StringComparer.Ordinal)
                .Where(file => Path.GetFileName(file) != "dmesg.txt")
                .Select(file => (Path.GetFileName(file), new ReadOnlyMemory<byte>(Lines(file, words)))),
            new NamePool(),
            ReadLimits.Default),
    ])!;

    private static byte[] Lines(string file, string[] words) => System.Text.Encoding.UTF8.GetBytes(string.Concat(
        File.ReadAllLines(file).Where(line => !words.Any(word => line.Contains(word, StringComparison.Ordinal)))
            .Select(line => line + "\n")));
}
