using Leakstat.Fuzz.Mutilations;
using System.Diagnostics;
using Leakstat.Fuzz;
using Leakstat.Fuzz.Dumps;
using Leakstat.Fuzz.Guided.Running;
using Leakstat.Fuzz.Scaling;

// fuzz --guided TARGET|all […]: what --guided alone prints; or
// fuzz [--count N] [--seed N] [--first N] [--jobs N] [--corpus FOLDER | --dump all|dump|kernel | --mutilate FOLDERS | --scale BYTES]
if (args.Contains("--guided"))
{
    return GuidedProgram.Run(args, Console.Out);
}

long count = 100_000;
ulong seed = 1;
long first = 0;
int jobs = 2;
string corpusFolder = "tests/data";
DumpParts? parts = null;
MutilationTarget? mutilations = null;
for (int i = 0; i + 1 < args.Length; i += 2)
{
    switch (args[i])
    {
        case "--count":
            count = long.Parse(args[i + 1]);
            break;
        case "--seed":
            seed = ulong.Parse(args[i + 1]);
            break;
        case "--first":
            first = long.Parse(args[i + 1]);
            break;
        case "--jobs":
            jobs = int.Parse(args[i + 1]);
            break;
        case "--corpus":
            corpusFolder = args[i + 1];
            break;
        case "--mutilate":
            mutilations = MutilationTarget.Load(args[i + 1].Split(','));
            break;
        case "--scale":
            return Scale(int.Parse(args[i + 1]));
        case "--dump":
            parts = Enum.Parse<DumpParts>(args[i + 1], ignoreCase: true);
            break;
        default:
            Console.Error.WriteLine($"unknown option {args[i]}; known: --count --seed --first --jobs --corpus --dump --mutilate --scale");
            return 2;
    }
}

long start = Stopwatch.GetTimestamp();
using DumpTarget? dumps = parts is { } chosen ? new DumpTarget(chosen) : null;
var run = mutilations is not null ? new FuzzRun(mutilations, seed)
    : dumps is null ? new FuzzRun(Corpus.Load(corpusFolder), seed)
    : new FuzzRun(dumps, seed);
IReadOnlyList<Failure> failures = run.Run(first, count, jobs, done =>
{
    if (!Console.IsErrorRedirected)
    {
        Console.Error.Write($"\r{done} of {count}");
    }
});
foreach (Failure failure in failures)
{
    Console.WriteLine($"input {failure.Number} (again: --seed {seed} --first {failure.Number} --count 1): {failure.What}");
}

foreach ((MutilationKind kind, (int all, int same)) in mutilations?.Counts.OrderBy(c => c.Key) ?? Enumerable.Empty<KeyValuePair<MutilationKind, (int, int)>>())
{
    Console.WriteLine($"{kind}: {same} of {all} read as they were ({100.0 * same / all:F1} %)");
}

Console.WriteLine(
    $"{run.Done} inputs, seed {seed}, {failures.Count} failures{(dumps is null ? "" : $", {dumps.Opened} opened, {dumps.Walked} walked")}, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, "
    + $"{Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB at most");
return failures.Count == 0 ? 0 : 1;

// Every kind of input at 1x, 2x, 4x and 8x that size; 4194304 for the whole run.
static int Scale(int least)
{
    int failed = 0;
    foreach (string input in ScalingInputs.All.Keys)
    {
        string? tooFast = new ScalingRun(least, steps: 3).Measure(
            input, p => Console.WriteLine($"{p.Input}\t{p.Job}\t{p.Bytes}\t{p.Time.TotalSeconds:F2} s\t{p.Allocated >> 20} MiB"));
        failed += tooFast is null ? 0 : 1;
        Console.WriteLine(tooFast is null ? "" : $"TOO FAST GROWING: {tooFast}\n");
    }

    return failed == 0 ? 0 : 1;
}
