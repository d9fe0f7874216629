#pragma warning disable CA1416 // Links, pipes and modes: these tests run where they are.
using System.Diagnostics;
using Leakstat.Cli.Hosting;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Hostile;

/// <summary>Files that are written where devices, links and pipes stand, and who may read what was put aside.</summary>
public sealed class WrittenFilesTests : IDisposable
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("leakstat-written-");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public void ALinkStaysAndWhatItLeadsToIsReplaced()
    {
        string real = In("real.html");
        string link = In("link.html");
        File.WriteAllText(real, "old");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(link, real);
        Assert.Equal(0, CommandRun.Of(["diagnose", "samples/freebsd-14.2-fresh-boot", "--html", link, "-q"]).ExitCode);
        Assert.Equal(real, new FileInfo(link).LinkTarget);
        Assert.StartsWith("<!", File.ReadAllText(real), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(real));
        Assert.Equal(2, _work.GetFileSystemInfos().Length);
    }

    [Fact]
    public void ALinkUnderATemporaryNameIsNotFollowed()
    {
        string victim = In("victim");
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink(In("page.html.part"), victim);
        Assert.Equal(0, CommandRun.Of(["diagnose", "samples/freebsd-14.2-fresh-boot", "--html", In("page.html"), "-q"]).ExitCode);
        Assert.Equal("precious", File.ReadAllText(victim));
    }

    [Fact]
    public void DevicesAndPipesAreWrittenToAndNeverReplaced()
    {
        Assert.Equal(0, CommandRun.Of(["diagnose", "samples/freebsd-14.2-fresh-boot", "--html", "/dev/null", "-q"]).ExitCode);
        Assert.True(OpenedFile.WriteThrough("/dev/null") is not null);
        CommandRun full = CommandRun.Of(["diagnose", "samples/freebsd-14.2-fresh-boot", "--html", "/dev/full", "-q"]);
        Assert.Equal(74, full.ExitCode);
        Assert.Contains("cannot write /dev/full", full.Error, StringComparison.Ordinal);

        string pipe = Pipe();
        var clock = Stopwatch.StartNew();
        CommandRun waiting = CommandRun.Of(["diagnose", "samples/freebsd-14.2-fresh-boot", "--html", pipe, "-q"]);
        Assert.Equal(2, waiting.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
        using Process reader = Process.Start(new ProcessStartInfo("sh", ["-c", $"cat '{pipe}' >'{In("got")}'"]))!;
        Assert.True(SpinWait.SpinUntil(() => CommandRun.Of(["diagnose", "samples/freebsd-14.2-fresh-boot", "--html", pipe, "-q"]).ExitCode == 0, TimeSpan.FromSeconds(30)));
        Assert.True(reader.WaitForExit(30_000));
        Assert.EndsWith("</html>\n", File.ReadAllText(In("got")), StringComparison.Ordinal);
    }

    [Fact]
    public void ADashIsStandardOutput()
    {
        CommandRun run = CommandRun.Of(["diagnose", "samples/freebsd-14.2-fresh-boot", "--sarif", "-", "-q"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("\"$schema\"", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists("-"));
    }

    [Fact]
    public void StandardOutputWithoutRoomIsSaid()
    {
        using var error = new StringWriter();
        using var device = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        int code = CommandLine_Run(
            ["diagnose", Path.Combine(Given.Root, "samples/freebsd-14.2-fresh-boot")],
            new Terminal { Output = new StandardOutput(device), Error = error, Input = () => Stream.Null });
        Assert.Equal(74, code);
        Assert.StartsWith("leakstat: standard output: ", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatHostsSaidIsForTheUserAlone()
    {
        string output = In("scrubbed");
        Assert.Equal(0, CommandRun.Of(["scrub", "samples/freebsd-14.2-fresh-boot", "-o", output]).ExitCode);
        Assert.Equal(0, CommandRun.Of(["scrub", "samples/freebsd-14.2-fresh-boot", "-o", output + ".tar.gz"]).ExitCode);
        Leakstat.Cli.Targets.SpoolWriter.Write(In("spool/h"), DateTimeOffset.UnixEpoch, [("a.txt", new byte[] { 1 })]);
        foreach (FileSystemInfo entry in _work.EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            Assert.Equal(UnixFileMode.None, entry.UnixFileMode & Others);
        }
    }

    [Theory]
    [InlineData("diagnose")]
    [InlineData("trace", "--read")]
    [InlineData("diagnose", "samples/freebsd-14.2-fresh-boot", "--owners")]
    [InlineData("collect", "-o", "SPOOL", "--once", "-i")]
    [InlineData("gate", "check", "samples/freebsd-14.2-leak-malloc-series", "--baseline")]
    public void WhatIsNoFileIsSaidAtOnce(params string[] command)
    {
        string pipe = Pipe();
        foreach (string place in (string[])[pipe, "/dev/zero", "/proc/kmsg", "/proc/self/pagemap"])
        {
            var clock = Stopwatch.StartNew();
            CommandRun run = CommandRun.Of([.. command.Select(w => w == "SPOOL" ? In("s") : w), place]);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{place}: {clock.Elapsed}");
            Assert.True(run.ExitCode is 2 or 3, $"{place}: {run.ExitCode} {run.Error}");
            Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AFileThatBecomesAPipeIsLookedAtWhenItIsOpen()
    {
        string pipe = Pipe();
        IOException refused = Assert.Throws<IOException>(() => OpenedFile.Read(pipe));
        Assert.Equal(OpenedFile.NotRegular, refused.Message);
        string file = In("capture.txt");
        File.WriteAllText(file, "x");
        FileSystemSource source = FileSystemSource.TryOpen(file)!;
        File.Delete(file);
        File.Move(pipe, file);
        Assert.Throws<IOException>(() => source.Open());
        Assert.Throws<FileNotFoundException>(() => OpenedFile.Read(In("nothing")));
        Assert.Throws<IOException>(() => OpenedFile.Read(_work.FullName));
        File.WriteAllText(In("long"), new string('x', 100));
        Assert.Throws<IOException>(() => OpenedFile.ReadAll(In("long"), 99));
        Assert.Equal(100, OpenedFile.ReadAll(In("long"), 100).Length);
    }

    private static int CommandLine_Run(string[] args, Terminal terminal) => Leakstat.Cli.CommandLine.Run(args, terminal);

    private string In(string name) => Path.Combine(_work.FullName, name);

    private string Pipe()
    {
        string pipe = In("pipe-" + Guid.NewGuid().ToString("N"));
        using var host = Process.Start(new ProcessStartInfo("mkfifo", [pipe]))!;
        host.WaitForExit();
        return pipe;
    }
}
