using System.Diagnostics;
using System.Text.RegularExpressions;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Watch;

/// <summary>The watch in a real terminal.</summary>
[Trait("Needs", "terminal")]
public sealed partial class WatchTerminalTests
{
    private const string Settings = "stty -a | grep -v speed; stty -g";
    private static readonly string s_program = TestedProgram.Path;

    [Theory]
    [InlineData(80, 24)]
    [InlineData(200, 50)]
    public void It_shows_what_grows_and_does_what_keys_say(int width, int height)
    {
        using var spool = new GrowingSpool();
        spool.Add(3);
        using var tmux = new Tmux(width, height);
        string before = tmux.Shell(Settings);
        tmux.Type($" clear; echo before; {s_program} watch {spool.Path} --every 1s");
        tmux.Keys("Enter");

        // Captures show one by one as they are read.
        string screen = tmux.Until(s => s.Contains("3 captures", StringComparison.Ordinal) && Grown().IsMatch(s));
        Assert.Matches(@"^oracle  FreeBSD 14\.2-BETA1  amd64", screen);
        Assert.All(screen.TrimEnd('\n').Split('\n'), l => Assert.InRange(l.Length, 0, width));
        Assert.Equal("1 0", tmux.Flags);

        spool.Add(10);
        tmux.Until("13 captures");
        tmux.Until("malloc type leakmod leaks");

        tmux.Type("/leakm");
        tmux.Until("filter: leakm");
        Assert.Equal("1 1", tmux.Flags);
        tmux.Keys("Enter");

        // The type and the zone "leakmod item".
        screen = tmux.Until(s => Rows().Count(s) == 2);
        Assert.Contains("filter leakm: 2 of ", screen, StringComparison.Ordinal);
        tmux.Keys("Down", "Enter");
        screen = tmux.Until("DETAILS");
        Assert.Contains("leakmod.ko: the malloc type has the name of the loaded module", screen.Replace("\n            ", " "), StringComparison.Ordinal);
        tmux.Type("q");
        tmux.Keys("Escape");
        tmux.Until(s => Rows().Count(s) > 5);
        tmux.Type("s");
        screen = tmux.Until("SIZE<");
        Assert.Matches(@"OWNER.*\n wired  buffer cache", screen);

        tmux.Type("?");
        tmux.Until("draw the screen anew");
        tmux.Keys("Escape");
        tmux.Until("SIZE<");
        tmux.Type(" ");
        tmux.Until("PAUSED, 13 captures");
        spool.Add(1);
        Thread.Sleep(1500);
        Assert.Contains("PAUSED, 13 captures", tmux.Screen, StringComparison.Ordinal);
        tmux.Type(" ");
        tmux.Until("14 captures");
        tmux.Type("m");
        tmux.Until("change since mark");

        tmux.Keys("C-z");
        tmux.Until("Stopped");
        Assert.Equal("0 1", tmux.Flags);
        Assert.Equal(before, tmux.Shell(Settings));
        tmux.Type("fg");
        tmux.Keys("Enter");
        tmux.Until("change since mark");

        tmux.Resize(60, 15);
        tmux.Until(s => s.TrimEnd('\n').Split('\n').Length == 15 && s.Contains("m mark", StringComparison.Ordinal));
        tmux.Resize(30, 5);
        tmux.Until("too small: 30x5");
        tmux.Resize(width, height);
        tmux.Until("change since mark");
        tmux.Type("q");
        tmux.Until(_ => tmux.Flags == "0 1");
        Assert.Equal(before, tmux.Shell(Settings));
        Assert.EndsWith("0", tmux.Shell($"{s_program} watch {spool.Path} --once >/dev/null; echo $?").TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void A_signal_leaves_the_terminal_as_it_was(string signal)
    {
        using var spool = new GrowingSpool();
        spool.Add(2);
        using var tmux = new Tmux(80, 24);
        string before = tmux.Shell(Settings);
        tmux.Type($" clear; echo before; {s_program} watch {spool.Path}");
        tmux.Keys("Enter");
        tmux.Until("2 captures");
        Kill(spool, signal);
        tmux.Until(s => s.Contains("before", StringComparison.Ordinal) && s.Contains("ready$", StringComparison.Ordinal));
        Assert.Equal("0 1", tmux.Flags);
        Assert.Equal(before, tmux.Shell(Settings));
    }

    [Fact]
    public void Stopped_and_continued_from_outside_it_draws_itself_again()
    {
        using var spool = new GrowingSpool();
        spool.Add(2);
        using var tmux = new Tmux(80, 24);
        string before = tmux.Shell(Settings);
        tmux.Type($" clear; {s_program} watch {spool.Path} --every 1s");
        tmux.Keys("Enter");
        tmux.Until("2 captures");
        Kill(spool, "TSTP");
        tmux.Until("Stopped");
        Assert.Equal(before, tmux.Shell(Settings));
        spool.Add(1);
        tmux.Type("fg");
        tmux.Keys("Enter");
        tmux.Until("3 captures");
        tmux.Type("q");
        tmux.Until(_ => tmux.Flags == "0 1");
        Assert.Equal(before, tmux.Shell(Settings));
    }

    [Theory]
    [InlineData("LC_ALL=C NO_COLOR=1", "")]
    [InlineData("LC_ALL=C TERM=vt100", "")]
    [InlineData("LC_ALL=C", "--no-color")]
    public void Plain_terminals_get_plain_text(string environment, string option)
    {
        using var spool = new GrowingSpool();
        spool.Add(14);
        using var tmux = new Tmux(80, 24, environment);
        tmux.Type($" {s_program} watch {spool.Path} {option}");
        tmux.Keys("Enter");
        string screen = tmux.Until("malloc type leakmod leaks");
        Assert.All(screen, c => Assert.InRange(c, '\n', '~'));
        string styled = tmux.Styled;
        Assert.Contains("\e[", styled, StringComparison.Ordinal);
        if (!environment.Contains("vt100", StringComparison.Ordinal))
        {
            Assert.DoesNotMatch(@"\e\[[0-9;]*3[0-7]m", styled);
        }

        tmux.Type("q");
        tmux.Until("ready$");
        Assert.EndsWith("1", tmux.Flags, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_terminal_it_prints_lines_and_a_closed_pipe_ends_it()
    {
        using var spool = new GrowingSpool();
        spool.Add(14);
        using var tmux = new Tmux(80, 24, "LC_ALL=C");
        string shown = tmux.Shell($"{s_program} watch {spool.Path} | head -n 1; {s_program} watch {spool.Path} --json -n 1 | cut -c 1-29; TERM=dumb {s_program} watch {spool.Path} -n 1 --rows 1 | wc -l");
        Assert.Matches(@"(?m)^oracle  FreeBSD", shown);
        Assert.Contains("{\"schema\":\"leakstat.watch/1\",", shown, StringComparison.Ordinal);
        Assert.EndsWith("8", shown.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_said_with_code_3()
    {
        CommandRun run = CommandRun.Of(["watch", "--once", "/nowhere/spool"]);

        Assert.Equal((3, "leakstat: /nowhere/spool: no such file or folder\n"), (run.ExitCode, run.Error));
        Assert.Equal(2, CommandRun.Of(["watch", "--once", "--every", "soon", "x"]).ExitCode);
        Assert.Equal(2, CommandRun.Of(["watch", "--sort", "colour", "x"]).ExitCode);
    }

    private static void Kill(GrowingSpool spool, string signal)
    {
        using Process kill = Process.Start(new ProcessStartInfo("pkill", [$"-{signal}", "-f", $"{s_program} watch {spool.Path}"]))!;
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    [GeneratedRegex(@"^.(zone|malloc|mbuf|arc|wired) ", RegexOptions.Multiline, 5000)]
    private static partial Regex Rows();

    [GeneratedRegex(@"\n.malloc leakmod  .*\+147K")]
    private static partial Regex Grown();
}
