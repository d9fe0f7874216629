namespace Leakstat.Tests.Cli;

/// <summary>What the README shows is what the program prints.</summary>
public sealed class ReadMeTests
{
    [Fact]
    public void The_output_in_the_README_is_real()
    {
        string path = Path.Combine(Given.Root, "README.md");
        string text = File.ReadAllText(path);
        string printed = CommandRun.Of(["diagnose", "samples/freebsd-14.2-leak-malloc-series"]).Output;
        string shown = string.Join('\n', printed.Split('\n').TakeWhile(l => !l.StartsWith("    What to do", StringComparison.Ordinal))) + "\n    ...";
        int start = text.IndexOf("```\n", text.IndexOf("<!-- output", StringComparison.Ordinal), StringComparison.Ordinal) + 4;
        int end = text.IndexOf("```", start, StringComparison.Ordinal);
        string now = text[start..end].TrimEnd('\n');
        if (Environment.GetEnvironmentVariable("LEAKSTAT_ACCEPT") == "1" && now != shown)
        {
            File.WriteAllText(path, text[..start] + shown + "\n" + text[end..]);
            return;
        }

        Assert.Equal(shown, now);
    }

    [Fact]
    public void Every_command_is_in_the_manual()
    {
        string page = File.ReadAllText(Path.Combine(Given.Root, "man", "leakstat.1"));
        string[] commands = [.. CommandRun.Commands()];
        Assert.True(commands.Length > 3);
        Assert.All(commands, command => Assert.True(
            page.Contains($"\n.It Cm {command}\n", StringComparison.Ordinal) && page.Contains($"\n.Cm {command}\n", StringComparison.Ordinal),
            $"man/leakstat.1 says nothing of `leakstat {command}`"));
    }

    [Fact]
    public void Every_command_in_the_README_exists()
    {
        foreach (string line in File.ReadLines(Path.Combine(Given.Root, "README.md")).Where(l => l.StartsWith("    ./leakstat ", StringComparison.Ordinal)))
        {
            string command = line.Trim().Split(' ')[1];
            Assert.Equal(0, CommandRun.Of([command, "--help"]).ExitCode);
        }
    }
}
