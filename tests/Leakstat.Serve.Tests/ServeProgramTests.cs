#pragma warning disable CA1416 // Modes of files: these tests run where they are.

using System.Diagnostics;

namespace Leakstat.Serve.Tests;

/// <summary><c>leakstat serve</c> becomes the server beside it, and says what it lacks where it cannot.</summary>
public sealed class ServeProgramTests : IDisposable
{
    private static readonly string s_server = Path.Combine(AppContext.BaseDirectory, "leakstat-serve.dll");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-program-");

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_command_hands_over_to_the_server()
    {
        string settings = Path.Combine(_folder.FullName, "leakstat.toml");
        await File.WriteAllTextAsync(settings, "nothing = 1\n", End);

        (int wrong, string toldWrong) = await Run(s_server, null, "serve", "--config", settings, "--check");
        (int right, string toldRight) = await Run(s_server, null, "serve", "--listen", "127.0.0.1:0", "--check");

        Assert.Equal(2, wrong);
        Assert.StartsWith($"leakstat serve: {settings}:1: the top of the file has no nothing", toldWrong, StringComparison.Ordinal);
        Assert.Equal(0, right);
        Assert.Equal("leakstat serve: the settings are in order\n", toldRight);
    }

    [Fact]
    public async Task The_server_is_the_process_that_was_started()
    {
        string store = Path.Combine(_folder.FullName, "fleet.db");
        using Process process = Start(s_server, null, "serve", "--listen", "127.0.0.1:0", "--store", store);

        string? line = await process.StandardError.ReadLineAsync(End);

        Assert.Matches("listening on http://127[.]0[.]0[.]1:[0-9]+; open http://.*/login[?]token=[0-9a-f]{32}$", line);
        Assert.Contains("leakstat-serve.dll", await File.ReadAllTextAsync($"/proc/{process.Id}/cmdline", End), StringComparison.Ordinal);
        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(End);
        Assert.Equal(0, process.ExitCode);
        Assert.True(File.Exists(store));
    }

    [Theory]
    [InlineData("/nowhere", null, "which is not beside this one")]
    [InlineData(null, "/nowhere", "ASP.NET Core 10 runtime, and dotnet is not on PATH")]
    public async Task What_is_missing_is_said(string? server, string? path, string wanted)
    {
        (int code, string told) = await Run(server ?? s_server, path, "serve", "--check");

        Assert.Equal(2, code);
        Assert.Contains(wanted, told, StringComparison.Ordinal);
        Assert.Single(told.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_runtime_without_the_web_is_said()
    {
        string dotnet = Path.Combine(_folder.FullName, "dotnet");
        await File.WriteAllTextAsync(dotnet, "#!/bin/sh\necho 'Microsoft.NETCore.App 10.0.0 [/x]'\n", End);
        Assert.False(OperatingSystem.IsWindows());
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (int code, string told) = await Run(s_server, $"{_folder.FullName}:/usr/bin:/bin", "serve", "--check");

        Assert.Equal(2, code);
        Assert.Contains($"{dotnet} has no Microsoft.AspNetCore.App 10.", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_that_come_with_it_are_in_order()
    {
        string examples = Path.Combine(HostCaptures.Root, "eng/serve/leakstat.toml");

        (int code, string told) = await Run(s_server, null, "serve", "--config", examples, "--check");

        Assert.True(code == 0, told);
        string all = string.Join('\n', (await File.ReadAllLinesAsync(examples, End))
            .Where(l => !l.StartsWith("# ", StringComparison.Ordinal)).Select(l => l.TrimStart('#')));
        using var client = new HttpClient();
        (_, System.Collections.Immutable.ImmutableArray<Engines.Settings.SettingsProblem> problems) =
            Settings.SettingsFile.Read("all", all, client, _ => "a secret"u8.ToArray());
        Assert.Empty(problems);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<(int Code, string Told)> Run(string server, string? path, params string[] arguments)
    {
        using Process process = Start(server, path, arguments);
        string told = await process.StandardError.ReadToEndAsync(End);
        await process.WaitForExitAsync(End);
        return (process.ExitCode, told);
    }

    private Process Start(string server, string? path, params string[] arguments)
    {
        var start = new ProcessStartInfo(TestedProgram.Path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
            Environment = { ["LEAKSTAT_SERVE"] = server },
        };
        if (path is not null)
        {
            // The program itself is told where its runtime is: only what it looks for is missing.
            start.Environment["DOTNET_ROOT_X64"] = DotnetRoot();
            start.Environment.Remove("DOTNET_ROOT");
            start.Environment["PATH"] = path;
        }

        return Process.Start(start)!;
    }

    /// <summary>The folder of the runtime that runs this: <c>ROOT/shared/Microsoft.NETCore.App/VERSION</c>.</summary>
    private static string DotnetRoot() =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
}
