namespace Leakstat.Serve.Tests;

/// <summary>What starts the server under systemd and rc(8), by the tools that know the form, and by what it would run.</summary>
public sealed class ServiceFileTests : IDisposable
{
    private static readonly string s_files = Path.Combine(HostCaptures.Root, "eng", "serve");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-service-");

    [Fact]
    public void Systemd_has_nothing_to_say_of_the_unit()
    {
        Need("systemd-analyze");
        string unit = Path.Combine(_folder.FullName, "leakstat.service");
        string text = File.ReadAllText(Path.Combine(s_files, "leakstat.service"));
        File.WriteAllText(unit, text.Replace("/usr/local/bin/leakstat", "/bin/true", StringComparison.Ordinal));

        Assert.Equal((0, ""), Tool.Run("systemd-analyze", "", "verify", "--man=no", unit));
        File.AppendAllText(unit, "[Service]\nRestartSecs=1\n");
        Assert.Contains("RestartSecs", Tool.Run("systemd-analyze", "", "verify", "--man=no", unit).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Shellcheck_has_nothing_to_say_of_the_script()
    {
        Need("shellcheck");
        string script = Path.Combine(s_files, "leakstat_serve");

        Assert.Equal((0, ""), Tool.Run("sh", "", "-n", script));
        Assert.Equal((0, ""), Tool.Run("shellcheck", "", "-s", "sh", script));
    }

    /// <summary>With a stand-in for rc.subr(8) that says what it would run.</summary>
    [Fact]
    public void The_script_has_the_server_run_by_daemon_as_its_user()
    {
        string subr = Path.Combine(_folder.FullName, "rc.subr");
        File.WriteAllText(subr, """
            load_rc_config() { leakstat_serve_enable=YES; leakstat_serve_user=watcher; }
            run_rc_command() { echo "$1: $command $command_args"; echo "$rcvar $leakstat_serve_user $pidfile $required_files"; }

            """);
        string script = Path.Combine(_folder.FullName, "leakstat_serve");
        File.WriteAllText(
            script,
            File.ReadAllText(Path.Combine(s_files, "leakstat_serve")).Replace("/etc/rc.subr", subr, StringComparison.Ordinal));

        (int code, string output) = Tool.Run("sh", "", script, "start");

        Assert.Equal(
            "start: /usr/sbin/daemon -r -R 5 -P /var/run/leakstat_serve.pid -S -T leakstat_serve -u watcher "
                + "/usr/local/bin/leakstat serve --config /usr/local/etc/leakstat/leakstat.toml\n"
                + "leakstat_serve_enable root /var/run/leakstat_serve.pid /usr/local/etc/leakstat/leakstat.toml\n",
            output);
        Assert.Equal(0, code);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void Need(string program) => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program))),
        $"{program} is not there");
}
