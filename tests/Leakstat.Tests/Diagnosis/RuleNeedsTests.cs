using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Tests.Diagnosis;

/// <summary>What rules say that they need: written in the table of <c>docs/rules</c>, and no more than they do need.</summary>
public sealed class RuleNeedsTests
{
    private const string Head =
        "# Rules and what they need\n\n"
        + "Each rule declares in code what it cannot judge without (`IRule.Needs`); this table is written from that, and a test holds it.\n"
        + "A rule whose need is not met is listed by `leakstat diagnose -v` under \"not judged\": its silence means nothing.\n\n"
        + "| rule | name | needs |\n| --- | --- | --- |\n";

    public static TheoryData<string> Pastes =>
    [
        .. Directory.EnumerateFiles(Given.Data("pastes"), "*.txt").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void The_table_is_what_the_rules_declare()
    {
        var text = new StringBuilder(Head);
        foreach (IRule rule in RuleRegistry.All)
        {
            string needs = rule.Needs.IsEmpty ? "–" : string.Join("; ", rule.Needs.Select(n => n.Name));
            text.Append($"| [{rule.Id}]({rule.Id}.md) | {rule.Name} | {needs} |\n");
        }

        string path = Path.Combine(Given.Root, "docs", "rules", "README.md");
        if (Environment.GetEnvironmentVariable("LEAKSTAT_ACCEPT") == "1")
        {
            File.WriteAllText(path, text.ToString());
            return;
        }

        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    [Theory]
    [MemberData(nameof(Pastes))]
    public void A_rule_that_spoke_lacked_nothing(string file)
    {
        SourceSet set = SourceSet.Open(
            [new MemorySource(file, File.ReadAllBytes(Given.Data("pastes/" + file)))], new NamePool(), ReadLimits.Default);
        foreach (HostSource host in set.Hosts)
        {
            Check(new Diagnoser(BuiltInKnowledge.Load()).Diagnose(host.Captures())!);
        }
    }

    [Theory]
    [InlineData("freebsd-14.2-fresh-boot", "LS0101", "LS0111", "LS0112", "LS0120", "LS0702")]
    public void Of_a_whole_capture_only_what_a_history_tells_is_not_judged(string name, params string[] some)
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Given.CaptureFolder(name)])!;
        Check(report);
        Assert.All(some, rule => Assert.Contains(report.Unjudged, u => u.Rule == rule));
        Assert.DoesNotContain(report.Unjudged, u => u.Rule is "LS0103" or "LS0202" or "LS0401" or "LS0501" or "LS0601");
    }

    [Fact]
    public void What_a_rule_lacked_is_named()
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([CaptureWith.Nothing()])!;
        UnjudgedRule zones = Assert.Single(report.Unjudged, u => u.Rule == "LS0203");
        Assert.Equal("vmstat -z", Assert.Single(zones.Wants));
    }

    private static void Check(DiagnosisReport report) =>
        Assert.All(report.Findings, f => Assert.DoesNotContain(report.Unjudged, u => u.Rule == f.Rule));
}
