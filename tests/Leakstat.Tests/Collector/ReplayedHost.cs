#pragma warning disable CA1416 // Shells and file modes: these tests run where shells are.
using System.Diagnostics;
using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Collector;

/// <summary>A folder with stand-ins that answer as a recorded host did, and a spool; the collector is run with real shells.</summary>
internal sealed class ReplayedHost : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("leakstat-collector-");

    public ReplayedHost(string release = "14.2")
    {
        RecordedRelease.All.Single(r => r.Name == release).Write(Recording);
        ProcessResult made = Run("sh", [Path.Combine(Given.Root, "tests/replay/host"), Recording, Commands]);
        Assert.True(made.Status == 0, made.Errors);
    }

    /// <summary>The collector.</summary>
    public static string Script { get; } = Path.Combine(Given.Root, "collector", "leakstat-collect");

    public string Recording => Path.Combine(_work.FullName, "recording");

    public string Commands => Path.Combine(_work.FullName, "commands");

    public string Spool => Path.Combine(_work.FullName, "spool");

    /// <summary>Variables besides PATH.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Folders with captures, and archives, in the order of their names.</summary>
    public string[] Captures(string host) => Directory.Exists(Path.Combine(Spool, host))
        ? [.. Directory.EnumerateFileSystemEntries(Path.Combine(Spool, host)).Where(e => Path.GetFileName(e)[0] != '.').Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Replaces a command by a script.</summary>
    public void Replace(string command, string script)
    {
        string file = Path.Combine(Commands, command);
        File.Delete(file);
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Runs the collector into the spool.</summary>
    public ProcessResult Collect(string shell = "dash", params string[] arguments) =>
        Run(shell, [Script, "-d", Spool, .. arguments]);

    /// <summary>Runs the collector's stream.</summary>
    public List<StreamedCapture> Stream(string shell = "dash", params string[] arguments)
    {
        ProcessResult result = Run(shell, [Script, "--stdout", .. arguments]);
        Assert.True(result.Status == 0, result.Errors);
        var reader = new CaptureStreamReader(ReadLimits.Default);
        reader.Push(result.Output);
        reader.End();
        List<StreamedCapture> captures = [];
        while (reader.TryTake(out StreamedCapture? capture))
        {
            captures.Add(capture);
        }

        return captures;
    }

    /// <summary>Runs a program with the stand-ins first on PATH; one that is not installed fails the test.</summary>
    public ProcessResult Run(string program, IReadOnlyList<string> arguments, string? input = null)
    {
        using Process process = Start(program, arguments, input is not null);
        return Finish(process, input);
    }

    public Process Start(string program, IReadOnlyList<string> arguments, bool withInput = false)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = withInput,
            WorkingDirectory = _work.FullName,
        };
        start.Environment["PATH"] = $"{Commands}:{System.Environment.GetEnvironmentVariable("PATH")}";
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static ProcessResult Finish(Process process, string? input = null)
    {
        using var output = new MemoryStream();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }

        process.StandardOutput.BaseStream.CopyTo(output);
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("it did not end");
        }

        return new ProcessResult(process.ExitCode, output.ToArray(), errors.GetAwaiter().GetResult());
    }

    /// <summary>The only capture, unpacked and read as diagnose reads it.</summary>
    public Capture Read()
    {
        SourceSet set = Open();
        Assert.Empty(set.Problems);
        return Assert.Single(Assert.Single(set.Hosts).Captures());
    }

    public SourceSet Open() =>
        SourceSet.Open([FileSystemSource.TryOpen(Spool)!], new NamePool(), ReadLimits.Default, new Zstandard());

    public void Dispose() => _work.Delete(recursive: true);
}

/// <summary>How a program ended.</summary>
internal sealed record ProcessResult(int Status, byte[] Output, string Errors)
{
    public string Text => Encoding.UTF8.GetString(Output);
}
