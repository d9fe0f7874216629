using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Tests.Reports;

/// <summary>Commands over several lines run as they are printed.</summary>
public sealed class CommandLinesTests
{
    [Theory]
    [InlineData("netstat -m", 10, "netstat -m")]
    [InlineData("savecore -L && leakstat dump /var/crash/livecore.0 leaks", 40,
        "savecore -L && leakstat dump \\|/var/crash/livecore.0 leaks")]
    [InlineData("echo 'a b c d' e", 10, "echo \\|'a b c d' \\|e")]
    [InlineData("a\\ b c", 3, "a\\ b \\|c")]
    [InlineData("averylongwordthatfitsnowhere", 10, "averylongwordthatfitsnowhere")]
    public void They_are_broken_between_words(string command, int width, string lines) =>
        Assert.Equal(lines.Split('|'), CommandLines.Split(command, width));

    [Theory]
    [InlineData("printf '%s,' one 'two  words' \"three 'fold'\" four\\ parts && printf '%s' end | tr a-z A-Z")]
    public void The_shell_reads_the_same_words(string command)
    {
        string whole = Shell(command);
        Assert.Equal("one,two  words,three 'fold',four parts,END", whole);
        for (int width = 1; width <= command.Length; width++)
        {
            Assert.Equal(whole, Shell(string.Join("\n    ", CommandLines.Split(command, width))));
        }
    }

    private static string Shell(string script)
    {
        using var shell = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", script])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
        string said = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        return said;
    }
}
