using System.Collections.Immutable;
using System.Net;
using Leakstat.Engines.Settings;
using Leakstat.Serve.Health;
using Leakstat.Serve.Settings;

namespace Leakstat.Serve.Tests;

/// <summary>Settings say what they mean, and what is wrong in them is told with its line.</summary>
public sealed class SettingsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-settings-");

    [Fact]
    public void Everything_that_can_be_set_is_read()
    {
        (ServeSettings settings, ImmutableArray<SettingsProblem> problems) = Read("""
            listen = "[::1]:9000"
            store = "/var/db/leakstat/fleet.db"
            spools = ["/a", "/b"]
            [access]
            token_file = "/etc/token"
            hosts_file = "/etc/hosts-tokens"
            open = true
            [tls]
            certificate = "/etc/cert.pem"
            key = "/etc/key.pem"
            [collect]
            every = "5m"
            limit = "30s"
            jobs = 4
            ssh = "ssh -F config"
            [[target]]
            at = "ssh://root@fw1:2222"
            name = "fw1"
            as = "doas"
            every = "1h"
            [[target]]
            at = "local"
            [judge]
            every = "10s"
            fleet_every = "1m"
            workers = 3
            [keep]
            deliveries = "1d"
            captures = "7d"
            hours = "30d"
            days = "365d"
            size = "2G"
            [limits]
            body = "1M"
            expanded = "16M"
            entries = 100
            time = "10s"
            memory = "32M"
            connections = 50
            series = 1000
            series_per_host = 7
            [remote_write]
            url = "http://a:b@127.0.0.1:8428"
            token_file = "/etc/engine-token"
            queue = "/var/queue"
            queue_size = "2G"
            labels = { site = "fra1", team = "net" }
            [alerts]
            [[alerts.webhook]]
            url = "http://127.0.0.1:1"
            """);

        Assert.Empty(problems);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 9000), settings.Listen);
        Assert.Equal(["/a", "/b"], settings.Spools);
        Assert.Equal(new AccessSettings { TokenFile = "/etc/token", HostsFile = "/etc/hosts-tokens", IsOpen = true }, settings.Access);
        Assert.Equal(new TlsSettings("/etc/cert.pem", "/etc/key.pem"), settings.Tls);
        Assert.Equal(["ssh://root@fw1:2222", "local"], settings.Collect.Targets.Select(t => t.Text));
        Assert.Equal("ssh -F config", settings.Collect.Ssh);
        Assert.Equal(TimeSpan.FromHours(1), settings.Collect.Targets[0].Every);
        Assert.Equal(new JudgeSettings { Every = TimeSpan.FromSeconds(10), FleetEvery = TimeSpan.FromMinutes(1), Workers = 3 }, settings.Judge);
        Assert.Equal(2L << 30, settings.Keep.Size);
        Assert.Equal(TimeSpan.FromDays(365), settings.Keep.Days);
        Assert.Equal(
            new LimitSettings
            {
                Body = 1 << 20,
                Expanded = 16 << 20,
                Entries = 100,
                Time = TimeSpan.FromSeconds(10),
                Memory = 32 << 20,
                Connections = 50,
                Series = 1000,
                SeriesPerHost = 7,
            },
            settings.Limits);
        Assert.Equal(
            new RemoteWriteSettings("http://a:b@127.0.0.1:8428") { TokenFile = "/etc/engine-token", Queue = "/var/queue", QueueSize = 2L << 30 },
            settings.RemoteWrite! with { Labels = [] });
        Assert.Equal([("site", "fra1"), ("team", "net")], settings.RemoteWrite!.Labels);
        Assert.Equal("/var/db/leakstat/fleet.db-alerts", settings.Alerts!.State);
        Assert.Equal("http://127.0.0.1:8428", settings.RemoteWrite.Address!.ToString());
        Assert.Equal(
            "ssh://root@fw1:2222 name=fw1 doas every=3600s\nlocal\n",
            Intake.TargetCollection.Inventory(settings.Collect.Targets));
    }

    [Fact]
    public void The_store_of_the_command_line_takes_the_state_of_alerts_with_it()
    {
        using var client = new HttpClient();

        (ServeSettings settings, _) = SettingsFile.Read(
            "leakstat.toml", "store = \"/a\"\n[alerts]\nseverity = \"info\"\n", client, File.ReadAllBytes, store: "/b");

        Assert.Equal(("/b", "/b-alerts"), (settings.Store, settings.Alerts!.State));
    }

    [Theory]
    [InlineData("listen = \"somewhere\"", 1, "listen takes an address")]
    [InlineData("store = 5", 1, "store takes text")]
    [InlineData("\nstore = \"a\\", 2, "ends within a text")]
    [InlineData("\nstor = \"x\"", 2, "has no stor")]
    [InlineData("[judge]\nevery = \"soon\"", 2, "every takes a time")]
    [InlineData("[limits]\nbody = \"big\"", 2, "body takes a size")]
    [InlineData("[collect]\njobs = 0", 2, "jobs takes a number from 1 to 256")]
    [InlineData("[tls]\nkey = \"x\"", 1, "certificate and key go together")]
    [InlineData("[[target]]\nname = \"x\"", 1, "a target needs at")]
    [InlineData("[[target]]\nat = \"ssh://-oProxyCommand=x\"", 2, "no name of a host")]
    [InlineData("[nothing]\n", 1, "no table nothing")]
    [InlineData("[remote_write]\nurl = \"ftp://x\"", 2, "url takes an address")]
    [InlineData("[remote_write]\nqueue = \"x\"", 1, "remote_write needs url")]
    [InlineData("[remote_write]\nurl = \"http://x\"\nqueue_size = \"1K\"", 3, "64K at least")]
    [InlineData("[remote_write]\nurl = \"http://x\"\nlabels = { zone = \"x\" }", 3, "that no metric has, not \"zone\"")]
    [InlineData("[remote_write]\nurl = \"http://x\"\nlabels = { site = 1 }", 3, "labels takes names with texts")]
    [InlineData("store = \"a\"\nstore = \"b\"", 2, "store")]
    [InlineData("store = \"a", 1, "")]
    public void What_is_wrong_is_told_with_its_line(string text, int line, string wanted)
    {
        (_, ImmutableArray<SettingsProblem> problems) = Read(text);

        Assert.Contains(problems, p => p.Line == line && p.Text.Contains(wanted, StringComparison.Ordinal));
        Assert.StartsWith("leakstat.toml:", problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_ends_without_serving()
    {
        string token = Write("token", "0123456789abcdef0123456789abcdef\n");
        string hosts = Write("hosts", "# a comment\nfw1 0123456789abcdef\n\nfw2 fedcba9876543210\n");

        (int code, string told) = await Check(
            $"store = \"{_folder.FullName}/x.db\"\n[access]\ntoken_file = \"{token}\"\nhosts_file = \"{hosts}\"\n");

        Assert.Equal("leakstat serve: the settings are in order\n", told);
        Assert.Equal(0, code);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "x.db")));
    }

    [Theory]
    [InlineData("listen = \"0.0.0.0:8417\"\n", "can be reached from elsewhere")]
    [InlineData("[access]\ntoken_file = \"/nowhere/at/all\"\n", "/nowhere/at/all:1:")]
    [InlineData("[access]\nhosts_file = \"HOSTS\"\n", "HOSTS:2: a token has at least 16 characters")]
    [InlineData("[access]\nhosts_file = \"HOSTS\"\n", "HOSTS:3: a host is letters")]
    [InlineData("[access]\nhosts_file = \"HOSTS\"\n", "HOSTS:4: the token of another host")]
    [InlineData("[tls]\ncertificate = \"HOSTS\"\nkey = \"HOSTS\"\n", "no certificate")]
    [InlineData("[remote_write]\nurl = \"http://x\"\ntoken_file = \"/nowhere/at/all\"\n", "/nowhere/at/all:1:")]
    [InlineData("[alerts]\nsevrity = \"info\"\n", "leakstat.toml:2: [alerts] has no sevrity")]
    [InlineData("[alerts]\n\n[[alerts.webhook]]\nurl = \"http://x\"\n[[alerts.webhook]]\nurl = \"ftp://x\"\n", "leakstat.toml:6: url takes an address")]
    [InlineData("[alerts]\n[[alerts.syslog]]\n[[alerts.sendmail]]\nto = [\"x\"]\n", "leakstat.toml:3: from is missing")]
    [InlineData("[[alerts.webhook]]\nurl = \"http://x\"\nsecret_file = \"/nowhere/at/all\"\n", "leakstat.toml:3: secret_file names /nowhere")]
    public async Task A_check_says_what_would_be_wrong(string text, string wanted)
    {
        string hosts = Write("hosts", "fw1 0123456789abcdef\nfw2 short\n../x 0123456789abcdeg\nfw3 0123456789abcdef\n");

        (int code, string told) = await Check(text.Replace("HOSTS", hosts, StringComparison.Ordinal));

        Assert.Contains(wanted.Replace("HOSTS", hosts, StringComparison.Ordinal), told, StringComparison.Ordinal);
        Assert.Equal(2, code);
    }

    [Fact]
    public async Task Open_to_everybody_has_to_be_said()
    {
        (int code, _) = await Check("listen = \"0.0.0.0:8417\"\n[access]\nopen = true\n");

        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_no_input()
    {
        (ServeArguments? arguments, _) = ServeArguments.Read(["--config", "/nowhere/at/all"]);
        using var told = new StringWriter();

        int code = await new Serve.ServerCommand(new Journal(told, TimeProvider.System)).RunAsync(arguments!);

        Assert.Equal(3, code);
        Assert.Contains("/nowhere/at/all: ", told.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--listen", "here")]
    [InlineData("--nothing", "x")]
    [InlineData("--config")]
    public void Arguments_that_are_wrong_are_told(params string[] words)
    {
        (ServeArguments? arguments, string problem) = ServeArguments.Read(words);

        Assert.Null(arguments);
        Assert.Contains(words[0], problem, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static (ServeSettings Settings, ImmutableArray<SettingsProblem> Problems) Read(string text)
    {
        using var client = new HttpClient();
        return SettingsFile.Read("leakstat.toml", text, client, File.ReadAllBytes);
    }

    private async Task<(int Code, string Told)> Check(string settings)
    {
        (ServeArguments? arguments, _) = ServeArguments.Read(["--config", Write("leakstat.toml", settings), "--check"]);
        using var told = new StringWriter { NewLine = "\n" };
        int code = await new Serve.ServerCommand(new Journal(told, TimeProvider.System)).RunAsync(arguments!);
        return (code, told.ToString());
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
