using System.Diagnostics;
using System.Text;
using Leakstat.Cli;
using Leakstat.Cli.Hosting;

namespace Leakstat.Tests;

/// <summary>
/// The program that tests run. <c>./test</c> names the native one in <c>LEAKSTAT_PROGRAM</c>, as users run it; without that,
/// for quick turns, it is the one built beside the tests, and a single run is a call in this process.
/// </summary>
internal static class TestedProgram
{
    private static readonly string? s_given = Environment.GetEnvironmentVariable("LEAKSTAT_PROGRAM");

    /// <summary>What no run of a test takes: a program that waits for ever fails its test and holds up no others.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    /// <summary>The program's path, for tests that start it themselves.</summary>
    public static string Path { get; } = s_given is { Length: > 0 } ? s_given : System.IO.Path.Combine(AppContext.BaseDirectory, "leakstat");

    /// <summary>Runs it to its end. On a terminal, which only this process can pretend to be, it is always a call.</summary>
    /// <param name="arguments">What stands after <c>leakstat</c>.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="folder">The folder it is started in.</param>
    /// <param name="hasColor">Whether standard output is a terminal with colours.</param>
    /// <param name="isErrorTerminal">Whether standard error is a terminal.</param>
    public static (int ExitCode, string Output, string Error) Run(
        string[] arguments, string input, string folder, bool hasColor = false, bool isErrorTerminal = false) =>
        s_given is not { Length: > 0 } || hasColor || isErrorTerminal
            ? Call(arguments, input, hasColor, isErrorTerminal)
            : Start(arguments, input, folder);

    private static (int ExitCode, string Output, string Error) Call(string[] arguments, string input, bool hasColor, bool isErrorTerminal)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        int code = CommandLine.Run(
            arguments,
            new Terminal
            {
                Output = output,
                Error = error,
                Input = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
                HasColor = hasColor,
                IsErrorTerminal = isErrorTerminal,
            });
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private static (int ExitCode, string Output, string Error) Start(string[] arguments, string input, string folder)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardErrorEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            UseShellExecute = false,
            WorkingDirectory = folder,
            Environment = { ["LC_ALL"] = "C.UTF-8", ["COLUMNS"] = "80" },
        }) ?? throw new InvalidOperationException($"{Path} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it, as it may.
        }

        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"leakstat {string.Join(' ', arguments)} did not end within {s_limit}");
        }

        process.WaitForExit(); // for what stands in the pipes yet
        return (process.ExitCode, output.Result, error.Result);
    }
}
