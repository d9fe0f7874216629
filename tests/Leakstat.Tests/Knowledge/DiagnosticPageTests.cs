using System.Reflection;
using Leakstat.Model;
using Leakstat.Reports.Views.Explanations;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Knowledge;

/// <summary>Every kind of problem of the input has a page in docs/diagnostics.md, and nothing else has.</summary>
public sealed class DiagnosticPageTests
{
    public static TheoryData<string> Ids =>
    [
        .. typeof(DiagnosticId).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!),
    ];

    [Fact]
    public void Pages_and_ids_are_the_same_ones() => Assert.Equal(Ids.Select(row => row.Data).Order(StringComparer.Ordinal), DiagnosticPage.Ids);

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_page_says_what_it_is_whether_something_is_lost_why_and_what_to_do(string id)
    {
        string page = DiagnosticPage.Of(id)!;

        Assert.StartsWith($"# {id}\n\n**", page, StringComparison.Ordinal);
        Assert.Contains("*Typical causes.* ", page, StringComparison.Ordinal);
        Assert.Contains("*What to do.* ", page, StringComparison.Ordinal);
        bool isLoss = new Diagnostic(id, "", new SourceLine(new SourceFile("x"), 1)).IsLoss;
        Assert.Equal(!isLoss, page.Contains(" was lost", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_prints_it()
    {
        CommandRun run = CommandRun.Of(["explain", "lsd103"]);

        Assert.Equal((0, DiagnosticPage.Of("LSD103")), (run.ExitCode, run.Output));
        Assert.Equal(2, CommandRun.Of(["explain", "LSD999"]).ExitCode);
        Assert.Contains("LSD209", CommandRun.Of(["explain", "LSD299"]).Output, StringComparison.Ordinal);
    }
}
