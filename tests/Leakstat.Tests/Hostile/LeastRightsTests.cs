using System.Diagnostics;

namespace Leakstat.Tests.Hostile;

/// <summary>
/// What the native program asks of the system while it only reads: no network, no other process, no file that is written. Watched
/// with strace(1) from outside.
/// </summary>
[Trait("Needs", "strace")]
public sealed class LeastRightsTests
{
    private const string Watched = "%network,execve,execveat,open,openat,openat2,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,mknod,mknodat,"
        + "link,linkat,symlink,symlinkat,truncate,chmod,fchmod,fchmodat,chown,fchownat,utimensat,fork,vfork,clone,clone3,kill,memfd_create,ptrace,bpf";

    [Theory]
    [InlineData("diagnose", "samples/freebsd-14.2-leak-malloc-series")]
    [InlineData("ledger", "samples/freebsd-14.2-fresh-boot", "--json")]
    [InlineData("detect", "samples/freebsd-14.2-leak-malloc-series")]
    [InlineData("tune", "samples/freebsd-14.2-mbuf-near-limit")]
    [InlineData("explain", "LS0101")]
    public void ACommandThatReadsDoesNothingElse(params string[] command)
    {
        string form = Path.Combine(Path.GetDirectoryName(TestedProgram.Path)!, "form");
        Assert.SkipUnless(File.Exists(form) && File.ReadAllText(form).Trim() == "native", "the .NET runtime itself opens more: only the native program is held to this");
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "no strace");
        string log = Path.GetTempFileName();
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("/usr/bin/strace", ["-f", "-qq", "-e", "trace=" + Watched, "-o", log, TestedProgram.Path, .. command])
            {
                WorkingDirectory = Given.Root,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            Assert.NotEmpty(process.StandardOutput.ReadToEnd());
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);

            string[] calls = [.. File.ReadLines(log).Where(l => l.Contains('(', StringComparison.Ordinal))];
            Assert.Contains("execve(", calls[0], StringComparison.Ordinal);
            Assert.Contains(calls, c => c.Contains("O_RDONLY", StringComparison.Ordinal));
            Assert.DoesNotContain(calls.Skip(1), c => !OnlyReads(c) && !StartsThread(c));
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static bool OnlyReads(string call) =>
        (call.Contains(" open(", StringComparison.Ordinal) || call.Contains(" openat(", StringComparison.Ordinal))
        && call.Contains("O_RDONLY", StringComparison.Ordinal) && !call.Contains("O_CREAT", StringComparison.Ordinal);

    private static bool StartsThread(string call) =>
        call.Contains("CLONE_THREAD", StringComparison.Ordinal) || (call.Contains("resumed>", StringComparison.Ordinal) && !call.Contains("exec", StringComparison.Ordinal));
}
