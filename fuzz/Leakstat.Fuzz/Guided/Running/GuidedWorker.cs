using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using Leakstat.Fuzz.Guided.Coverage;
using Leakstat.Fuzz.Guided.Loop;
using Leakstat.Fuzz.Guided.Targets;

namespace Leakstat.Fuzz.Guided.Running;

/// <summary>
/// Runs targets in a process of its own, with instrumented assemblies, and tells in lines of words parted by tabs what
/// came of it: <c>begin</c>, <c>failure</c>, <c>plant</c>, <c>end</c>.
/// </summary>
internal sealed class GuidedWorker(GuidedOptions options, IReadOnlyList<GuidedTarget> targets, TextWriter output)
{
    /// <summary>Exit code of a process that an input kept too long.</summary>
    public const int Hung = 3;

    /// <summary>Bytes of the file that holds the input that is read now, so that it outlives the process.</summary>
    public const int CurrentBytes = 1 << 20;

    private readonly EdgeMap _map = EdgeMap.Load(Path.Combine(options.Instrumented!, GuidedParent.MapFile));
    private GuidedTarget? _target;
    private byte[]? _input;
    private long _since;

    /// <summary>Name of that file.</summary>
    public static string CurrentFile(string folder, int process) => Path.Combine(folder, $"current-{process}");

    /// <summary>Runs them, one after another.</summary>
    public int Run()
    {
        new Thread(Watch) { IsBackground = true }.Start();
        using var file = MemoryMappedFile.CreateFromFile(
            CurrentFile(options.Instrumented!, Environment.ProcessId), FileMode.Create, null, CurrentBytes);
        using MemoryMappedViewAccessor current = file.CreateViewAccessor();
        int failures = 0;
        foreach (GuidedTarget target in targets)
        {
            Tell("begin", target.Name);
            _target = target;
            failures += options.IsPlant ? Plant(target, current) : Fuzz(target, current);
            Interlocked.Exchange(ref _input, null);
        }

        return failures == 0 ? 0 : 1;
    }

    private int Fuzz(GuidedTarget target, MemoryMappedViewAccessor current)
    {
        GuidedLoop loop = Loop(target, new GuidedBounds(options.Seed, options.Inputs, options.Time), current);
        loop.Run(GuidedCorpus.Load(Path.Combine(options.Corpus, target.FileName + ".zip")));
        foreach (GuidedFailure failure in loop.Failures)
        {
            Tell("failure", target.Name, failure.Save(options.Failures), failure.What.Split('\n')[0]);
        }

        Tell(
            "end", target.Name, loop.Done, (long)loop.Took.TotalMilliseconds, loop.Found.Count, loop.Edges, loop.Passed,
            loop.Corpus.All.Count, loop.Failures.Count);
        if (options.Save is { } folder)
        {
            GuidedCorpus.Save(Path.Combine(folder, target.FileName + ".zip"), loop.Smallest(64, 24 << 10));
            File.WriteAllLines(
                Path.Combine(options.Failures, target.FileName + ".missed"),
                _map.Of(target.Covers).Except(loop.Found.Select(f => f.Edge)).Select(e => $"{_map.Sites[e]}"));
        }

        return loop.Failures.Count;
    }

    /// <summary>
    /// The edge that took longest to come to is where a fault would be hardest to find; then, with another seed, how
    /// many inputs it takes to come to it, guided and blind.
    /// </summary>
    private int Plant(GuidedTarget target, MemoryMappedViewAccessor current)
    {
        var bounds = new GuidedBounds(options.Seed, options.Inputs, options.Time);
        GuidedLoop scout = Loop(target, bounds, current);
        scout.Run([]);
        (int edge, long input) = scout.Found.LastOrDefault(f => f.Input > 0);
        if (input == 0)
        {
            Tell("plant", target.Name, "no edge that well-formed inputs do not reach", 0, 0, 0, 0);
            return 0;
        }

        bounds = bounds with { Seed = options.Seed + 1, PlantedEdge = edge, Inputs = Math.Max(input * 8, 200_000) };
        GuidedLoop guided = Loop(target, bounds, current);
        guided.Run([]);
        GuidedLoop blind = Loop(target, bounds with { IsBlind = true }, current);
        blind.Run([]);
        Tell(
            "plant", target.Name, $"{_map.Sites[edge].Type} {_map.Sites[edge].Place}", guided.Done, guided.IsPlantFound,
            blind.Done, blind.IsPlantFound);
        return 0;
    }

    private GuidedLoop Loop(GuidedTarget target, GuidedBounds bounds, MemoryMappedViewAccessor current) =>
        new(target, _map, bounds with { IsBlind = bounds.IsBlind || options.IsBlind })
        {
            Begins = input =>
            {
                current.Write(0, input.Length);
                current.WriteArray(4, input, 0, Math.Min(input.Length, CurrentBytes - 4));
                Interlocked.Exchange(ref _since, Stopwatch.GetTimestamp());
                Interlocked.Exchange(ref _input, input);
            },
        };

    private void Watch()
    {
        while (true)
        {
            Thread.Sleep(200);
            long since = Interlocked.Read(ref _since);
            if (Volatile.Read(ref _input) is { } input && Stopwatch.GetElapsedTime(since) > options.InputTime
                && since == Interlocked.Read(ref _since))
            {
                // A thread cannot be stopped, so that the process ends; another goes on with the next target.
                var failure = new GuidedFailure(
                    _target!.Name, options.Seed, since, input, $"took longer than {options.InputTime.TotalSeconds} s");
                Tell("failure", _target.Name, failure.Save(options.Failures), failure.What);
                Environment.Exit(Hung);
            }
        }
    }

    private void Tell(params object[] words)
    {
        lock (output)
        {
            output.WriteLine(string.Join('\t', words));
            output.Flush();
        }
    }
}
