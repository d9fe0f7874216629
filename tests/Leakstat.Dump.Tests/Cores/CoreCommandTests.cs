using System.Text.Json;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Cores;

/// <summary><c>leakstat core</c> over a crash directory as savecore(8) and crashinfo(8) leave it.</summary>
public sealed class CoreCommandTests : IDisposable
{
    private const string Summary = """
        host1.example.org dumped core - see /var/crash/vmcore.0

        Fri Nov 20 18:00:00 UTC 2026

        FreeBSD host1.example.org 14.2-RELEASE FreeBSD 14.2-RELEASE GENERIC  amd64

        panic: told by the test

        ------------------------------------------------------------------------
        vmstat -m

                 Type  InUse  MemUse  Requests  Size(s)
               widget   1000    250K      1000  256

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-core-").FullName;
    private readonly string _kernel;

    public CoreCommandTests()
    {
        var heap = new Scenario();
        heap.Many(heap.Zone("gadget", 512), 40);
        CrashedMachine crashed = heap.Crash("told by the test");
        _kernel = crashed.WriteKernel(Path.Combine(_folder, "kernel"));
        byte[] dump = Minidump.Of(crashed);
        Directory.CreateDirectory(Crash);
        Write("vmcore.0", dump);
        Write("info.0", crashed.Info(0, dump.Length));
        Write("core.txt.0", Summary);
        Write("vmcore.1.gz", DumpPartition.Gzip(dump));
        Write("vmcore_encrypted.2", new byte[4096]);
        Write("textdump.tar.3", new byte[4096]);
        Write("vmcore.4", "cut off in its first");
        Write("bounds", "5\n");
        Write("minfree", "2048\n");
        File.CreateSymbolicLink(Path.Combine(Crash, "vmcore.last"), "vmcore.0");
        File.CreateSymbolicLink(Path.Combine(Crash, "info.last"), "info.0");
    }

    private string Crash => Path.Combine(_folder, "crash");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_crash_is_analysed_once()
    {
        (int code, string first, _) = Run();

        // What is no dump at all is never done: it has no report, and the exit code says that something is left.
        Assert.Equal(2, code);
        Assert.Equal([0, 1, 2, 3], Directory.GetFiles(Crash, "leakstat.*.txt").Select(f => int.Parse(Path.GetFileName(f).Split('.')[1])).Order());
        Assert.Contains("panic: told by the test", first, StringComparison.Ordinal);
        string report = Report(0);
        Assert.Contains("panic    told by the test", report, StringComparison.Ordinal);
        Assert.Contains("Backtrace of thread", report, StringComparison.Ordinal);
        Assert.Contains("bad_function+0x31   (trap here)", report, StringComparison.Ordinal);
        Assert.Contains("Findings in core.txt.0", report, StringComparison.Ordinal);
        Assert.Contains("20.0 KiB  40 of zone gadget (512 bytes each), 40 direct", report, StringComparison.Ordinal);
        Assert.Contains("Findings in vmcore.0", report, StringComparison.Ordinal);
        Assert.Contains("   zone gadget: 40 blocks (20.0 KiB) lost: allocated, and nothing in the dump points to them", first, StringComparison.Ordinal);
        Assert.Contains("bad_function+0x31", Report(1), StringComparison.Ordinal);
        Assert.Contains("decryptcore", Report(2), StringComparison.Ordinal);
        Assert.Contains("text dump", Report(3), StringComparison.Ordinal);
        Assert.Contains("vmcore.4", first, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Crash, "*.part"));

        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(Crash, "leakstat.0.txt"));
        (_, string second, _) = Run();
        AssertOnlyTheBrokenIsLookedAt(second);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(Crash, "leakstat.0.txt")));
    }

    /// <summary>The file that is no dump is tried again each time; nothing else is.</summary>
    private static void AssertOnlyTheBrokenIsLookedAt(string output) => Assert.All(
        output.Split('\n').Where(line => line.EndsWith("analysed now", StringComparison.Ordinal)),
        line => Assert.StartsWith("4: ", line, StringComparison.Ordinal));

    [Fact]
    public void A_number_that_is_used_again_is_analysed_again()
    {
        Run();
        File.SetLastWriteTimeUtc(Path.Combine(Crash, "info.0"), DateTime.UtcNow.AddMinutes(1));

        (_, string again, _) = Run();

        Assert.Contains("0: core.txt.0, info.0, vmcore.0", again, StringComparison.Ordinal);
        Assert.Single(
            again.Split('\n'),
            line => line.EndsWith("analysed now", StringComparison.Ordinal) && !line.StartsWith("4: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dump_whose_kernel_was_missing_is_analysed_when_the_kernel_is_named()
    {
        string nowhere = Directory.CreateDirectory(Path.Combine(_folder, "nowhere")).FullName;
        Start(["core", Crash, "--kernel", nowhere, "--kgdb", "none"]);
        Assert.Contains("kernel   not found", Report(0), StringComparison.Ordinal);
        AssertOnlyTheBrokenIsLookedAt(Start(["core", Crash, "--kgdb", "none"]).Output);

        (_, string output, _) = Run();

        // The two dumps that can be read; what else there is was no matter of the kernel.
        Assert.Equal(2, output.Split('\n').Count(line => line.EndsWith("analysed now", StringComparison.Ordinal)));
        Assert.Contains("bad_function", Report(0), StringComparison.Ordinal);
        AssertOnlyTheBrokenIsLookedAt(Run().Output);
    }

    [Fact]
    public void Listing_writes_nothing()
    {
        string[] before = Files();
        (int code, string output, _) = Run("--list");

        Assert.Equal(0, code);
        Assert.Equal(before, Files());
        Assert.Equal(5, output.Split('\n').Count(line => line.EndsWith("not analysed yet", StringComparison.Ordinal)));
    }

    [Fact]
    public void Reports_go_where_they_are_wanted()
    {
        string[] before = Files();
        string reports = Directory.CreateDirectory(Path.Combine(_folder, "reports")).FullName;
        Run("--output", reports);

        Assert.Equal(before, Files());
        Assert.Equal(4, Directory.GetFiles(reports, "leakstat.*.txt").Length);
        AssertOnlyTheBrokenIsLookedAt(Run("--output", reports).Output);
    }

    [Fact]
    public void The_json_names_each_crash_and_what_became_of_it()
    {
        (_, string output, _) = Run("--json");
        using var json = JsonDocument.Parse(output);

        Assert.Equal("leakstat.core/1", json.RootElement.GetProperty("schema").GetString());
        JsonElement first = json.RootElement.GetProperty("crashes")[0];
        Assert.Equal("analysed", first.GetProperty("state").GetString());
        Assert.Equal("told by the test", first.GetProperty("panic").GetString());
        Assert.Equal("host1.example.org", first.GetProperty("host").GetString());
        Assert.StartsWith("#0  doadump+0x31", first.GetProperty("backtrace")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(5, json.RootElement.GetProperty("crashes").GetArrayLength());
    }

    [Fact]
    public void The_backtrace_of_kgdb_is_taken_where_it_is_there()
    {
        string kgdb = Path.Combine(_folder, "kgdb");
        File.WriteAllText(kgdb, """
            #!/bin/sh
            echo "GNU gdb (GDB) 15.1 [GDB v15.1 for FreeBSD]"
            echo "Unread portion of the kernel message buffer:"
            echo "#0  doadump (textdump=1)"
            echo "    at /usr/src/sys/kern/kern_shutdown.c:404"
            printf '#1  0xffffffff80b0 in \033[31mred ()\n'
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(kgdb, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Run("--kgdb", kgdb);

        Assert.Contains("kgdb\n", Report(0), StringComparison.Ordinal);
        Assert.Contains("#0  doadump (textdump=1) at /usr/src/sys/kern/kern_shutdown.c:404\n#1  0xffffffff80b0 in ?[31mred ()", Report(0), StringComparison.Ordinal);

        // It cannot read what is compressed.
        Assert.Contains("from the dump itself", Report(1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kgdb_that_fails_leaves_the_dump_to_speak_for_itself()
    {
        Run("--kgdb", Path.Combine(_folder, "no-such-program"));

        Assert.Contains("from the dump itself", Report(0), StringComparison.Ordinal);
        Assert.Contains("kgdb could not be run", Report(0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_no_input()
    {
        (int code, string output, string error) = Start(["core", Path.Combine(_folder, "nowhere")]);

        Assert.Equal(3, code);
        Assert.Equal("", output);
        Assert.Contains("nowhere", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_is_fine_for_cron()
    {
        string empty = Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;

        Assert.Equal((0, ""), (Start(["core", empty, "-q"]).Code, Start(["core", empty, "-q"]).Output));
        Assert.Contains("No dump", Start(["core", empty]).Output, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Start(string[] arguments) =>
        TestedProgram.Run(arguments, "", Environment.CurrentDirectory);

    /// <summary>Without a kgdb that may be installed here, unless a test brings one.</summary>
    private (int Code, string Output, string Error) Run(params ReadOnlySpan<string> more)
    {
        List<string> arguments = ["core", Crash, "--kernel", _kernel, .. more];
        return Start([.. arguments, .. arguments.Contains("--kgdb") ? Array.Empty<string>() : ["--kgdb", "none"]]);
    }

    private string Report(int number) => File.ReadAllText(Path.Combine(Crash, $"leakstat.{number}.txt"));

    private string[] Files() => [.. Directory.GetFiles(Crash).Order(StringComparer.Ordinal)];

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(Crash, name), text);

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(Crash, name), bytes);
}
