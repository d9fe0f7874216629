using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Leakstat.Engines.Tests.Parts;

/// <summary>
/// A real program of Debian (victoria-metrics, prometheus, prometheus-alertmanager) on a free loopback port, with its data
/// in a folder of its own; killed, and the folder gone, with the test.
/// </summary>
internal sealed class EngineProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _program;
    private readonly Func<int, string[]> _arguments;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-engine-");
    private Process? _process;

    private EngineProcess(string program, Func<int, string, string[]> arguments)
    {
        _program = program;
        _arguments = port => arguments(port, _folder.FullName);
        Port = FreePort();
    }

    public int Port { get; }

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>VictoriaMetrics, single node, that keeps a hundred years.</summary>
    public static EngineProcess VictoriaMetrics(bool start = true) => Begin(
        new EngineProcess("victoria-metrics", (port, folder) =>
        [
            $"-storageDataPath={folder}/data", $"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y",
            "-search.latencyOffset=0s", "-search.maxUniqueTimeseries=10000000",
        ]),
        "/health",
        start);

    /// <summary>Prometheus with the receiver of remote write.</summary>
    /// <param name="window">The out-of-order window; null for none.</param>
    /// <param name="rules">Files of rules.</param>
    public static EngineProcess Prometheus(string? window = "3650d", params string[] rules)
    {
        var prometheus = new EngineProcess("prometheus", (port, folder) =>
        [
            $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data",
            $"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver",
            "--storage.tsdb.retention.time=100y",
        ]);
        File.WriteAllText(
            Path.Combine(prometheus._folder.FullName, "prometheus.yml"),
            (window is null ? "" : $"storage:\n  tsdb:\n    out_of_order_time_window: {window}\n")
            + (rules.Length == 0 ? "" : "rule_files:\n" + string.Concat(rules.Select(r => $"- {r}\n"))));
        return Begin(prometheus, "/-/ready", start: true);
    }

    /// <summary>Alertmanager.</summary>
    public static EngineProcess Alertmanager()
    {
        var alertmanager = new EngineProcess("prometheus-alertmanager", (port, folder) =>
        [
            $"--config.file={folder}/alertmanager.yml", $"--storage.path={folder}/data",
            $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
        ]);
        File.WriteAllText(
            Path.Combine(alertmanager._folder.FullName, "alertmanager.yml"),
            "route:\n  receiver: nobody\nreceivers:\n- name: nobody\n");
        return Begin(alertmanager, "/-/ready", start: true);
    }

    /// <summary>Skips the test, and says why, where a program is not there.</summary>
    public static void Need(string program, string package) => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program))),
        $"{program} is not there (Debian package {package}; ./test installs it)");

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public string Get(string path)
    {
        using var client = new HttpClient();
        return client.GetStringAsync(Address + path).GetAwaiter().GetResult();
    }

    /// <summary>Starts it, where it was not, or was stopped.</summary>
    public void Start(string ready)
    {
        Process process = Process.Start(new ProcessStartInfo(_program, _arguments(Port))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        _process = process;
        var said = new List<string>();
        foreach (StreamReader reader in (StreamReader[])[process.StandardOutput, process.StandardError])
        {
            _ = Task.Run(async () =>
            {
                while (await reader.ReadLineAsync() is { } line)
                {
                    lock (said)
                    {
                        said.Add(line);
                    }
                }
            });
        }

        using var client = new HttpClient();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = client.GetAsync(Address + ready).GetAwaiter().GetResult();
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            if (process.HasExited || clock.Elapsed > s_patience)
            {
                lock (said)
                {
                    Assert.Fail($"{_program} did not start:\n{string.Join('\n', said.TakeLast(20))}");
                }
            }

            Thread.Sleep(50);
        }
    }

    public void Stop()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Stop();
        _folder.Delete(recursive: true);
    }

    private static EngineProcess Begin(EngineProcess engine, string ready, bool start)
    {
        try
        {
            if (start)
            {
                engine.Start(ready);
            }

            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }
}
