using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>A collector that stands still stores one state again and again: nothing was judged over time.</summary>
public sealed class FrozenGapTests
{
    [Theory]
    [InlineData("freebsd-14.2-healthy-load-series/01", 1.0, true)]
    [InlineData("freebsd-14.2-healthy-load-series/01", 0.1, false)]
    [InlineData("freebsd-14.2-healthy-load-series/02", 1.0, false)]
    public void The_same_state_at_another_hour_is_no_second_look(string second, double hours, bool isFrozen)
    {
        Capture first = Given.CaptureFolder(Given.Data("freebsd-14.2-healthy-load-series/01"));
        Capture again = Given.CaptureFolder(Given.Data(second)) with { TakenAt = first.TakenAt!.Value.AddHours(hours) };
        again = again with { Host = again.Host with { UptimeSeconds = null } };

        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([first, again])!;

        Assert.Equal(
            isFrozen,
            report.Verdict.Missing.Any(gap => gap.Text.Contains("running totals moved", StringComparison.Ordinal)));
    }
}
