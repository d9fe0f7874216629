using System.Text.Json;
using System.Text.RegularExpressions;

namespace Leakstat.Tests.Cli;

public sealed partial class CompareCommandTests : IDisposable
{
    private const string Leaking = "tests/data/freebsd-14.2-leak-malloc-series";
    private const string Healthy = "tests/data/freebsd-14.2-healthy-load-series";
    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-compare-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_real_leak_beside_the_same_host_without_it()
    {
        CommandRun run = CommandRun.Of(["detect", "--compare", WithoutLeak("a", 0), Leaking, "--fail-on", "warning"]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("1 series grows on B beyond what A does.\n", run.Output, StringComparison.Ordinal);
        Assert.Matches("malloc type \"leakmod\" +0 B +\\+12\\.5 MiB +\\+12\\.5 MiB grows\n", run.Output);
        Assert.Matches("owner\\s+leakmod\\.ko", run.Output);
        Assert.Contains(" 1. WARNING malloc type leakmod grows by +12.5 MiB/h on B and not on A", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_other_way_round_the_leak_has_stopped()
    {
        CommandRun run = CommandRun.Of(["detect", "--compare", Leaking, WithoutLeak("a", 0), "--fail-on", "info"]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("Nothing grows on B that does not grow on A, too.\n", run.Output, StringComparison.Ordinal);
        Assert.Matches("malloc type \"leakmod\".* stopped\n", run.Output);
    }

    [Fact]
    public void The_same_captures_twice_differ_in_nothing()
    {
        CommandRun run = CommandRun.Of(["detect", "--compare", "--json", Leaking, Leaking]);

        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Equal(0, document.RootElement.GetProperty("findings").GetArrayLength());
        Assert.All(
            document.RootElement.GetProperty("comparison").GetProperty("series").EnumerateArray(),
            s => Assert.Equal(("both", "none", false), (
                s.GetProperty("in").GetString(), s.GetProperty("change").GetString(), s.GetProperty("significant").GetBoolean())));
    }

    [Fact]
    public void The_json_has_both_sides_with_rates_and_intervals()
    {
        CommandRun run = CommandRun.Of(["detect", "--json", "--compare", WithoutLeak("a", 0), Leaking]);

        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement root = document.RootElement;
        Assert.Equal("leakstat.diagnosis/1", root.GetProperty("schema").GetString());
        Assert.Equal("LS0111", Assert.Single(root.GetProperty("findings").EnumerateArray()).GetProperty("rule").GetString());
        JsonElement compared = root.GetProperty("comparison");
        Assert.True(compared.GetProperty("judged").GetBoolean());
        Assert.Equal(14, compared.GetProperty("uptime").GetProperty("points").GetInt32());
        JsonElement first = compared.GetProperty("series")[0];
        Assert.Equal("leakmod", first.GetProperty("subject").GetProperty("name").GetString());
        Assert.Equal("begins", first.GetProperty("change").GetString());

        // 982.3 KiB over 277 s is 12.47 MiB/h: hand calculation from the first and the last vmstat-m.txt.
        Assert.InRange(first.GetProperty("b").GetProperty("bytesPerHour").GetDouble(), 12.2e6 * 1.048576, 12.8e6 * 1.048576);
        Assert.True(first.GetProperty("b").GetProperty("low").GetDouble() > first.GetProperty("a").GetProperty("high").GetDouble());
        Assert.True(first.GetProperty("chance").GetDouble() < 1e-6);
    }

    [Fact]
    public void Uptimes_that_hardly_meet_judge_nothing()
    {
        CommandRun run = CommandRun.Of(["detect", "--compare", Healthy, Leaking, "--fail-on", "info"]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("B cannot be judged against A.\n", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"2\s+captures\s+in\s+the\s+time\s+that\s+both\s+have", run.Output);
        Assert.Matches("module loaded +leakmod\\.ko", run.Output);
        Assert.Matches("only in A +tmpfs dir", run.Output);
    }

    [Fact]
    public void One_source_is_split_where_its_release_changed()
    {
        string spool = Path.Combine(_folder, "spool");
        WithoutLeak("spool/1-before", -3600, "14.1-RELEASE");
        WithoutLeak("spool/2-after", 0, "14.2-BETA1", leaks: true);
        CommandRun run = CommandRun.Of(["detect", "--compare", spool]);

        Assert.Equal("", run.Error);
        Assert.StartsWith("1 series grows on 14.2-BETA1 beyond what 14.1-RELEASE does.\n", run.Output, StringComparison.Ordinal);
        Assert.Matches("release +14\\.1-RELEASE → 14\\.2-BETA1\n", run.Output);
    }

    [Fact]
    public void The_page_has_the_section_and_its_plot()
    {
        string page = Path.Combine(_folder, "page.html");
        CommandRun run = CommandRun.Of(["detect", "--compare", WithoutLeak("a", 0), Leaking, "--html", page, "-q"]);

        Assert.Equal(0, run.ExitCode);
        string text = File.ReadAllText(page);
        Assert.Contains("<section id=\"comparison\"", text, StringComparison.Ordinal);
        Assert.Contains("leakmod&quot; over uptime: A 0 B/h (-113 B to &#x2B;113 B), B &#x2B;12.5 MiB/h", text, StringComparison.Ordinal);
        Reports.HtmlReportTests.Parse(text);
    }

    [Theory]
    [InlineData(2, Leaking)]
    [InlineData(2, Leaking, Leaking, Leaking)]
    [InlineData(3, Leaking, "tests/data/known-cases.json")]
    [InlineData(3, Leaking, "no-such-folder")]
    public void Wrong_use_has_the_codes_of_the_contract(int code, params string[] sources)
    {
        CommandRun run = CommandRun.Of(["detect", "--compare", .. sources]);

        Assert.Equal(code, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    /// <summary>The leaking series with the leak taken out (or left in), on another release and at another time.</summary>
    private string WithoutLeak(string name, int seconds, string release = "14.2-BETA1", bool leaks = false)
    {
        foreach (string folder in Given.SeriesFolders("freebsd-14.2-leak-malloc-series"))
        {
            string target = Path.Combine(_folder, name, Path.GetFileName(folder));
            Directory.CreateDirectory(target);
            foreach (string file in Directory.EnumerateFiles(Given.Data(folder)))
            {
                string text = File.ReadAllText(file).Replace("14.2-BETA1", release, StringComparison.Ordinal);
                text = leaks ? text : LeakRow().Replace(text, "${1}275 70400");
                text = Boot().Replace(text, m => $"{{ sec = {int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) + seconds},");
                text = Taken().Replace(text, m => $"\"takenAt\":\"{DateTimeOffset.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture).AddSeconds(seconds):yyyy-MM-ddTHH:mm:ssZ}\"");
                File.WriteAllText(Path.Combine(target, Path.GetFileName(file)), text);
            }
        }

        return Path.Combine(_folder, name);
    }

    [GeneratedRegex(@"^( *leakmod +)\d+ +\d+", RegexOptions.Multiline)]
    private static partial Regex LeakRow();

    [GeneratedRegex(@"\{ sec = (\d+),")]
    private static partial Regex Boot();

    [GeneratedRegex("\"takenAt\":\\s*\"([^\"]+)\"")]
    private static partial Regex Taken();
}
