using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Explanations;

namespace Leakstat.Tests.Knowledge;

public sealed class ExplainTests
{
    private static readonly KnowledgeBase Known = BuiltInKnowledge.Load();

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Path.Combine(Given.Root, "docs/rules"), "LS*.md").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Rules => [.. RuleRegistry.All.Select(r => r.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_has_a_page_with_all_headings(string id)
    {
        var output = new StringWriter();
        Assert.True(Explain.Rule(id, output));
        string[] headings = [.. output.ToString().Split('\n').Where(l => l.StartsWith('#')).Select(l => l.Trim())];
        Assert.StartsWith($"# {id}: ", headings[0], StringComparison.Ordinal);
        Assert.Equal(
            ["## What it means", "## How it is computed", "## When it is wrong", "## What to do", "## Sources"],
            headings[1..].Where(h => h.StartsWith("## ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_page_has_a_rule(string id) => Assert.Contains(id, RuleRegistry.All.Select(r => r.Id));

    [Fact]
    public void Rule_ids_are_used_once_and_all_are_listed()
    {
        Assert.Equal(RuleRegistry.All.Length, RuleRegistry.All.Select(r => r.Id).Distinct().Count());
        var output = new StringWriter();
        Explain.List(output);
        Assert.All(RuleRegistry.All, r => Assert.Contains($"{r.Id}  {r.Name}", output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_rule_is_answered_with_near_ones()
    {
        var output = new StringWriter();
        Assert.False(Explain.Rule("LS0193", output));
        Assert.Contains("LS0103", output.ToString(), StringComparison.Ordinal);
        Assert.True(Explain.Rule("ls0103", new StringWriter()));
    }

    [Fact]
    public void A_zone_is_explained_with_its_limit_and_known_bugs()
    {
        var output = new StringWriter();
        Assert.True(Explain.Zone("mbuf_cluster", Known, output));
        string text = output.ToString();
        Assert.Contains("sys/kern/kern_mbuf.c", text, StringComparison.Ordinal);
        Assert.Contains("kern.ipc.nmbclusters (sysctl or loader.conf; at run time it can only be raised)", text, StringComparison.Ordinal);
        Assert.Contains("CVE-2026-4247", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_changed_are_explained_in_both_directions()
    {
        var output = new StringWriter();
        Assert.True(Explain.Zone("malloc-256", Known, output));
        Assert.Contains("up to 12 the zone is named by the bare size", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("vmstat -m", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_near_ones_and_never_guessed()
    {
        var output = new StringWriter();
        Assert.False(Explain.Zone("mbuf_clustr", Known, output));
        Assert.Contains("mbuf_cluster", output.ToString(), StringComparison.Ordinal);
        output = new StringWriter();
        Assert.False(Explain.Malloc("mbuf_cluster", Known, output));
        Assert.Contains("leakstat explain zone mbuf_cluster", output.ToString(), StringComparison.Ordinal);
        Assert.False(Explain.Malloc(new string('x', 100_000), Known, new StringWriter()));
    }

    [Fact]
    public void On_a_terminal_a_page_is_wrapped_and_has_no_marks()
    {
        foreach (IRule rule in RuleRegistry.All)
        {
            var output = new StringWriter();
            Assert.True(Explain.Rule(rule.Id, output, new TerminalOptions { Width = 80 }));
            string[] lines = output.ToString().Split('\n');
            Assert.Equal($"{rule.Id}: {rule.Name}", lines[0]);
            Assert.All(lines.Where(l => !l.StartsWith("    ", StringComparison.Ordinal) && l.Contains(' ', StringComparison.Ordinal)), l => Assert.True(l.Length <= 80, l));
            Assert.DoesNotContain(lines, l => l.StartsWith('#') || l.Contains("](", StringComparison.Ordinal));
        }
    }
}
