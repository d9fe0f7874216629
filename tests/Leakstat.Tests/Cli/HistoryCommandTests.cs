using System.Globalization;
using System.Text.Json;

namespace Leakstat.Tests.Cli;

/// <summary><c>leakstat history</c>, and what other commands tell from a store.</summary>
public sealed class HistoryCommandTests : IDisposable
{
    private const string Leaking = "samples/freebsd-14.2-leak-malloc-series";
    private const string Healthy = "tests/data/freebsd-14.2-healthy-load-series";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-history-");

    private string Db => Path.Combine(_folder.FullName, "fleet.db");

    public static TheoryData<string> Sources =>
    [
        Leaking, Healthy, "samples/freebsd-14.2-fresh-boot", "samples/freebsd-14.2-module-unload-leak", "samples/freebsd-14.2-mbuf-near-limit",
    ];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Findings_from_a_store_are_those_from_the_captures(string source)
    {
        Assert.Equal(0, Run(source).ExitCode);

        foreach (string command in new[] { "detect", "diagnose" })
        {
            (string direct, string stored) = (Parts(CommandRun.Of([command, "--json", source])), Parts(CommandRun.Of([command, "--json", "--db", Db])));
            Assert.Contains("\"findings\"", direct, StringComparison.Ordinal);
            Assert.Equal(direct, stored);
        }
    }

    [Fact]
    public void What_was_lost_in_reading_is_told_from_the_store_too()
    {
        string spool = Path.Combine(_folder.FullName, "spool");
        foreach (string capture in Given.SeriesFolders("freebsd-14.2-leak-malloc-series").Take(3))
        {
            string target = Path.Combine(spool, Path.GetFileName(capture));
            Directory.CreateDirectory(target);
            foreach (string file in Directory.EnumerateFiles(Given.Data(capture)))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }

        File.AppendAllText(Path.Combine(spool, "02", "vmstat-m.txt"), "   mangled 12\n");
        Run(spool);

        string direct = Parts(CommandRun.Of(["detect", "--json", spool]));
        Assert.Contains("LS0001", direct, StringComparison.Ordinal);
        Assert.Equal(direct, Parts(CommandRun.Of(["detect", "--json", "--db", Db])));
    }

    [Fact]
    public void The_same_spool_twice_is_one()
    {
        Assert.Equal($"oracle: 14 captures stored in {Db}\n", Run(Leaking).Output);
        Assert.Equal($"oracle: 0 captures stored in {Db}, 14 there already\n", Run(Leaking).Output);

        CommandRun list = Run("--list", "--json");
        JsonElement host = JsonDocument.Parse(list.Output).RootElement.GetProperty("hosts")[0];
        Assert.Equal(("oracle", 14), (host.GetProperty("host").GetString(), host.GetProperty("captures").GetInt32()));
        Assert.Equal("2026-11-20T19:09:11Z", host.GetProperty("latest").GetString());
    }

    [Theory]
    [InlineData("list")]
    [InlineData("list", "--json")]
    [InlineData("list", "--host", "oracle")]
    [InlineData("check")]
    [InlineData("check", "--json")]
    [InlineData("export")]
    [InlineData("export", "--format", "jsonl", "--kind", "account")]
    public void A_subcommand_says_what_the_former_option_said(string name, params string[] rest)
    {
        Assert.Equal($"oracle: 14 captures stored in {Db}\n", CommandRun.Of(["history", "load", Leaking, "--store", Db]).Output);
        string[] former = name == "export"
            ? ["--export", rest is ["--format", var form, ..] ? form : "csv", .. rest.Skip(2)]
            : [$"--{name}", .. rest];

        CommandRun now = CommandRun.Of(["history", name, "--store", Db, .. rest]);

        Assert.Equal(0, now.ExitCode);
        Assert.True(now.Output.Length > 20);
        Assert.Equal(Run(former).Output, now.Output);
        Assert.Equal(now.Output, CommandRun.Of(["history", "--db", Db, name, .. rest]).Output);
    }

    [Fact]
    public void Pruning_by_the_subcommand_is_pruning_by_the_option()
    {
        Run(Leaking);
        File.Copy(Db, Db + ".2");

        CommandRun former = Run("--prune", "--keep-captures", "1m", "--json");
        CommandRun now = CommandRun.Of(["history", "prune", "--store", Db + ".2", "--keep-captures", "1m", "--json"]);

        Assert.Equal((0, former.Output), (now.ExitCode, now.Output));
        Assert.Contains("\"captures\": 14", now.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_may_have_the_name_of_a_subcommand()
    {
        string link = Path.Combine(_folder.FullName, "list");
        File.CreateSymbolicLink(link, Path.Combine(Given.Root, Leaking));

        Assert.Contains("14 captures stored", CommandRun.Of(["history", link, "--store", Db]).Output, StringComparison.Ordinal);
        Assert.Contains("14 there already", CommandRun.Of(["history", "load", link, "--store", Db]).Output, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_store_is_for_its_owner_alone_and_refuses_links_beside_it()
    {
        string db = Path.Combine(_folder.FullName, "new", "fleet.db");
        Assert.Equal(0, CommandRun.Of(["history", Leaking, "--store", db]).ExitCode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(db));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(db)!));

        string victim = Path.Combine(_folder.FullName, "victim");
        File.WriteAllText(victim, "mine");
        foreach (string suffix in new[] { "-wal", "-journal", "-shm" })
        {
            File.CreateSymbolicLink(db + suffix, victim);
            foreach (string[] command in new string[][] { [Leaking], ["list"], ["prune", "--keep-days", "1d"], ["check"] })
            {
                CommandRun run = CommandRun.Of(["history", .. command, "--store", db]);
                Assert.Equal(3, run.ExitCode);
                Assert.Contains($"fleet.db{suffix}: is a link", run.Error, StringComparison.Ordinal);
            }

            File.Delete(db + suffix);
            Assert.Equal("mine", File.ReadAllText(victim));
        }

        // The store itself may be one: its files lie beside what it leads to.
        File.CreateSymbolicLink(Db, db);
        Assert.Equal(0, CommandRun.Of(["history", "check", "--store", Db]).ExitCode);
        File.CreateSymbolicLink(db + "-wal", victim);
        Assert.Equal(3, CommandRun.Of(["history", "check", "--store", Db]).ExitCode);
    }

    [Fact]
    public void Several_hosts_are_told_apart_and_each_can_be_picked()
    {
        Run(Leaking);
        string other = Path.Combine(_folder.FullName, "2026-11-21T00:00:00Z");
        Directory.CreateDirectory(other);
        File.Copy(Given.Data("freebsd-14.2-zfs-arc-full/vmstat-z.txt"), Path.Combine(other, "vmstat-z.txt"));
        File.WriteAllText(Path.Combine(other, "manifest.json"), """{"host": "second", "takenAt": "2026-11-21T00:00:00Z"}""");
        Run(other);

        using JsonDocument both = JsonDocument.Parse(CommandRun.Of(["detect", "--json", "--db", Db]).Output);
        Assert.Equal(
            ["oracle", "second"],
            both.RootElement.GetProperty("hosts").EnumerateArray().Select(h => h.GetProperty("host").GetProperty("name").GetString()));
        CommandRun first = CommandRun.Of(["detect", "--json", "--db", Db, "--host", "oracle"]);
        Assert.DoesNotContain("not in this diagnosis", first.Output, StringComparison.Ordinal);
        Assert.Equal("oracle", Host(first));
        Assert.Equal("second", Host(CommandRun.Of(["detect", "--json", "--db", Db, "--host", "second"])));
        CommandRun none = CommandRun.Of(["detect", "--db", Db, "--host", "third"]);
        Assert.Equal((3, ""), (none.ExitCode, none.Output));
        Assert.Matches("^leakstat: .*: no host third; the hosts are oracle, second\n$", none.Error);
    }

    [Fact]
    public void Csv_holds_what_vmstat_printed()
    {
        Run(Leaking);

        string[] lines = Run("--export", "csv", "--series", "leakmod", "--kind", "malloc in use").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // The row of leakmod in vmstat-m.txt of 01 and of 14.
        Assert.Equal(15, lines.Length);
        Assert.Equal("host,time,kind,name,value,least,greatest,source", lines[0]);
        Assert.Equal("oracle,2026-11-20T19:04:34Z,malloc in use,leakmod,275,,,samples/freebsd-14.2-leak-malloc-series/01", lines[1].Replace(Given.Root + "/", "", StringComparison.Ordinal));
        Assert.StartsWith("oracle,2026-11-20T19:09:11Z,malloc in use,leakmod,4204,", lines[14], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_lines_are_objects_within_the_range_of_time()
    {
        Run(Leaking);

        JsonElement[] lines =
        [
            .. Run("--export", "jsonl", "--host", "oracle", "--from", "2026-11-20T19:08:00Z", "--to", "2026-11-20T19:08:30").Output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement),
        ];

        Assert.Equal(
            ["2026-11-20T19:08:07Z", "2026-11-20T19:08:29Z"],
            lines.Select(l => l.GetProperty("time").GetString()).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            [845_312L, 930_816L],
            lines.Where(l => l.GetProperty("name").GetString() == "leakmod" && l.GetProperty("kind").GetString() == "malloc bytes")
                .Select(l => l.GetProperty("value").GetInt64()));
    }

    [Fact]
    public void Pruning_thins_out_and_remembers_how_far()
    {
        Run(Leaking);

        Assert.Equal(0, Run("--prune", "--keep-captures", "1m", "-q").ExitCode);

        string[] csv = Run("--export", "csv", "--series", "leakmod", "--kind", "malloc in use").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("oracle,2026-11-20T19:09:11Z,malloc in use,leakmod,4204,275,4204,", Assert.Single(csv[1..]), StringComparison.Ordinal);
        Assert.Contains("14 older than what was pruned and left out", Run(Leaking).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_store_is_told_from_a_damaged_one()
    {
        Run(Leaking);
        Assert.Equal((0, $"{Db}: sound\n"), (Run("--check").ExitCode, Run("--check").Output));

        byte[] bytes = File.ReadAllBytes(Db);
        new Random(5).NextBytes(bytes.AsSpan(bytes.Length / 2, 4096));
        File.WriteAllBytes(Db, bytes);

        CommandRun check = Run("--check");
        Assert.Equal(1, check.ExitCode);
        Assert.EndsWith("damaged; load the captures that are left into a new store\n", check.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--store FILE is needed", "history", "samples/x")]
    [InlineData("exclude each other", "history", "--db", "x", "--list", "--check")]
    [InlineData("--prune needs what to keep", "history", "--db", "x", "--prune")]
    [InlineData("belong to --prune", "history", "--db", "x", "--keep-days", "3d")]
    [InlineData("belong to --export", "history", "--db", "x", "--series", "a")]
    [InlineData("takes an age like 30d", "history", "--db", "x", "--prune", "--keep-days", "3 days")]
    [InlineData("takes a size like 500M", "history", "--db", "x", "--prune", "--max-size", "5000000M")]
    [InlineData("takes a time like", "history", "--db", "x", "--export", "csv", "--from", "yesterday")]
    [InlineData("a SOURCE or --store FILE is needed", "detect")]
    [InlineData("sources and --store exclude each other", "detect", "--db", "x", "y")]
    [InlineData("--store FILE is needed", "history", "list")]
    [InlineData("a source of that name is written ./list", "history", "samples/x", "list", "--store", "x")]
    [InlineData("a source of that name is written ./load", "history", "samples/x", "load", "y", "--store", "x")]
    [InlineData("prune needs what to keep", "history", "prune", "--store", "x")]
    [InlineData("takes an age like 30d", "history", "prune", "--store", "x", "--keep-days", "3 days")]
    [InlineData("Required argument missing", "history", "load", "--store", "x")]
    public void What_does_not_go_together_is_said(string says, params string[] args)
    {
        CommandRun run = CommandRun.Of(args);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void A_store_that_is_none_is_code_3()
    {
        File.WriteAllText(Db, "no database at all, but long enough to have a header if it were one: " + new string('x', 200));

        Assert.Equal(3, Run().ExitCode);
        Assert.Equal(3, CommandRun.Of(["detect", "--db", Db + ".missing"]).ExitCode);
        Assert.Equal(3, CommandRun.Of(["history", Leaking, "--db", Db]).ExitCode);
        Assert.StartsWith("no database at all", File.ReadAllText(Db), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string? Host(CommandRun run) =>
        JsonDocument.Parse(run.Output).RootElement.GetProperty("host").GetProperty("name").GetString();

    /// <summary>
    /// All of a report but the files of the captures and what was noted of files that are not used: of captures before the
    /// latest the store keeps the numbers and what was lost.
    /// </summary>
    private static string Parts(CommandRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return string.Join('\n', document.RootElement.EnumerateObject().Where(p => p.Name is not ("captures" or "diagnostics")).Select(p => $"{p.Name.ToLower(CultureInfo.InvariantCulture)} \"{p.Name}\" {p.Value.GetRawText()}"));
    }

    private CommandRun Run(params string[] args) => CommandRun.Of(["history", "--db", Db, .. args]);
}
