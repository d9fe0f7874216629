using System.Diagnostics;

namespace Leakstat.Tests.Watch;

/// <summary>A shell in a terminal that a test types into and looks at.</summary>
internal sealed class Tmux : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly string _server = "leakstat-test-" + Guid.NewGuid().ToString("N");

    public Tmux(int width, int height, string environment = "LC_ALL=C.UTF-8")
    {
        Run("-f", "/dev/null", "-u", "new-session", "-d", "-x", $"{width}", "-y", $"{height}", $"env {environment} PS1='ready$ ' bash --norc --noprofile");
        Until(s => s.Contains("ready$", StringComparison.Ordinal));
    }

    /// <summary>What stands on the screen.</summary>
    public string Screen => Run("capture-pane", "-p");

    /// <summary>The same with the sequences that colour it.</summary>
    public string Styled => Run("capture-pane", "-p", "-e");

    /// <summary>Whether the other screen is shown, and whether the cursor is.</summary>
    public string Flags => Run("display-message", "-p", "#{alternate_on} #{cursor_flag}").Trim();

    /// <summary>Types words as tmux names keys: <c>Enter</c>, <c>C-z</c>, <c>Down</c>.</summary>
    public void Keys(params string[] keys) => Run(["send-keys", .. keys]);

    /// <summary>Types text as it is.</summary>
    public void Type(string text) => Run("send-keys", "-l", text);

    public void Resize(int width, int height) => Run("resize-window", "-x", $"{width}", "-y", $"{height}");

    /// <summary>Runs a command line in the shell and gives what it prints.</summary>
    public string Shell(string command)
    {
        // What is typed before the shell asks for it is echoed by the terminal, and again by the shell.
        Until(s => s.TrimEnd().EndsWith("ready$", StringComparison.Ordinal));
        string mark = Guid.NewGuid().ToString("N")[..8];
        Keys("C-l");
        Type($" {command}; echo {mark[..4]}''{mark[4..]}");
        Keys("Enter");
        string screen = Until(s => s.Contains(mark, StringComparison.Ordinal));
        string[] lines = screen.Split('\n');
        int last = Array.FindIndex(lines, l => l.Contains(mark, StringComparison.Ordinal));
        int first = Array.FindLastIndex(lines, last, l => l.Contains("ready$", StringComparison.Ordinal));
        return string.Join('\n', lines[(first + 1)..last]);
    }

    /// <summary>Waits for a screen that stays; one that is half drawn is no screen yet. Fails with the one there is.</summary>
    public string Until(Func<string, bool> wanted)
    {
        var clock = Stopwatch.StartNew();
        string screen = "";
        while (clock.Elapsed < s_patience)
        {
            string before = screen;
            screen = Screen;
            if (screen == before && wanted(screen))
            {
                return screen;
            }

            Thread.Sleep(50);
        }

        Assert.Fail("the screen never came; it shows:\n" + screen);
        return screen;
    }

    public string Until(string text) => Until(s => s.Contains(text, StringComparison.Ordinal));

    public void Dispose() => Run("kill-server");

    private string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-L", _server, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("TMUX");
        start.Environment.Remove("NO_COLOR");
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("tmux did not start");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
