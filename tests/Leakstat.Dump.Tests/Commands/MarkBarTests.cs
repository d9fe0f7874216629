using System.Diagnostics;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Tests.Commands;

/// <summary>The line that tells how far marking is.</summary>
public sealed class MarkBarTests
{
    [Theory]
    [InlineData(256 << 20, 1 << 30, 1.0, "marking 256.0 MiB of at most 1.0 GiB, 25 %, at most 3 s to go")]
    [InlineData(512 << 20, 1 << 30, 2.5, "marking 512.0 MiB of at most 1.0 GiB, 50 %, at most 3 s to go")]
    [InlineData(20 << 20, 1 << 30, 0.5, "marking 20.0 MiB of at most 1.0 GiB, 1 %")]
    [InlineData(0, 1 << 30, 0.5, "marking 0 B of at most 1.0 GiB, 0 %")]
    [InlineData((1 << 30) - 1, 1 << 30, 9.0, "marking 1.0 GiB of at most 1.0 GiB, 99 %, at most 1 s to go")]
    [InlineData(1 << 30, 1 << 30, 9.0, "marking 1.0 GiB of at most 1.0 GiB, 100 %, at most 0 s to go")]
    public void The_rest_takes_what_the_pace_so_far_says(long bytes, long whole, double seconds, string text) =>
        Assert.Equal(text, MarkBar.Text(bytes, whole, seconds));

    [Fact]
    public void It_is_shown_on_a_terminal_and_taken_away()
    {
        using var error = new StringWriter();
        string shown = Shown(error, isTerminal: true, isWanted: true, wait: true);

        Assert.StartsWith("\r\u001b[Kmarking 0 B of at most 1.0 GiB, 0 %", shown, StringComparison.Ordinal);
        Assert.EndsWith("\r\u001b[K", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Into_a_file_or_where_it_is_not_wanted_nothing_is_written(bool isTerminal, bool isWanted)
    {
        using var error = new StringWriter();

        Assert.Equal("", Shown(error, isTerminal, isWanted, wait: false));
    }

    [Fact]
    public void Nothing_of_it_is_left_in_what_a_command_prints()
    {
        using var host = new CrashedHost(CrashedHost.Leaking());

        (int code, string output, string error) = CrashedHost.Run(["dump", host.Dump, "--kernel", host.Kernel, "leaks", "--json"], isErrorTerminal: true);

        Assert.Equal(0, code);
        Assert.StartsWith("{", output, StringComparison.Ordinal);
        Assert.True(error.Length == 0 || error.EndsWith("\r\u001b[K", StringComparison.Ordinal));
    }

    private static string Shown(StringWriter error, bool isTerminal, bool isWanted, bool wait)
    {
        TextWriter safe = TextWriter.Synchronized(error);
        var terminal = new Terminal { Output = Stream.Null, Error = safe, Input = () => Stream.Null, IsErrorTerminal = isTerminal };
        using (var bar = new MarkBar(terminal, isWanted))
        {
            bar.Start(new MarkProgress(), 1 << 30);
            var waited = Stopwatch.StartNew();
            while (waited.Elapsed < (wait ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(0.6)) && Length() == 0)
            {
                Thread.Sleep(20);
            }
        }

        return error.ToString();

        int Length()
        {
            lock (safe)
            {
                return error.GetStringBuilder().Length;
            }
        }
    }
}
