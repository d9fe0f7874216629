using Leakstat.Fuzz.Guided.Targets;

namespace Leakstat.Fuzz.Guided.Running;

/// <summary>The program was asked for what there is not.</summary>
/// <param name="message">For the user.</param>
public sealed class GuidedOptionException(string message) : Exception(message);

/// <summary>What <c>--guided</c> is asked to do.</summary>
public sealed record GuidedOptions
{
    /// <summary>The options in one line each.</summary>
    public const string Usage = """
        usage: Leakstat.Fuzz --guided TARGET[,TARGET…]|all [OPTIONS]
          --list             names the targets
          --seconds N        for each target (60)
          --inputs N         for each target at most
          --seed N           the same seed and number of inputs make the same inputs (1)
          --jobs N           processes at a time (1)
          --corpus DIR       inputs to begin with, an archive for each target (fuzz/corpus)
          --save DIR         writes there what is small and reaches all that was reached
          --failures DIR     where inputs are put that failed (fuzz-failures)
          --input-seconds N  what one input may take (20)
          --blind            nothing is kept of what inputs reach: for comparison
          --plant            thinks of a fault at the hardest edge of each reader, and counts the inputs to find it
          --replay FILE      has the target read one file
          --minimise FILE    makes a file that fails smaller as long as it fails in the same way
          --root DIR         the repository (that above the current folder)
        """;

    /// <summary>Names of targets, or <c>all</c>.</summary>
    public required string Targets { get; init; }

    /// <summary>Options that are passed on to the processes which do the work.</summary>
    public required IReadOnlyList<string> PassedOn { get; init; }

    public long Inputs { get; init; } = long.MaxValue;

    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan InputTime { get; init; } = TimeSpan.FromSeconds(20);

    public ulong Seed { get; init; } = 1;

    public int Jobs { get; init; } = 1;

    public required string Root { get; init; }

    public required string Corpus { get; init; }

    public string? Save { get; init; }

    public string Failures { get; init; } = "fuzz-failures";

    public string? Replay { get; init; }

    public string? Minimise { get; init; }

    /// <summary>Folder of the instrumented program; null in the process that starts others.</summary>
    public string? Instrumented { get; init; }

    public bool IsList { get; init; }

    public bool IsBlind { get; init; }

    public bool IsPlant { get; init; }

    /// <summary>Reads them; fails with <see cref="GuidedOptionException"/> on what is none.</summary>
    public static GuidedOptions Parse(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        List<string> passedOn = [];
        for (int i = 0; i < args.Count; i++)
        {
            bool isFlag = args[i] is "--list" or "--blind" or "--plant";
            if (!isFlag && i + 1 == args.Count)
            {
                throw new GuidedOptionException($"{args[i]} takes a value\n{Usage}");
            }

            values[args[i]] = isFlag ? "" : args[i + 1];
            if (args[i] is not "--guided" and not "--jobs")
            {
                passedOn.AddRange(isFlag ? [args[i]] : [args[i], args[i + 1]]);
            }

            i += isFlag ? 0 : 1;
        }

        string? Take(string name) => values.Remove(name, out string? value) ? value : null;
        string root = Take("--root") ?? GuidedTargets.RootAbove(Directory.GetCurrentDirectory())
            ?? throw new GuidedOptionException("not within the repository; say where it is: --root DIR");
        var options = new GuidedOptions
        {
            Targets = Take("--guided") ?? "all",
            PassedOn = passedOn,
            Root = root,
            Corpus = Take("--corpus") ?? Path.Combine(root, "fuzz", "corpus"),
            Inputs = long.Parse(Take("--inputs") ?? $"{long.MaxValue}"),
            Time = TimeSpan.FromSeconds(double.Parse(Take("--seconds") ?? "60")),
            InputTime = TimeSpan.FromSeconds(double.Parse(Take("--input-seconds") ?? "20")),
            Seed = ulong.Parse(Take("--seed") ?? "1"),
            Jobs = Math.Max(1, int.Parse(Take("--jobs") ?? "1")),
            Save = Take("--save"),
            Failures = Take("--failures") ?? "fuzz-failures",
            Replay = Take("--replay"),
            Minimise = Take("--minimise"),
            Instrumented = Take("--instrumented"),
            IsList = Take("--list") is not null,
            IsBlind = Take("--blind") is not null,
            IsPlant = Take("--plant") is not null,
        };
        return values.Count == 0
            ? options
            : throw new GuidedOptionException($"unknown option {values.Keys.First()}\n{Usage}");
    }
}
