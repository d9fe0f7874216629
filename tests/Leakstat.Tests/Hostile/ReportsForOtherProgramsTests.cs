using System.Text.Json;
using System.Text.RegularExpressions;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Hostile;

/// <summary>Names that mean something to the program that a report is for: GitHub's runner, a spreadsheet, a SARIF viewer.</summary>
public sealed class ReportsForOtherProgramsTests : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("leakstat-reports-");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public void GitHubTakesNothingOfAGateForACommandButItsAnnotations()
    {
        string spool = Series("##[set-output name=x]y");
        CommandRun run = CommandRun.Of(["gate", "check", spool, "--github", "--warm-up", "0"]);
        string[] lines = run.Output.Split('\n');
        Match stop = Regex.Match(lines[0], "^::stop-commands::([0-9a-f]{32})$");
        Assert.True(stop.Success, lines[0]);
        int resume = Array.IndexOf(lines, $"::{stop.Groups[1].Value}::");
        Assert.True(resume > 0);
        Assert.All(lines[(resume + 1)..], l => Assert.True(l.Length == 0 || Regex.IsMatch(l, "^::(error|warning|notice) title=leakstat [^:]+::"), l));
        Assert.NotEqual(lines[0], CommandRun.Of(["gate", "check", spool, "--github"]).Output.Split('\n')[0]);
        Assert.DoesNotContain("::", CommandRun.Of(["gate", "check", spool, "--github", "--json"]).Output.Split('\n')[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=cmd|'/C calc'!A0")]
    [InlineData("+1+1")]
    [InlineData("-2+3")]
    [InlineData("@SUM(A1)")]
    public void NoCellIsAFormula(string name)
    {
        string store = Path.Combine(_work.FullName, "store");
        Assert.Equal(0, CommandRun.Of(["history", Series(name), "--db", store]).ExitCode);
        CommandRun run = CommandRun.Of(["history", "export", "--db", store, "--export", "csv"]);
        run = run.ExitCode == 0 ? run : CommandRun.Of(["history", "--db", store, "--export", "csv"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("'" + name[..2], run.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?m)(^|,)\"?[=+@]", run.Output);
        Assert.DoesNotMatch("(?m)(^|,)\"?-[^0-9]", run.Output);
    }

    [Fact]
    public void ASarifViewerFindsNoLinkInAName()
    {
        string file = Path.Combine(_work.FullName, "log.sarif");
        CommandRun run = CommandRun.Of(["diagnose", Series("[x](1)\\"), "--sarif", file]);
        Assert.True(run.ExitCode == 0, run.Error);
        using var log = JsonDocument.Parse(File.ReadAllBytes(file));
        string text = log.RootElement.GetProperty("runs")[0].GetProperty("results").ToString();
        Assert.Contains("x", text, StringComparison.Ordinal);
        foreach (JsonElement result in log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray())
        {
            Assert.DoesNotMatch(@"(?<!\\)[\[\]]", result.GetProperty("message").GetProperty("text").GetString()!);
        }
    }

    private string Series(string name)
    {
        string spool = Path.Combine(_work.FullName, "spool-" + Guid.NewGuid().ToString("N"));
        foreach (string folder in Given.SeriesFolders("freebsd-14.2-leak-malloc-series"))
        {
            string copy = Path.Combine(spool, Path.GetFileName(folder));
            Directory.CreateDirectory(copy);
            foreach (string file in Directory.EnumerateFiles(Given.Data(folder)))
            {
                string text = File.ReadAllText(file);
                text = Path.GetFileName(file) switch
                {
                    "vmstat-z.txt" => Regex.Replace(text, "(?m)^(malloc-256|malloc-4096|mbuf):", m => $"{name}{m.Index % 7}:"),
                    "vmstat-m.txt" => text.Replace(" devbuf ", $" {name} ", StringComparison.Ordinal),
                    _ => text,
                };
                File.WriteAllText(Path.Combine(copy, Path.GetFileName(file)), text);
            }
        }

        return spool;
    }
}
