using System.Diagnostics;

namespace Leakstat.Tests.Cli;

/// <summary>Completion scripts, asked in the shells themselves what they offer.</summary>
public sealed class CompletionCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-completion-");

    public CompletionCommandTests()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "captures.tar"), "");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "capsules"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("leakstat diag", "diagnose")]
    [InlineData("leakstat --ver", "--version")]
    [InlineData("leakstat diagnose --fail-on ", "critical info warning")]
    [InlineData("leakstat diagnose --fail-on = w", "warning")]
    [InlineData("leakstat diagnose --fail-on =", "critical info warning")]
    [InlineData("leakstat diagnose --html cap", "capsules captures.tar")]
    [InlineData("leakstat diagnose cap", "capsules captures.tar")]
    [InlineData("leakstat gate end cap", "capsules")]
    [InlineData("leakstat dump vmcore.0 --kernel /boot lea", "leaks")]
    [InlineData("leakstat dump vmcore.0 leaks --base", "--baseline")]
    [InlineData("leakstat dump vmcore.0 leaks --kern", "--kernel")]
    [InlineData("leakstat explain LS0305", "LS0305")]
    [InlineData("leakstat watch --sort r", "rate")]
    [InlineData("leakstat completion ", "bash fish zsh")]
    [InlineData("leakstat diagnose --host diag", "")]
    [InlineData("leakstat history --kind malloc", "malloc bytes malloc in use malloc requests")]
    public void Bash_offers_what_fits(string line, string offered)
    {
        string script = Script("bash");
        string words = string.Join(' ', line.Split(' ').Select(w => $"'{w}'"));
        string printed = Shell("bash", ["--norc", "--noprofile", "-c", $"""
            source '{script}'
            COMP_WORDS=({words}); COMP_CWORD=$(({line.Split(' ').Length} - 1))
            complete -p leakstat | grep -q -- '-F _leakstat leakstat' || exit 1
            _leakstat
            printf '%s\n' "$" | sort
            """.Replace("\"$\"", "\"${COMPREPLY[@]}\"", StringComparison.Ordinal)]);
        Assert.Equal(offered, string.Join(' ', printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Bash_offers_every_command()
    {
        string printed = Shell("bash", ["-c", $"source '{Script("bash")}'; COMP_WORDS=(leakstat ''); COMP_CWORD=1; _leakstat; printf '%s\\n' \"${{COMPREPLY[@]}}\""]);
        Assert.Equal(CommandRun.Commands().Order(StringComparer.Ordinal), printed.Trim().Split('\n').Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("leakstat diag", "diagnose")]
    [InlineData("leakstat diagnose --fail-on ", "critical info warning")]
    [InlineData("leakstat dump vmcore.0 --kernel /boot lea", "leaks")]
    [InlineData("leakstat dump vmcore.0 leaks --kern", "--kernel")]
    [InlineData("leakstat explain LS0305", "LS0305")]
    [InlineData("leakstat history --kind keg", "keg items keg pages")]
    public void Fish_offers_what_fits(string line, string offered)
    {
        Assert.SkipUnless(IsInstalled("fish"), "fish is not installed");
        string printed = Shell("fish", ["--no-config", "-c", $"source '{Script("fish")}'; complete -C '{line}'"]);
        Assert.Equal(offered, string.Join(' ', printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split('\t')[0]).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Zsh_takes_the_script()
    {
        Assert.SkipUnless(IsInstalled("zsh"), "zsh is not installed");
        string script = Script("zsh");
        Assert.Equal("", Shell("zsh", ["-f", "-n", script]));
        Assert.Equal("_leakstat\n", Shell("zsh", ["-f", "-c", $"autoload -U compinit; compinit -u -D; source '{script}'; echo $_comps[leakstat]"]));
    }

    [Fact]
    public void Another_shell_is_refused() => Assert.Equal(2, CommandRun.Of(["completion", "tcsh"]).ExitCode);

    private static bool IsInstalled(string shell) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, shell)));

    private string Script(string shell)
    {
        CommandRun run = CommandRun.Of(["completion", shell]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string file = Path.Combine(_folder.FullName, "script." + shell);
        File.WriteAllText(file, run.Output);
        return file;
    }

    private string Shell(string shell, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(shell, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = _folder.FullName,
            Environment = { ["HOME"] = _folder.FullName, ["LC_ALL"] = "C.UTF-8" },
        })!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && error.Result.Length == 0, $"{shell} ended with {process.ExitCode}: {error.Result}{output}");
        return output;
    }
}
