using System.Diagnostics;
using Leakstat.Cli.Memory;
using Leakstat.Dump.Live;
using Leakstat.Platform;

namespace Leakstat.Dump.Tests.Commands;

/// <summary>A shell that is asked one thing after another, and answers as a hostile host may.</summary>
public sealed class TargetSessionTests : IDisposable
{
    private readonly ChildProcesses _children = new();

    [Fact]
    public void Each_answer_is_what_its_command_printed()
    {
        using TargetSession session = Session(60);

        Assert.Equal("one\n\ntwo", session.Text("echo one; echo; echo two"));
        Assert.Null(session.Text("echo one; false"));
        Assert.Equal("", session.Text(":"));
        Assert.Equal("x LEAKSTAT-STATUS 1", session.Text("echo 'x LEAKSTAT-STATUS 1'"));
        Assert.Equal("three", session.Text("printf three"));
    }

    [Fact]
    public void Many_short_lines_take_no_longer_than_as_many_bytes()
    {
        using TargetSession session = Session(30);

        Assert.Equal("x", session.Text("echo x; yes '' | head -c 900000"));
    }

    [Fact]
    public void An_answer_without_end_is_left()
    {
        using TargetSession session = Session(60);

        Assert.Contains("more than was asked for", Broken(session, "yes ''").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_drips_is_left_at_the_limit()
    {
        using TargetSession session = Session(2);
        var clock = Stopwatch.StartNew();

        Assert.Equal("no answer within 2 s", Broken(session, "while :; do printf x; sleep 0.1; done").Message);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    public void Dispose() => _children.Dispose();

    private static LiveMemoryException Broken(TargetSession session, string command) =>
        Assert.Throws<LiveMemoryException>(() => session.Text(command));

    private TargetSession Session(int seconds) =>
        new(_children, new LiveTarget { Text = "local" }, [], new MemoryPace(0)) { Limit = TimeSpan.FromSeconds(seconds) };
}
