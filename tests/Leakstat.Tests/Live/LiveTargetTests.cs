using Leakstat.Cli.Targets;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Live;

public sealed class LiveTargetTests
{
    [Theory]
    [InlineData("ssh://fw", null, "fw", null)]
    [InlineData("ssh://root@fw.example.org:2222", "root", "fw.example.org", 2222)]
    [InlineData("ssh://root@[2001:db8::1]:22", "root", "2001:db8::1", 22)]
    [InlineData("ssh://2001:db8::1", null, "2001:db8::1", null)]
    [InlineData("SSH://a_b-c/", null, "a_b-c", null)]
    public void Targets_are_taken_apart(string text, string? user, string host, int? port)
    {
        LiveTarget target = LiveTarget.Parse(text, out _)!;
        Assert.Equal((user, host, port), (target.User, target.Host, target.Port));
    }

    [Theory]
    [InlineData("ssh://")]
    [InlineData("ssh://-oProxyCommand=id")]
    [InlineData("ssh://-l@fw")]
    [InlineData("ssh://fw:0")]
    [InlineData("ssh://fw:65536")]
    [InlineData("ssh://fw:22:22")]
    [InlineData("ssh://fw;reboot")]
    [InlineData("ssh://fw$(id)")]
    [InlineData("ssh://a b")]
    [InlineData("ssh://user:password@fw")]
    [InlineData("ssh://us\ner@fw")]
    [InlineData("ssh://[::1")]
    [InlineData("http://fw")]
    public void What_is_no_target_is_refused(string text)
    {
        Assert.Null(LiveTarget.Parse(text, out string? problem));
        Assert.NotEmpty(problem!);
        Assert.Equal(2, CommandRun.Of(["collect", text, "-o", "/nowhere"]).ExitCode);
    }

    [Fact]
    public void The_host_stands_where_no_option_can_stand_and_nothing_asks_for_a_password()
    {
        string[] command = SshCommand.Of(
            LiveTarget.Parse("ssh://root@fw:2222", out _)! with { Elevation = "sudo" }, new CollectorRequest(TimeSpan.FromSeconds(1), 0, 30), ["ssh", "-J", "jump"]);

        Assert.Equal(["ssh", "-J", "jump"], command[..3]);
        Assert.Contains("BatchMode=yes", command);
        Assert.Contains("StrictHostKeyChecking=yes", command);
        Assert.Equal(["-l", "root", "-p", "2222", "--", "fw", "sudo -n sh -s -- --stdout --every 1 --full-every 30"], command[^7..]);
    }

    [Fact]
    public void Without_targets_or_a_spool_it_says_how_it_is_written()
    {
        Assert.Equal(2, CommandRun.Of(["collect", "-o", "/nowhere"]).ExitCode);
        Assert.Equal(2, CommandRun.Of(["collect", "ssh://fw"]).ExitCode);
    }

    [Fact]
    public void This_host_is_no_target_where_it_does_not_run_FreeBSD()
    {
        Assert.SkipWhen(OperatingSystem.IsFreeBSD(), "this host runs FreeBSD");
        CommandRun run = CommandRun.Of(["collect", "local", "-o", "/nowhere/spool", "--once"]);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("this host does not run FreeBSD", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_sends_the_collector_as_it_is() => Assert.Equal(
        File.ReadAllBytes(Path.Combine(Given.Root, "collector", "leakstat-collect")), CollectorScript.Bytes);
}
