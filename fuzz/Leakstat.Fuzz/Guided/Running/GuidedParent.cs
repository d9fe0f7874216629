using System.Diagnostics;
using Leakstat.Fuzz.Guided.Coverage;
using Leakstat.Fuzz.Guided.Loop;
using Leakstat.Fuzz.Guided.Targets;

namespace Leakstat.Fuzz.Guided.Running;

/// <summary>
/// Makes an instrumented copy of the program, starts it for the targets (again for the rest where an input ends it),
/// and prints a line for each target.
/// </summary>
internal sealed class GuidedParent(GuidedOptions options, IReadOnlyList<GuidedTarget> targets, TextWriter output)
{
    /// <summary>File with the edges, beside the instrumented program.</summary>
    public const string MapFile = "edges.tsv";

    private readonly Lock _lock = new();
    private long _inputs;
    private long _edges;
    private long _reached;
    private int _failures;
    private int _ended;

    /// <summary>Runs; 0 where nothing failed.</summary>
    public int Run()
    {
        string folder = Directory.CreateTempSubdirectory("leakstat-fuzz-").FullName;
        long start = Stopwatch.GetTimestamp();
        try
        {
            Directory.CreateDirectory(options.Failures);
            Instrument(folder);
            Print($"{"target",-22}{"inputs",10}{"per s",8}{"edges reached",20}{"past header",13}{"corpus",8}"
                + $"{"failures",9}");
            Task.WaitAll(Enumerable.Range(0, options.Jobs).Select(job => Task.Run(() => Work(folder, Share(job)))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        if (!options.IsPlant)
        {
            Print($"{_ended} of {targets.Count} targets, {_inputs} inputs, {_reached} of {_edges} edges "
                + $"({Share(_reached, _edges)}), {_failures} failures, "
                + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, seed {options.Seed}");
        }

        return _failures == 0 && _ended == targets.Count ? 0 : 1;
    }

    private List<GuidedTarget> Share(int job) => [.. targets.Where((_, i) => i % options.Jobs == job)];

    private static void Instrument(string folder)
    {
        string from = Path.GetDirectoryName(typeof(GuidedParent).Assembly.Location)!;
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(from, file);
            if (Path.GetExtension(file) is ".dll" or ".json" or ".so" or ".dylib"
                && !relative.StartsWith("Data", StringComparison.Ordinal))
            {
                string to = Path.Combine(folder, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
        }

        var map = new EdgeMap();
        foreach (string assembly in Instrumenter.Assemblies)
        {
            Instrumenter.Copy(Path.Combine(from, assembly), Path.Combine(folder, assembly), map);
        }

        map.Save(Path.Combine(folder, MapFile));
    }

    private void Work(string folder, List<GuidedTarget> left)
    {
        while (left.Count > 0)
        {
            string? begun = null;
            using Process process = Start(folder, left);
            while (process.StandardOutput.ReadLine() is { } line)
            {
                string[] words = line.Split('\t');
                begun = words[0] == "begin" ? words[1] : words[0] is "end" or "plant" ? null : begun;
                Take(words);
            }

            process.WaitForExit();
            string current = GuidedWorker.CurrentFile(folder, process.Id);
            if (begun is null)
            {
                return;
            }

            if (process.ExitCode != GuidedWorker.Hung)
            {
                Crashed(begun, current, process.ExitCode);
            }

            File.Delete(current);
            left.RemoveRange(0, left.FindIndex(t => t.Name == begun) + 1);
        }
    }

    private Process Start(string folder, List<GuidedTarget> left)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            ArgumentList =
            {
                Path.Combine(folder, "Leakstat.Fuzz.dll"), "--guided", string.Join(',', left.Select(t => t.Name)),
                "--instrumented", folder,
            },
        };
        foreach (string option in options.PassedOn.Concat(["--root", options.Root]))
        {
            start.ArgumentList.Add(option);
        }

        // A reader that asks for more falls over here, and not the machine.
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x80000000";
        return Process.Start(start)!;
    }

    private void Crashed(string target, string current, int code)
    {
        byte[] file = File.Exists(current) ? File.ReadAllBytes(current) : new byte[4];
        int length = Math.Clamp(BitConverter.ToInt32(file), 0, file.Length - 4);
        var failure = new GuidedFailure(
            target, options.Seed, Environment.TickCount64, file[4..(4 + length)],
            $"ended the process with code {code}");
        Take(["failure", target, failure.Save(options.Failures), failure.What]);
    }

    private void Take(string[] words)
    {
        lock (_lock)
        {
            switch (words[0])
            {
                case "failure":
                    _failures++;
                    Print($"FAILURE in {words[1]}: {string.Join(' ', words[3..])}\n"
                        + $"  {words[2]} (again: --guided {words[1]} --replay {words[2]})");
                    break;
                case "plant":
                    _ended++;
                    Print($"{words[1],-22} guided {words[3]} inputs (found: {words[4]}), "
                        + $"blind {words[5]} (found: {words[6]}), at {words[2]}");
                    break;
                case "end":
                    End(words[1], [.. words[2..].Select(long.Parse)]);
                    break;
                default:
                    break;
            }
        }
    }

    private void End(string target, long[] n)
    {
        _ended++;
        _inputs += n[0];
        _reached += n[2];
        _edges += n[3];
        Print($"{target,-22}{n[0],10}{n[0] * 1000 / Math.Max(1, n[1]),8}{$"{n[2]} of {n[3]} {Share(n[2], n[3]),6}",20}"
            + $"{Share(n[4], n[0]),13}{n[5],8}{n[6],9}");
    }

    private static string Share(long part, long whole) => whole == 0 ? "–" : $"{100.0 * part / whole:F1} %";

    private void Print(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
