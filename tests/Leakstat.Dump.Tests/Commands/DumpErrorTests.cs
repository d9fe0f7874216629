using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary>What a user is told where a dump cannot be read, or not all of it.</summary>
public sealed class DumpErrorTests : IDisposable
{
    private readonly CrashedHost _host = new(CrashedHost.Leaking());

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_kernel_of_another_release_is_refused_with_both_versions()
    {
        using var other = new CrashedHost(new Scenario(new MachineOptions { Release = FreeBsd.V15 }));

        string error = Fails(3, "dump", _host.Dump, "--kernel", other.Kernel, "leaks");

        Assert.Contains("is not the kernel of this dump", error, StringComparison.Ordinal);
        Assert.Contains("14.2-RELEASE", error, StringComparison.Ordinal);
        Assert.Contains("15.0-RELEASE", error, StringComparison.Ordinal);
        Fails(3, "diagnose", _host.Dump, "--kernel", other.Kernel);
    }

    [Fact]
    public void A_kernel_that_is_missing_is_told_with_the_version_that_is_wanted()
    {
        string error = Fails(3, "dump", _host.Dump, "--kernel", _host.Place("nowhere"), "leaks");

        Assert.Contains("no such file", error, StringComparison.Ordinal);
        Assert.Contains("--kernel", error, StringComparison.Ordinal);
        Assert.Contains("14.2-RELEASE", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_dump_is_said_to_be_none()
    {
        File.WriteAllText(_host.Place("notes.txt"), "a note\n");

        Assert.Contains("is no kernel dump", Fails(3, "dump", _host.Place("notes.txt"), "--kernel", _host.Kernel, "leaks"), StringComparison.Ordinal);
        Assert.Contains("is a folder", Fails(3, "dump", _host.Folder, "--kernel", _host.Kernel), StringComparison.Ordinal);
        Assert.Contains("no such file", Fails(3, "dump", _host.Place("vmcore.9"), "--kernel", _host.Kernel), StringComparison.Ordinal);
        File.WriteAllBytes(_host.Place("vmcore.7"), []);
        Assert.Contains("vmcore.7", Fails(3, "dump", _host.Place("vmcore.7"), "--kernel", _host.Kernel), StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_dump_is_told_with_what_decrypts_it()
    {
        string path = _host.Place("vmcore_encrypted.0");
        byte[] noise = new byte[1 << 16];
        new Random(3).NextBytes(noise);
        File.WriteAllBytes(path, noise);

        Assert.Contains("decryptcore", Fails(3, "dump", path, "--kernel", _host.Kernel, "leaks"), StringComparison.Ordinal);
        Fails(3, "diagnose", path, "--kernel", _host.Kernel);
    }

    [Fact]
    public void A_dump_that_may_not_be_read_is_told_in_words()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(_host.Dump, UnixFileMode.None);
        (int code, _, string error) = _host.RunDump("leaks");

        // Root may read everything.
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Equal(3, code);
            Assert.Contains("permission denied", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Of_a_cut_dump_the_rest_is_used_and_the_doubt_is_said()
    {
        using var cut = new CrashedHost(CrashedHost.Leaking(), change: bytes => bytes[..(bytes.Length * 9 / 10)]);

        (int code, string output, _) = cut.RunDump("leaks");

        Assert.Equal(0, code);
        Assert.Matches(@"the dump is cut: \d+ of \d+ pages are missing", output);

        // Any of the missing words may have held a block: none of it is proof.
        (code, output, _) = CrashedHost.Run(["diagnose", cut.Dump, "--kernel", cut.Kernel, "--json"]);
        Assert.Equal(0, code);
        Assert.DoesNotContain("\"leak\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_block_can_be_read_nothing_is_called_healthy()
    {
        using var cut = new CrashedHost(CrashedHost.Leaking(), change: bytes => bytes[..(bytes.Length * 6 / 10)]);

        Assert.Contains("No allocated block could be read: nothing is known of leaks in this dump.", cut.RunDump("leaks").Output, StringComparison.Ordinal);
        (_, string output, _) = CrashedHost.Run(["diagnose", cut.Dump, "--kernel", cut.Kernel, "--json"]);
        Assert.Contains("nothing is known of leaks: no allocated block could be read from the dump", output, StringComparison.Ordinal);
        Assert.DoesNotContain("healthy", output, StringComparison.Ordinal);
        Assert.DoesNotContain("not in the capture", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dump_cut_at_its_start_does_not_blame_the_kernel()
    {
        using var cut = new CrashedHost(CrashedHost.Leaking(), change: bytes => bytes[..(bytes.Length / 10)]);
        File.Delete(Path.Combine(cut.Folder, "info.0"));

        string error = Fails(3, "dump", cut.Dump, "--kernel", cut.Kernel, "leaks");

        Assert.Contains("the dump is cut", error, StringComparison.Ordinal);
        Assert.Contains("info.N", error, StringComparison.Ordinal);
    }

    private static string Fails(int code, params string[] arguments)
    {
        (int got, string output, string error) = CrashedHost.Run(arguments);
        Assert.Equal((code, ""), (got, output));
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("IO_", error, StringComparison.Ordinal);
        return error;
    }
}
