using System.Diagnostics;
using System.Globalization;

namespace Leakstat.Tests.Hostile;

/// <summary>
/// A folder whose disk fails at one call: the program, as a process of its own, with <c>tests/faults/faults.c</c> between it
/// and the system. One seam for all that it writes, reports and SQLite's files alike.
/// </summary>
public sealed class FaultyDisk : IDisposable
{
    public const int NoSpace = 28;
    public const int InputOutput = 5;
    public const int Interrupted = 4;

    /// <summary>A write takes half of its bytes.</summary>
    public const int ShortWrite = 0;

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("leakstat-faults-");
    private readonly string _library;

    public FaultyDisk()
    {
        _library = Path.Combine(_work.FullName, "faults.so");
        using Process cc = Process.Start("cc", ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", _library, Path.Combine(Given.Root, "tests/faults/faults.c"), "-ldl"]);
        cc.WaitForExit();
        Assert.Equal(0, cc.ExitCode);
    }

    /// <summary>What lies in it fails.</summary>
    public string Folder => Path.Combine(_work.FullName, "disk");

    /// <summary>What lies here does not.</summary>
    public string Beside(string name) => Path.Combine(_work.FullName, name);

    /// <summary>Every file on the disk, by its path there.</summary>
    public string[] Files =>
        [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal)];

    /// <summary>Makes it anew, with nothing on it.</summary>
    public void Clear()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }

        Directory.CreateDirectory(Folder);
    }

    /// <summary>Runs leakstat, and lets one call fail.</summary>
    /// <param name="arguments">What stands after <c>leakstat</c>.</param>
    /// <param name="at">Which call; 0 for none.</param>
    /// <param name="error">With what.</param>
    /// <param name="missing">Name, or a part of it, of libraries that are not there.</param>
    public FaultyRun Run(string[] arguments, int at = 0, int error = NoSpace, string? missing = null)
    {
        string log = Beside("calls");
        File.Delete(log);
        var start = new ProcessStartInfo(TestedProgram.Path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = _work.FullName,
            Environment =
            {
                ["LD_PRELOAD"] = _library,
                ["FAULT_FOLDER"] = Folder,
                ["FAULT_LOG"] = log,
                ["FAULT_AT"] = at.ToString(CultureInfo.InvariantCulture),
                ["FAULT_ERROR"] = error.ToString(CultureInfo.InvariantCulture),
                ["FAULT_LIBRARY"] = missing,
                ["LC_ALL"] = "C.UTF-8",
            },
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(120_000), $"{string.Join(' ', arguments)} did not end");
        process.WaitForExit();
        string[] calls = File.Exists(log) ? File.ReadAllLines(log) : [];
        return new FaultyRun(process.ExitCode, output.Result, errors.Result, calls, calls.Length >= at && at > 0 ? calls[at - 1] : "");
    }

    public void Dispose() => _work.Delete(recursive: true);
}

/// <summary>What a run did.</summary>
/// <param name="ExitCode">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Calls">The calls that change files, one after another.</param>
/// <param name="Failed">The one that failed.</param>
public sealed record FaultyRun(int ExitCode, string Output, string Error, string[] Calls, string Failed);
