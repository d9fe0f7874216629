using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>A collector that stands still stores one state again and again: nothing was judged over time.</summary>
public sealed class FrozenGapTests
{
    [Fact]
    public void Looks_ten_minutes_apart_that_all_are_one_state_are_no_looks()
    {
        Capture first = Given.CaptureFolder(Given.Data("freebsd-14.2-healthy-load-series/01"));
        Capture[] same = [.. Enumerable.Range(0, 3).Select(i => At(first, first.TakenAt!.Value.AddMinutes(10 * i)))];

        Assert.True(IsFrozen("vmstat -z", same));
        Assert.True(IsFrozen("vmstat -m", same));
        Assert.False(IsFrozen("vmstat -m", same[..2]));
    }

    [Fact]
    public void One_table_that_stands_still_while_the_other_moves_is_named()
    {
        Capture first = Given.CaptureFolder(Given.Data("freebsd-14.2-healthy-load-series/01"));
        Capture second = Given.CaptureFolder(Given.Data("freebsd-14.2-healthy-load-series/02"));
        Capture stale = At(second, first.TakenAt!.Value.AddHours(1)) with { MallocTypes = first.MallocTypes };

        Assert.True(IsFrozen("vmstat -m", first, stale));
        Assert.False(IsFrozen("vmstat -z", first, stale));
    }

    [Theory]
    [InlineData("freebsd-14.2-healthy-load-series/01", 1.0, true)]
    [InlineData("freebsd-14.2-healthy-load-series/01", 0.1, false)]
    [InlineData("freebsd-14.2-healthy-load-series/02", 1.0, false)]
    public void The_same_state_at_another_hour_is_no_second_look(string second, double hours, bool isFrozen)
    {
        Capture first = Given.CaptureFolder(Given.Data("freebsd-14.2-healthy-load-series/01"));
        Capture again = At(Given.CaptureFolder(Given.Data(second)), first.TakenAt!.Value.AddHours(hours));

        Assert.Equal(isFrozen, IsFrozen("vmstat -z", first, again));
    }

    private static Capture At(Capture capture, DateTimeOffset time) =>
        capture with { TakenAt = time, Host = capture.Host with { UptimeSeconds = null } };

    private static bool IsFrozen(string command, params Capture[] captures) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose(captures)!.Verdict.Missing.Any(
            gap => gap.Command == command && gap.Text.Contains("running totals moved", StringComparison.Ordinal));
}
