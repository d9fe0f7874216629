using System.Text.RegularExpressions;

namespace Leakstat.Tests.Hostile;

/// <summary>docs/security.md says by what a promise is kept and where that is tested: both are there.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void EveryTestThatIsNamedIsThere()
    {
        string page = File.ReadAllText(Path.Combine(Given.Root, "docs/security.md"));
        string[] rows = [.. page.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| ---", StringComparison.Ordinal)).Skip(1)];
        Assert.True(rows.Length > 8);
        string[] sources = [.. ((string[])["src", "tests", "collector", "fuzz"]).SelectMany(f => Directory.EnumerateFiles(Path.Combine(Given.Root, f), "*", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))];
        string collector = File.ReadAllText(Path.Combine(Given.Root, "collector/leakstat-collect"));
        foreach (string row in rows)
        {
            string[] cells = row.Trim().Trim('|').Split('|');
            Assert.Equal(6, cells.Length);
            string[] named = [.. Quoted().Matches(cells[5]).Select(m => m.Groups[1].Value)];
            Assert.True(named.Length > 0 || cells[5].Contains("fuzz project", StringComparison.Ordinal), row);
            Assert.All(named, n => Assert.True(n.Contains('/', StringComparison.Ordinal)
                ? Path.Exists(Path.Combine(Given.Root, n))
                : sources.Any(s => Path.GetFileName(s) == n + ".cs"), $"{n} in: {row}"));
            Assert.All(Quoted().Matches(cells[4]).Select(m => m.Groups[1].Value), n => Assert.True(
                n.Contains('/', StringComparison.Ordinal) ? Path.Exists(Path.Combine(Given.Root, n))
                    : sources.Any(s => Path.GetFileName(s) == n + ".cs") || collector.Contains(n, StringComparison.Ordinal)
                        || sources.Any(s => s.EndsWith(".cs", StringComparison.Ordinal) && File.ReadAllText(s).Contains("class " + n, StringComparison.Ordinal)),
                $"{n} in: {row}"));
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
