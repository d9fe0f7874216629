using System.Globalization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>What to do now follows from what was seen, and for how long it was seen.</summary>
public sealed class FirstAidTests
{
    [Theory]
    [InlineData(1, 700, "too short to plan by")]
    [InlineData(120, 700, "then reboot before")]
    [InlineData(120, 7, "there is room for")]
    public void A_reboot_is_planned_from_a_history_long_enough_for_an_end_that_is_near(
        int minutesBetween, int blocksPerMinute, string expected)
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load())
            .Diagnose(Leaking(minutesBetween, blocksPerMinute))!;
        FirstAidStep now = FirstAidPlan.Of(report)!.Now;

        Assert.Contains(report.Findings, f => f is { Rule: "LS0101", Exhaustion: not null });
        Assert.Contains(expected, now.Text, StringComparison.Ordinal);
    }

    /// <summary>A type whose blocks have 1 KiB each, on a host with 16 GiB of which half are free.</summary>
    private static IEnumerable<Capture> Leaking(int minutesBetween, int blocksPerMinute)
    {
        var start = new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero);
        for (int i = 0; i < 24; i++)
        {
            long count = 1000 + ((long)i * minutesBetween * blocksPerMinute);
            yield return Given.Capture(
                ("manifest.json", "{\"host\": \"fw\", \"takenAt\": \"" + start.AddMinutes(i * minutesBetween).ToString(
                    "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) + "\"}"),
                ("sysctl.txt", "hw.physmem: 17179869184\nvm.stats.vm.v_page_size: 4096\nvm.stats.vm.v_page_count: 4194304\n"
                    + "vm.stats.vm.v_free_count: 2000000\nvm.stats.vm.v_wire_count: 900000\n"),
                ("vmstat-m.txt", "         Type InUse MemUse HighUse Requests  Size(s)\n"
                    + $"      leakmod {count}  {count}K       -  {count}  1024\n"
                    + "       devbuf  4422  9981K       -     5011  16,32,64\n"));
        }
    }
}
