using System.Formats.Tar;
using System.Text.Json;

namespace Leakstat.Tests.Cli;

/// <summary>Several hosts in one run: all are judged, none stands for the others.</summary>
public sealed class SeveralHostsTests : IDisposable
{
    private const string Leaking = "samples/freebsd-14.2-leak-malloc-series";
    private const string NearLimit = "samples/freebsd-14.2-mbuf-near-limit";
    private const string Fresh = "samples/freebsd-14.2-fresh-boot";
    private const string TooShort = "tests/data/freebsd-14.2-healthy-load-series";

    private readonly SpoolOfHosts _spool = new();

    public static TheoryData<string> Commands => ["diagnose", "detect", "fleet"];

    [Theory]
    [MemberData(nameof(Commands))]
    public void No_host_hides_behind_one_that_has_more_captures(string command)
    {
        // The healthy host has as many captures as the leaking one, and its name comes first.
        _spool.Add("arc-00", TooShort);
        _spool.Add("zulu", Leaking);

        CommandRun run = CommandRun.Of([command, "--fail-on", "warning", _spool.Path]);

        Assert.Equal(1, run.ExitCode);
        Assert.Matches("^Something is wrong on [12] of 2 hosts; zulu first\\.\n", run.Output);
    }

    [Fact]
    public void Each_host_has_a_line_and_the_worst_come_first()
    {
        Three();

        string[] lines = [.. CommandRun.Of(["diagnose", "-q", _spool.Path]).Output.Split('\n').Skip(3)];

        Assert.Matches("^CRITICAL  limit  .*mbuf", lines[0]);
        Assert.Matches("^WARNING   leaks  malloc type leakmod leaks: ", lines[1]);
        Assert.Equal("fine      new", lines[2].TrimEnd());
        Assert.Equal("", Assert.Single(lines[3..]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(25)]
    public void However_many_the_report_is_one_screen(int hosts)
    {
        _spool.Add("limit", NearLimit);
        for (int i = 1; i < hosts; i++)
        {
            _spool.Add($"host-{i}", i % 2 == 0 ? Fresh : NearLimit);
        }

        string text = CommandRun.Of(["diagnose", _spool.Path]).Output;

        Assert.True(text.AsSpan().Count('\n') <= 40, text);
        Assert.Contains("\nNow   ", text, StringComparison.Ordinal);
        Assert.Contains("--host NAME", text, StringComparison.Ordinal);
        Assert.Equal(hosts > 12, text.Contains($"{hosts - 12} more hosts, all with -v", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_said_of_each_is_what_is_said_of_it_alone()
    {
        Three();

        using JsonDocument fleet = JsonDocument.Parse(CommandRun.Of(["diagnose", "--json", _spool.Path]).Output);

        Assert.Equal("leakstat.fleet/1", fleet.RootElement.GetProperty("schema").GetString());
        foreach (JsonElement host in fleet.RootElement.GetProperty("hosts").EnumerateArray())
        {
            string name = host.GetProperty("host").GetProperty("name").GetString()!;
            using JsonDocument alone = JsonDocument.Parse(CommandRun.Of(["diagnose", "--json", "--host", name, _spool.Path]).Output);
            using JsonDocument folder = JsonDocument.Parse(CommandRun.Of(["diagnose", "--json", Path.Combine(_spool.Path, name)]).Output);
            Assert.True(JsonElement.DeepEquals(alone.RootElement, host), name);
            Assert.True(JsonElement.DeepEquals(folder.RootElement, host), name);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_same_hosts_give_the_same_bytes(string command)
    {
        Three();

        Assert.Equal(
            CommandRun.Of([command, "--json", _spool.Path]).Output,
            CommandRun.Of([command, "--json", _spool.Path]).Output);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0, "--fail-on", "critical")]
    [InlineData(1, 1, "--fail-on", "warning", "--fail-on-unknown")]
    [InlineData(1, 5, "--fail-on", "critical", "--fail-on-unknown")]
    [InlineData(0, 5, "--fail-on-unknown")]
    public void The_exit_code_is_that_of_the_worst(int expected, int ofGrowth, params string[] options)
    {
        Three();

        Assert.Equal(expected, CommandRun.Of(["diagnose", .. options, _spool.Path]).ExitCode);
        Assert.Equal(expected, CommandRun.Of(["fleet", .. options, _spool.Path]).ExitCode);
        Assert.Equal(ofGrowth, CommandRun.Of(["detect", .. options, _spool.Path]).ExitCode);
    }

    [Fact]
    public void Sources_named_one_by_one_a_folder_an_archive_a_text_and_a_store_are_the_same_hosts()
    {
        string leaking = _spool.Add("leaks", Leaking);
        string limit = _spool.Add("limit", NearLimit);
        string db = Path.Combine(_spool.Path, "s.db");
        Assert.Equal(0, CommandRun.Of(["history", "load", "--store", db, leaking, limit]).ExitCode);
        string tar = Path.Combine(_spool.Path, "hosts.tar");
        using (var stream = new MemoryStream())
        {
            foreach (string host in (string[])["leaks", "limit"])
            {
                using var part = new MemoryStream();
                TarFile.CreateFromDirectory(Path.Combine(_spool.Path, host), part, includeBaseDirectory: true);
                stream.Write(part.ToArray().AsSpan(0, (int)part.Length - (host == "leaks" ? 1024 : 0)));
            }

            File.WriteAllBytes(tar, stream.ToArray());
        }

        string[] expected = ["limit wrong LS0401", "leaks wrong LS0101"];
        Assert.Equal(expected, Hosts("diagnose", leaking, limit));
        Assert.Equal(expected, Hosts("diagnose", tar));
        Assert.Equal(expected, Hosts("diagnose", "--store", db));
        Assert.Equal(expected, Hosts("fleet", "--store", db));
    }

    [Fact]
    public void A_text_with_two_hosts_is_two_hosts()
    {
        string text = string.Concat(((string[])["one", "two"]).Select(host => string.Concat(
            ((string[])["uname -a", "vmstat -m", "vmstat -z", "sysctl -a"]).Select(command =>
                $"root@{host}:~ # {command}\n"
                + File.ReadAllText(Given.Data($"freebsd-14.2-fresh-boot/{(command == "uname -a" ? "uname" : command == "sysctl -a" ? "sysctl" : command.Replace(" ", "", StringComparison.Ordinal))}.txt"))
                    .Replace("oracle", host, StringComparison.Ordinal)))));

        CommandRun run = CommandRun.Of(["diagnose", "-q", "-"], text);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(" one", run.Output, StringComparison.Ordinal);
        Assert.Contains(" two", run.Output, StringComparison.Ordinal);
        Assert.Contains(" of 2 hosts", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_no_host_has_lists_those_there_are()
    {
        Three();

        CommandRun run = CommandRun.Of(["diagnose", "--host", "leak", _spool.Path]);

        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.EndsWith(": no host leak; the hosts are leaks, limit, new\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_cannot_be_read_is_unknown_and_those_that_can_are_judged()
    {
        string leaking = _spool.Add("leaks", Leaking);
        string gone = Path.Combine(_spool.Path, "gone");

        CommandRun run = CommandRun.Of(["diagnose", "-q", "--fail-on-unknown", leaking, gone]);

        Assert.Equal(5, run.ExitCode);
        Assert.Equal($"leakstat: {gone}: no such file or folder\n", run.Error);
        Assert.Contains("\nunread", run.Output, StringComparison.Ordinal);
        Assert.Equal(1, CommandRun.Of(["diagnose", "--fail-on", "info", "--fail-on-unknown", leaking, gone]).ExitCode);
        Assert.Equal(3, CommandRun.Of(["diagnose", gone]).ExitCode);
        Assert.Equal(3, CommandRun.Of(["diagnose", gone, gone + "2"]).ExitCode);
        Assert.Equal(3, CommandRun.Of(["fleet", gone]).ExitCode);
    }

    [Fact]
    public void A_folder_among_those_of_hosts_in_which_nothing_is_readable_counts_as_one()
    {
        _spool.Add("a", Fresh);
        _spool.Add("b", Fresh);
        Assert.Equal(["a", "b"], Names());

        _spool.Write("note.txt", "what a person wrote about them\n");
        _spool.Write("c/vmstat-z.txt", "");

        Assert.Equal([Path.Combine(_spool.Path, "c"), "a", "b"], Names());
        Assert.Equal(5, CommandRun.Of(["detect", "--fail-on-unknown", _spool.Path]).ExitCode);

        string[] Names()
        {
            using JsonDocument fleet = JsonDocument.Parse(CommandRun.Of(["diagnose", "--json", _spool.Path]).Output);
            return [.. fleet.RootElement.GetProperty("hosts").EnumerateArray().Select(h => h.GetProperty("host").GetProperty("name").GetString()!)];
        }
    }

    [Fact]
    public void What_is_lost_in_the_folder_of_one_host_is_lost_of_that_host_alone()
    {
        _spool.Add("a", Fresh);
        _spool.Add("b", Fresh);
        _spool.Write("a/more/vmstat-z.txt", "");

        using JsonDocument fleet = JsonDocument.Parse(CommandRun.Of(["diagnose", "--json", _spool.Path]).Output);

        Assert.Equal(
            [("a", "unknown"), ("b", "fine")],
            fleet.RootElement.GetProperty("hosts").EnumerateArray().Select(h => (
                h.GetProperty("host").GetProperty("name").GetString(), h.GetProperty("verdict").GetProperty("state").GetString())));
    }

    [Fact]
    public void One_host_keeps_its_form_whether_named_or_not()
    {
        string only = _spool.Add("only", Leaking);

        string expected = CommandRun.Of(["diagnose", "--json", only]).Output;
        Assert.Contains("\"leakstat.diagnosis/1\"", expected, StringComparison.Ordinal);
        Assert.Equal(expected, CommandRun.Of(["diagnose", "--json", "--host", "only", only]).Output);
        string fleet = CommandRun.Of(["fleet", "--json", only]).Output;
        Assert.Contains("\"leakstat.fleet/1\"", fleet, StringComparison.Ordinal);

        // What takes longer than to judge a host is left to the diagnosis of one.
        Assert.Contains("\"sensitivity\"", expected, StringComparison.Ordinal);
        Assert.DoesNotContain("\"sensitivity\"", fleet, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_without_a_name_are_told_apart_and_can_be_picked()
    {
        _spool.Write("x/vmstat-m.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/vmstat-m.txt")));
        _spool.Write("x/sysctl.txt", "hw.physmem: 1000000000\n");
        _spool.Write("y/vmstat-m.txt", File.ReadAllText(Given.Data("freebsd-14.2-zfs-arc-full/vmstat-m.txt")));
        _spool.Write("y/sysctl.txt", "hw.physmem: 2000000000\n");

        CommandRun all = CommandRun.Of(["diagnose", "-q", _spool.Path]);
        CommandRun second = CommandRun.Of(["diagnose", "--json", "--host", "(no name 2)", _spool.Path]);

        Assert.Contains(" (no name 1) ", all.Output, StringComparison.Ordinal);
        Assert.Contains("\"physicalMemory\": 2000000000", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Why_and_compare_are_of_hosts_that_are_named()
    {
        Three();

        Assert.Equal(2, CommandRun.Of(["detect", "--why", "leakmod", _spool.Path]).ExitCode);
        Assert.StartsWith(
            "malloc type leakmod: ",
            CommandRun.Of(["detect", "--why", "leakmod", "--host", "leaks", _spool.Path]).Output,
            StringComparison.Ordinal);
        Assert.Equal(2, CommandRun.Of(["detect", "--compare", "--host", "leaks", _spool.Path]).ExitCode);
    }

    [Fact]
    public void Files_hold_all_hosts()
    {
        Three();
        string html = Path.Combine(_spool.Path, "all.html");
        string sarif = Path.Combine(_spool.Path, "all.sarif");
        string report = Path.Combine(_spool.Path, "all.txt");

        CommandRun run = CommandRun.Of(["diagnose", "-q", "--html", html, "--sarif", sarif, "--bugreport", report, _spool.Path]);

        Assert.Equal("leakstat: the problem report is of limit, the worst of the hosts; --host picks another\n", run.Error);
        Assert.Contains("mbuf", File.ReadAllText(report), StringComparison.Ordinal);
        using JsonDocument log = JsonDocument.Parse(File.ReadAllText(sarif));
        Assert.Equal(
            ["leakstat/limit/", "leakstat/leaks/", "leakstat/new/"],
            log.RootElement.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("automationDetails").GetProperty("id").GetString()));
        string page = File.ReadAllText(html);
        string[] ids = [.. System.Text.RegularExpressions.Regex.Matches(page, " id=\"([^\"]*)\"").Select(m => m.Groups[1].Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        string[] targets = [.. System.Text.RegularExpressions.Regex.Matches(page, "href=\"#([^\"]*)\"").Select(m => m.Groups[1].Value)];
        Assert.True(targets.Length >= 4);
        Assert.All(targets, t => Assert.Contains(t, ids));
        string[] labels = [.. System.Text.RegularExpressions.Regex.Matches(page, "aria-labelledby=\"([^\"]*)\"").SelectMany(m => m.Groups[1].Value.Split(' '))];
        Assert.All(labels, l => Assert.Contains(l, ids));
    }

    public void Dispose() => _spool.Dispose();

    /// <summary>One that leaks, one at a limit, one with nothing wrong and a single capture.</summary>
    private void Three()
    {
        _spool.Add("leaks", Leaking);
        _spool.Add("limit", NearLimit);
        _spool.Add("new", Fresh);
    }

    private static string[] Hosts(string command, params string[] sources)
    {
        using JsonDocument fleet = JsonDocument.Parse(CommandRun.Of([command, "--json", .. sources]).Output);
        return
        [
            .. fleet.RootElement.GetProperty("hosts").EnumerateArray().Select(h =>
                $"{h.GetProperty("host").GetProperty("name").GetString()} {h.GetProperty("verdict").GetProperty("state").GetString()} "
                + h.GetProperty("findings")[0].GetProperty("rule").GetString()),
        ];
    }
}
