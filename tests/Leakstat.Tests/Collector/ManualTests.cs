using System.Text.RegularExpressions;

namespace Leakstat.Tests.Collector;

/// <summary>The manual pages, the port and what starts the collector, held to the script and to each other.</summary>
public sealed class ManualTests
{
    [Theory]
    [InlineData("leakstat.1")]
    [InlineData("leakstat-collect.8")]
    [InlineData("leakstat-serve.8")]
    public void ManualPagesAreClean(string page)
    {
        using var host = new ReplayedHost();
        ProcessResult run = host.Run("mandoc", ["-Tlint", Path.Combine(Given.Root, "man", page)]);

        // Pages of FreeBSD that this machine does not have.
        string[] found = [.. (run.Text + run.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !l.Contains("referenced manual not found", StringComparison.Ordinal) && !l.Contains("outdated mandoc.db", StringComparison.Ordinal))];
        Assert.Empty(found);
    }

    [Fact]
    public void TheManualHasEveryOptionOfTheScript()
    {
        using var host = new ReplayedHost();
        string help = host.Run("dash", [ReplayedHost.Script, "--help"]).Text;
        string page = File.ReadAllText(Path.Combine(Given.Root, "man", "leakstat-collect.8"));
        string script = File.ReadAllText(ReplayedHost.Script);
        string[] options = [.. Regex.Matches(script, @"^ {12}(-[^)\n]*)\) ", RegexOptions.Multiline).SelectMany(m => m.Groups[1].Value.Split(" | ")).Distinct()];
        Assert.True(options.Length > 15, string.Join(' ', options));
        Assert.All(options, o => Assert.Matches($@"(?m)^\.It .*Fl {Regex.Escape(o[1..])}( |$)", page));
        Assert.All(options.Where(o => o is not "-h" && o.Length > 2), o => Assert.Contains(o, help, StringComparison.Ordinal));
    }

    [Fact]
    public void ThePortInstallsWhatStandsBesideTheScript()
    {
        string port = Path.Combine(Given.Root, "port/sysutils/leakstat-collect");
        foreach (string file in (string[])["480.leakstat-collect", "leakstat_collect"])
        {
            Assert.Equal(
                File.ReadAllText(Path.Combine(Given.Root, "collector", file)).Replace("/usr/local", "%%PREFIX%%", StringComparison.Ordinal),
                File.ReadAllText(Path.Combine(port, "files", file + ".in")));
        }

        string makefile = File.ReadAllText(Path.Combine(port, "Makefile"));
        foreach (string line in File.ReadAllLines(Path.Combine(port, "pkg-plist")))
        {
            Assert.Contains(Path.GetFileName(line).Replace(".gz", "", StringComparison.Ordinal), makefile, StringComparison.Ordinal);
        }

        Match version = Regex.Match(File.ReadAllText(ReplayedHost.Script), @"(?m)^version=(\S+)$");
        Assert.Contains($"DISTVERSION=\t{version.Groups[1].Value}\n", makefile, StringComparison.Ordinal);
        Assert.True(Regex.Match(makefile, "COMMENT=\t(.*)").Groups[1].Length <= 70);
    }

    [Fact]
    public void PeriodicRunsItOnlyWhereItIsEnabled()
    {
        using var host = new ReplayedHost();
        string file = Path.Combine(Given.Root, "collector", "480.leakstat-collect");
        string ours = File.ReadAllText(file).Replace("/usr/local/sbin/leakstat-collect", ReplayedHost.Script, StringComparison.Ordinal);
        Assert.Equal((0, ""), (host.Run("dash", ["-c", ours]).Status, host.Run("dash", ["-c", ours]).Text));
        host.Environment["daily_leakstat_collect_enable"] = "YES";
        host.Environment["daily_leakstat_collect_flags"] = $"-d {host.Spool} -H fw1";
        Assert.Equal(0, host.Run("dash", ["-c", ours]).Status);
        Assert.Single(host.Captures("fw1"));
        host.Environment["daily_leakstat_collect_flags"] = "--frobnicate";
        Assert.Equal(3, host.Run("dash", ["-c", ours]).Status);
    }
}
