using System.Diagnostics;
using System.Globalization;

namespace Leakstat.Tests;

/// <summary>A real sshd on loopback; 127.0.0.1 to 127.0.0.N answer as a recorded host did.</summary>
public sealed class LoopbackHosts : IDisposable
{
    public const int Count = 12;

    private static readonly string s_root = FindRoot();

    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-sshd-").FullName;

    public LoopbackHosts()
    {
        for (int attempt = 0; ; attempt++)
        {
            string folder = Path.Combine(_folder, $"{attempt}");
            Directory.CreateDirectory(folder);
            int port = 20_000 + Random.Shared.Next(20_000);
            (int status, string output, string errors) = Run(
                "sh", Path.Combine(s_root, "tests/replay/sshd"), folder, Path.Combine(s_root, "tests/data/freebsd-14.2-leak-malloc-series/01"), $"{Count}", $"{port}");
            if (status == 0 && int.TryParse(output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int started))
            {
                Port = started;
                Folder = folder;
                return;
            }

            Assert.True(attempt < 5, "sshd did not start (openssh-server is installed by ./test): " + errors);
        }
    }

    public int Port { get; }

    public string Folder { get; } = "";

    public string Spool(string name) => Path.Combine(_folder, "spool-" + name);

    /// <summary>The target of a host.</summary>
    public string Target(int host) => $"ssh://{Environment.UserName}@127.0.0.{host}:{Port}";

    /// <summary>The ssh command whose configuration knows the host key, another one, none, or has another login.</summary>
    public string Ssh(string known = "known") => $"ssh -F {Folder}/ssh_config.{known}";

    /// <summary>Says what a host does.</summary>
    public void Set(int host, string behaviour) => File.WriteAllText(Path.Combine(Folder, "hosts", $"127.0.0.{host}"), behaviour + "\n");

    public void Dispose()
    {
        string pid = Path.Combine(Folder, "pid");
        if (File.Exists(pid))
        {
            Run("kill", File.ReadAllText(pid).Trim());
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string FindRoot()
    {
        string at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Leakstat.slnx")))
        {
            at = Path.GetDirectoryName(at) ?? throw new DirectoryNotFoundException("the repository is not above the tests");
        }

        return at;
    }

    public static (int Status, string Output, string Errors) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Wait(2000) ? errors.Result : "");
    }
}
