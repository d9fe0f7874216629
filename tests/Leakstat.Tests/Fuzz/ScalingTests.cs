using Leakstat.Fuzz.Scaling;

namespace Leakstat.Tests.Fuzz;

/// <summary>Time per byte stays what it is as inputs grow: no reader, rule or scrub looks at all of one thing for each of another.</summary>
[Trait("Takes", "long")]
[Collection(nameof(Alone))]
public sealed class ScalingTests
{
    public static TheoryData<string> Inputs => [.. ScalingInputs.All.Keys];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void TimeGrowsAsTheInputDoes(string input)
    {
        var run = new ScalingRun(LongRuns.Times(64 << 10, 4 << 20), steps: 3);
        List<ScalingPoint> points = [];
        string? tooFast = run.Measure(input, points.Add);
        Assert.True(tooFast is null, $"{tooFast}\n{string.Join('\n', points)}");
        Assert.Equal(8, points.Count);
    }
}

/// <summary>Tests of processor time, which is counted for the whole process: none runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
