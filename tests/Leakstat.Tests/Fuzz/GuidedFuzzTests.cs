using System.Globalization;
using System.Text.RegularExpressions;
using Leakstat.Fuzz.Guided.Running;
using Leakstat.Fuzz.Guided.Targets;

namespace Leakstat.Tests.Fuzz;

/// <summary>Every reader, fuzzed by what code its inputs reach (fuzz/README.md), for a short time.</summary>
[Trait("Takes", "long")]
public sealed class GuidedFuzzTests : IDisposable
{
    private readonly string _failures = Directory.CreateTempSubdirectory("leakstat-guided-").FullName;

    public void Dispose() => Directory.Delete(_failures, recursive: true);

    [Fact]
    public void Every_reader_survives_what_reaches_furthest_into_it()
    {
        string printed = Run(0, "all", "--seconds", LongRuns.AreWanted ? "30" : "0.6", "--jobs", "2");

        Match sum = Regex.Match(printed, @"(\d+) of (\d+) targets, (\d+) inputs, (\d+) of (\d+) edges .*, 0 failures");
        Assert.True(sum.Success, printed);
        long[] numbers = [.. sum.Groups.Values.Skip(1).Select(g => long.Parse(g.Value, CultureInfo.InvariantCulture))];
        Assert.Equal(GuidedTargets.All(Given.Root).Count, numbers[0]);
        Assert.Equal(numbers[1], numbers[0]);
        Assert.True(numbers[3] * 2 > numbers[4], printed);
    }

    [Fact]
    public void A_fault_behind_three_words_is_found_by_what_is_reached_and_not_blindly()
    {
        Assert.Contains("the planted fault", Run(1, "planted", "--inputs", "8000", "--seconds", "170"));
        Assert.DoesNotContain(
            "the planted fault", Run(0, "planted", "--inputs", "8000", "--seconds", "170", "--blind"));
    }

    [Fact]
    public void The_same_seed_and_number_of_inputs_reach_the_same()
    {
        string[] printed =
        [
            .. Enumerable.Range(0, 2).Select(_ => Run(0, "uptime/text,ctf", "--inputs", "2000", "--seed", "7")),
        ];
        string[][] counts =
        [
            .. printed.Select(p => Regex.Matches(p, @"(\d+) of (\d+) +\d+\.\d %").Select(m => m.Value).ToArray()),
        ];
        Assert.Equal(2, counts[0].Length);
        Assert.Equal(counts[0], counts[1]);
    }

    private string Run(int code, string targets, params string[] options)
    {
        using var output = new StringWriter();
        int got = GuidedProgram.Run(
            ["--guided", targets, .. options, "--root", Given.Root, "--failures", _failures, "--input-seconds", "170"],
            output);
        Assert.True(got == code, output.ToString());
        return output.ToString();
    }
}
