using System.Formats.Tar;
using System.IO.Compression;

namespace Leakstat.Tests.Cli;

public sealed class ScrubCommandTests : IDisposable
{
    private const string Sample = "samples/freebsd-14.2-mbuf-near-limit";
    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-scrub-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_is_written_and_what_was_replaced_is_said()
    {
        string target = Path.Combine(_folder, "out");
        CommandRun run = CommandRun.Of(["scrub", Sample, "-o", target]);

        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Contains("  replaced  1 host name\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("  replaced  1 Ethernet address\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("oracle ->", run.Error, StringComparison.Ordinal);
        Assert.Contains("FreeBSD host1 14.2-BETA1", File.ReadAllText(Path.Combine(target, "uname.txt")), StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void The_map_is_printed_on_request_only()
    {
        CommandRun run = CommandRun.Of(["scrub", Sample, "-o", Path.Combine(_folder, "out"), "-v"]);

        Assert.Contains("  host name: oracle -> host1\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("  Ethernet address: 52:54:00:12:34:56 -> 00:00:5e:00:53:01\n", run.Error, StringComparison.Ordinal);
        Assert.Equal("", CommandRun.Of(["scrub", Sample, "-o", Path.Combine(_folder, "quiet"), "-q"]).Error);
    }

    [Fact]
    public void An_archive_is_written_where_the_name_says_so_and_read_back()
    {
        string target = Path.Combine(_folder, "out.tar.gz");
        Assert.Equal(0, CommandRun.Of(["scrub", Sample, "-o", target, "-q"]).ExitCode);

        using var tar = new TarReader(new GZipStream(File.OpenRead(target), CompressionMode.Decompress));
        TarEntry first = tar.GetNextEntry()!;
        Assert.Equal((DateTimeOffset.UnixEpoch, 0), (first.ModificationTime, first.Uid));
        Assert.Contains("LS0401", CommandRun.Of(["diagnose", target, "--json"]).Output, StringComparison.Ordinal);

        string again = Path.Combine(_folder, "again");
        Assert.Equal(0, CommandRun.Of(["scrub", target, "-o", again, "-q"]).ExitCode);
        Assert.True(File.Exists(Path.Combine(again, "vmstat-z.txt")));
    }

    [Fact]
    public void Nothing_is_ever_overwritten()
    {
        string target = Path.Combine(_folder, "out");
        File.WriteAllText(target, "precious");
        CommandRun run = CommandRun.Of(["scrub", Sample, "-o", target]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"leakstat: {target} is there already; scrub never overwrites, name a new one\n", run.Error);
        Assert.Equal("precious", File.ReadAllText(target));
    }

    [Fact]
    public void Standard_input_is_a_source()
    {
        string target = Path.Combine(_folder, "out");
        CommandRun run = CommandRun.Of(["scrub", "-", "-o", target], "root@fw:~ # uptime\n 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09\n");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("root@host1:~ # uptime\n 7:02PM", File.ReadAllText(Path.Combine(target, "capture.txt")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "no-such-folder")]
    [InlineData(3, "tests/data/dtrace-14.2")]
    public void Wrong_sources_leave_nothing_behind(int code, string source)
    {
        CommandRun run = CommandRun.Of(["scrub", source, "-o", Path.Combine(_folder, "out")]);

        Assert.Equal(code, run.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void The_output_may_not_lie_within_the_source()
    {
        File.WriteAllText(Path.Combine(_folder, "uptime.txt"), " 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09\n");

        Assert.Equal(2, CommandRun.Of(["scrub", _folder, "-o", Path.Combine(_folder, "out")]).ExitCode);
        Assert.Equal(2, CommandRun.Of(["scrub", _folder]).ExitCode);
    }

    [Fact]
    public void What_was_kept_that_looks_like_a_name_is_printed_on_request()
    {
        string source = Path.Combine(_folder, "caps");
        Directory.CreateDirectory(source);
        File.WriteAllText(Path.Combine(source, "vmstat-z.txt"), "ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAIL SLEEP XDOMAIN\nacme_conn:               64,      0,      12,       4,      99,   0,   0,   0\nmbuf:  256, 0, 1, 1, 1, 0, 0, 0\n");

        CommandRun run = CommandRun.Of(["scrub", source, "-o", Path.Combine(_folder, "out"), "--review", "-q"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1 name of zones, types and modules", run.Error, StringComparison.Ordinal);
        Assert.Contains("  kept      acme_conn\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("mbuf", run.Error, StringComparison.Ordinal);
    }
}
