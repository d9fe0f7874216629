#pragma warning disable CA1416 // Modes of files: these tests run where they are.

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leakstat.Engines.Tests.Parts;
using Leakstat.Tests.Cli;

namespace Leakstat.Engines.Tests.Alerts;

/// <summary><c>leakstat fleet --alert-config</c>, with real receivers: what each of them gets, and when.</summary>
public sealed class ReceiverTests : IDisposable
{
    private readonly SpoolOfHosts _spool = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-receivers-");

    public ReceiverTests()
    {
        _spool.Add("fw1", "samples/freebsd-14.2-leak-malloc-series");
        _spool.Add("fw2", "samples/freebsd-14.2-leak-malloc-series");
    }

    [Fact]
    [Trait("Needs", "engines")]
    public void Alertmanager_holds_one_alert_until_it_is_resolved()
    {
        EngineProcess.Need("prometheus-alertmanager", "prometheus-alertmanager");
        using var manager = EngineProcess.Alertmanager();
        Configure($"[[alerts.alertmanager]]\nurl = \"{manager.Address}\"\n");

        Assert.Equal((0, ""), Run());
        JsonElement first = Active(manager);
        Assert.Equal((0, ""), Run());
        JsonElement second = Active(manager);

        Assert.Equal("leakmod", first.GetProperty("labels").GetProperty("subject").GetString());
        Assert.Equal("warning", first.GetProperty("labels").GetProperty("severity").GetString());
        Assert.Equal("fra1", first.GetProperty("labels").GetProperty("site").GetString());
        Assert.Contains("2 hosts", first.GetProperty("annotations").GetProperty("summary").GetString()!, StringComparison.Ordinal);
        Assert.Equal(first.GetProperty("fingerprint").GetString(), second.GetProperty("fingerprint").GetString());
        Assert.Equal(first.GetProperty("startsAt").GetString(), second.GetProperty("startsAt").GetString());
        Assert.True(
            second.GetProperty("endsAt").GetDateTimeOffset() > first.GetProperty("endsAt").GetDateTimeOffset(), "it was not sent again");

        Heal();
        Assert.Equal((0, ""), Run());
        Assert.Equal("[]", Regex.Replace(manager.Get("/api/v2/alerts?active=true"), @"\s", ""));
    }

    [Fact]
    public void A_webhook_gets_each_status_once_signed()
    {
        using var hook = LoopbackServer.Of(200);
        File.WriteAllText(Path.Combine(_folder.FullName, "secret"), "a key\n");
        Configure($"[[alerts.webhook]]\nurl = \"{hook.Address}/in?x=1\"\nsecret_file = \"{_folder.FullName}/secret\"\n");

        Assert.Equal((0, ""), Run());
        Assert.Equal((0, ""), Run());
        Heal();
        Assert.Equal((0, ""), Run());
        Assert.Equal((0, ""), Run());

        SeenRequest[] seen = [.. hook.Seen];
        Assert.Equal(2, seen.Length);
        Assert.All(seen, request =>
        {
            Assert.Equal(("POST", "/in?x=1", "application/json"), (request.Method, request.Path, request.Headers["Content-Type"]));
            Assert.Equal(
                "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("a key"u8, request.Body)), request.Headers["X-Leakstat-Signature"]);
        });
        JsonElement[] bodies = [.. seen.Select(r => JsonDocument.Parse(r.Body).RootElement)];
        Assert.Equal(["firing", "resolved"], bodies.Select(b => b.GetProperty("status").GetString()));
        Assert.Equal(["fw1", "fw2"], bodies[0].GetProperty("hosts").EnumerateArray().Select(h => h.GetString()));
        Assert.Single(bodies.Select(b => b.GetProperty("id").GetString()).Distinct());
        Assert.Equal(bodies[0].GetProperty("event").GetString(), seen[0].Headers["X-Leakstat-Event"]);
        Assert.NotEqual(seen[0].Headers["X-Leakstat-Event"], seen[1].Headers["X-Leakstat-Event"]);
    }

    [Fact]
    public void A_webhook_that_fails_is_told_again_and_the_run_says_so()
    {
        using var hook = LoopbackServer.Of(500, 200);
        Configure($"[[alerts.webhook]]\nurl = \"{hook.Address}\"\n");

        (int code, string error) = Run();
        Assert.Equal(4, code);
        Assert.Contains("1 alert not told to webhook", error, StringComparison.Ordinal);
        Assert.Equal((0, ""), Run());
        Assert.Equal((0, ""), Run());

        Assert.Equal(2, hook.Seen.Count);
        Assert.Single(hook.Seen.Select(r => r.Headers["X-Leakstat-Event"]).Distinct());
    }

    [Fact]
    public void Syslog_over_UDP_is_of_RFC_5424()
    {
        using var listener = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Client.ReceiveTimeout = 20_000;
        Configure($"[[alerts.syslog]]\naddress = \"udp://127.0.0.1:{((IPEndPoint)listener.Client.LocalEndPoint!).Port}\"\nfacility = \"local3\"\n");

        Assert.Equal((0, ""), Run());

        IPEndPoint? from = null;
        string message = Encoding.UTF8.GetString(listener.Receive(ref from));
        Assert.Matches(
            @"^<156>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ leakstat - firing \[leakstat@32473 event=""[0-9a-f]{32}"" id=""[0-9a-f]{32}"" severity=""warning"" kind=""malloc"" subject=""leakmod""\] \uFEFFwarning: .*2 hosts$",
            message);
    }

    [Fact]
    public void Syslog_over_a_local_socket()
    {
        string path = Path.Combine(_folder.FullName, "log");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        listener.Bind(new UnixDomainSocketEndPoint(path));
        Configure($"[[alerts.syslog]]\naddress = \"unix://{path}\"\n");

        Assert.Equal((0, ""), Run());

        byte[] buffer = new byte[4096];
        Assert.StartsWith("<28>1 ", Encoding.UTF8.GetString(buffer, 0, listener.Receive(buffer)), StringComparison.Ordinal);
    }

    [Fact]
    public void Mail_goes_to_a_program_on_its_standard_input()
    {
        string program = Program("cat >\"$0.got\"; echo \"$@\" >\"$0.args\"");
        Configure($"[[alerts.sendmail]]\nprogram = \"{program}\"\nfrom = \"leakstat@example.org\"\nto = [\"a@example.org\", \"b@example.org\"]\n");

        Assert.Equal((0, ""), Run());

        Assert.Equal("-i -t\n", File.ReadAllText(program + ".args"));
        string[] parts = File.ReadAllText(program + ".got").Split("\n\n", 2);
        Assert.Contains("\nTo: a@example.org, b@example.org\n", parts[0], StringComparison.Ordinal);
        Assert.Matches(@"\nSubject: \[leakstat\] warning: .*2 hosts\n", parts[0]);
        Assert.Matches(@"\nMessage-ID: <[0-9a-f]{32}@", parts[0]);
        string body = Encoding.UTF8.GetString(Convert.FromBase64String(parts[1]));
        Assert.Contains("fw1: malloc type leakmod leaks", body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_fails_is_told()
    {
        Configure($"[[alerts.sendmail]]\nprogram = \"{Program("cat >/dev/null; echo no such user >&2; exit 67")}\"\nfrom = \"a@b\"\nto = \"c@d\"\n");

        (int code, string error) = Run();

        Assert.Equal(4, code);
        Assert.Contains("status 67: no such user", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_tells_nobody_and_keeps_nothing()
    {
        using var hook = LoopbackServer.Of(200);
        Configure($"[[alerts.webhook]]\nurl = \"{hook.Address}\"\n");

        CommandRun run = CommandRun.Of(["fleet", _spool.Path, "--alert-config", Config, "--dry-run"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"would tell webhook http://127\.0\.0\.1:\d+: warning: .*2 hosts", run.Error);
        Assert.Empty(hook.Seen);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "alerts.json")));
    }

    [Fact]
    public void An_engine_that_refuses_what_is_written_holds_no_alert_up()
    {
        using var hook = LoopbackServer.Of(200);
        using var engine = LoopbackServer.Of(404);
        Configure($"[[alerts.webhook]]\nurl = \"{hook.Address}\"\n");

        CommandRun run = CommandRun.Of(["fleet", _spool.Path, "--alert-config", Config, "--remote-write", engine.Address]);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("takes no remote write there", run.Error, StringComparison.Ordinal);
        Assert.Single(hook.Seen);
    }

    [Fact]
    public void Where_neither_alerts_nor_samples_arrive_both_are_said()
    {
        using var hook = LoopbackServer.Of(500);
        using var engine = LoopbackServer.Of(404);
        Configure($"[[alerts.webhook]]\nurl = \"{hook.Address}\"\n");

        CommandRun run = CommandRun.Of(["fleet", _spool.Path, "--alert-config", Config, "--remote-write", engine.Address]);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("takes no remote write there", run.Error, StringComparison.Ordinal);
        Assert.Contains("not told to webhook", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silence_is_kept()
    {
        using var hook = LoopbackServer.Of(200);
        Configure($"[[alerts.webhook]]\nurl = \"{hook.Address}\"\n[[alerts.silence]]\nsubject = \"leakmod\"\nuntil = 2999-01-01T00:00:00Z\n");

        Assert.Equal((0, ""), Run());

        Assert.Empty(hook.Seen);
    }

    [Fact]
    public void What_is_wrong_with_the_configuration_is_said()
    {
        File.WriteAllText(Config, "[alerts]\nstate = \"s\"\nsevrity = \"info\"\n");

        (int code, string error) = Run();

        Assert.Equal(2, code);
        Assert.Contains("alerts.toml:3: [alerts] has no sevrity", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    public void Dispose()
    {
        _spool.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Config => Path.Combine(_folder.FullName, "alerts.toml");

    private void Configure(string receivers) => File.WriteAllText(
        Config, $"[alerts]\nstate = \"{_folder.FullName}/alerts.json\"\nlabels = {{ site = \"fra1\" }}\n{receivers}");

    private (int Code, string Error) Run()
    {
        CommandRun run = CommandRun.Of(["fleet", _spool.Path, "--alert-config", Config]);
        return (run.ExitCode, run.Error);
    }

    /// <summary>Both hosts are as one that is judged whole and does not leak.</summary>
    private void Heal()
    {
        foreach (string host in (string[])["fw1", "fw2"])
        {
            Directory.Delete(Path.Combine(_spool.Path, host), recursive: true);
            _spool.Add(host, "samples/freebsd-14.2-leak-malloc-series");
            string[] captures = [.. Directory.GetDirectories(Path.Combine(_spool.Path, host)).Order(StringComparer.Ordinal)];
            foreach (string table in (string[])["vmstat-m.txt", "vmstat-z.txt"])
            {
                foreach (string capture in captures.Skip(1))
                {
                    File.Copy(Path.Combine(captures[0], table), Path.Combine(capture, table), overwrite: true);
                }
            }
        }
    }

    private static JsonElement Active(EngineProcess manager) =>
        Assert.Single(JsonDocument.Parse(manager.Get("/api/v2/alerts?active=true")).RootElement.EnumerateArray());

    private string Program(string script)
    {
        string path = Path.Combine(_folder.FullName, "mailer");
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
