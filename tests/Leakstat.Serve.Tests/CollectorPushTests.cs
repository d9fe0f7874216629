#pragma warning disable CA1416 // Modes of files: these tests run where they are.

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Leakstat.Serve.Tests;

/// <summary><c>leakstat-collect --push</c>: the spool is sent, and kept until it is acknowledged; no command line tells the token.</summary>
public sealed class CollectorPushTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-push-");

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("dash")]
    [InlineData("mksh")]
    public async Task A_spool_is_sent_and_goes_when_it_is_acknowledged(string shell)
    {
        await using RunningServer server = await RunningServer.Start();
        Host();

        (int status, string told) = await Collect(shell, server.Address.ToString(), RunningServer.TokenOf("fw1"));

        Assert.True(status == 0, told);
        Assert.Empty(Kept());
        await server.Settled(hosts: 1);
        Assert.Equal("fw1", Assert.Single(server.Parts.Fleet.Hosts).Name);
        Assert.NotEmpty(server.Parts.Fleet.Find("fw1")!.Numbers.Zones);
    }

    [Fact]
    public async Task What_is_not_acknowledged_waits_for_the_next_run()
    {
        await using RunningServer server = await RunningServer.Start();
        Host();

        (int nobody, string told) = await Collect("dash", "http://127.0.0.1:9/", RunningServer.TokenOf("fw1"));
        (int wrong, string toldWrong) = await Collect("dash", server.Address.ToString(), "wrong-token-of-nobody");

        Assert.Equal(75, nobody);
        Assert.Contains("kept for the next run", told, StringComparison.Ordinal);
        Assert.Equal(75, wrong);
        Assert.Contains("401", toldWrong, StringComparison.Ordinal);
        Assert.Equal(2, Kept().Length);
        (int right, _) = await Collect("dash", server.Address.ToString(), RunningServer.TokenOf("fw1"));
        Assert.Equal(0, right);
        Assert.Empty(Kept());
        Assert.Equal(3, server.Parts.Inbox.List("fw1", 10).Length);
    }

    [Fact]
    public async Task What_is_refused_is_said_once_and_not_sent_again()
    {
        await using RunningServer server = await RunningServer.Start();
        Host();

        (int status, string told) = await Collect("dash", server.Address.ToString(), RunningServer.TokenOf("fw2"));
        (int again, string toldAgain) = await Collect("dash", server.Address.ToString(), RunningServer.TokenOf("fw1"));

        Assert.Equal(0, status);
        Assert.Contains("does not take", told, StringComparison.Ordinal);
        Assert.Contains("403", told, StringComparison.Ordinal);
        Assert.Equal(0, again);
        Assert.DoesNotContain("does not take", toldAgain, StringComparison.Ordinal);
        Assert.Single(Kept());
    }

    [Fact]
    public async Task No_command_line_has_the_token()
    {
        await using RunningServer server = await RunningServer.Start();
        Host();
        string log = Path.Combine(_folder.FullName, "arguments");
        Command("curl", $"echo \"$@\" >>{log}\nexec /usr/bin/curl \"$@\"");

        (int status, string told) = await Collect("dash", server.Address.ToString(), RunningServer.TokenOf("fw1"));

        Assert.True(status == 0, told);
        string arguments = File.ReadAllText(log);
        Assert.Contains("/v1/captures", arguments, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", arguments, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://x/", "a URL that begins with")]
    [InlineData("http://x/$(id)", "a URL of letters")]
    public async Task What_is_no_URL_is_refused(string url, string wanted)
    {
        Host();

        (int status, string told) = await Collect("dash", url, RunningServer.TokenOf("fw1"));

        Assert.Equal(2, status);
        Assert.Contains(wanted, told, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Stand-ins for the commands of FreeBSD that answer as a recorded host.</summary>
    private void Host()
    {
        string sample = Path.Combine(HostCaptures.Root, "samples/freebsd-14.2-fresh-boot");
        Command("vmstat", $"case $* in *-z*) cat {sample}/vmstat-z.txt;; *-m*) cat {sample}/vmstat-m.txt;; esac");
        Command("sysctl", $"case $* in *kern.hostname*) echo fw1;; *) cat {sample}/sysctl.txt;; esac");
        foreach (string missing in (string[])["netstat", "kldstat", "swapinfo", "dmesg", "zstd"])
        {
            Command(missing, "exit 127");
        }
    }

    private void Command(string name, string script)
    {
        string folder = Path.Combine(_folder.FullName, "commands");
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        Assert.False(OperatingSystem.IsWindows());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string[] Kept()
    {
        string spool = Path.Combine(_folder.FullName, "spool", "fw1");
        return [.. Directory.EnumerateFileSystemEntries(spool).Where(e => Regex.IsMatch(Path.GetFileName(e), "^2", RegexOptions.None, TimeSpan.FromSeconds(1)))];
    }

    private async Task<(int Status, string Told)> Collect(string shell, string url, string token)
    {
        string file = Path.Combine(_folder.FullName, "token");
        File.WriteAllText(file, token + "\n");
        using Process process = Process.Start(new ProcessStartInfo(
            shell,
            [
                Path.Combine(HostCaptures.Root, "collector/leakstat-collect"), "-H", "fw1",
                "-d", Path.Combine(_folder.FullName, "spool"), "--push", url.TrimEnd('/'), "--token-file", file,
            ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            Environment = { ["PATH"] = $"{_folder.FullName}/commands:{Environment.GetEnvironmentVariable("PATH")}" },
        })!;
        string told = await process.StandardError.ReadToEndAsync(End);
        await process.WaitForExitAsync(End);
        return (process.ExitCode, told);
    }
}
