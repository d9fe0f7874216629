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
    [InlineData(1, false)]
    [InlineData(120, true)]
    public void A_reboot_is_planned_from_a_history_long_enough_for_the_forecast(int minutesBetween, bool isPlanned)
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(Leaking(minutesBetween))!;
        FirstAidStep now = FirstAidPlan.Of(report)!.Now;

        Assert.Contains(report.Findings, f => f is { Rule: "LS0101", Exhaustion: not null });
        Assert.Equal(isPlanned, now.Text.Contains("then reboot before", StringComparison.Ordinal));
        Assert.Equal(!isPlanned, now.Text.Contains("too short to plan by", StringComparison.Ordinal));
    }

    /// <summary>A type that gains 40 MiB an hour or, where captures are far apart, a little: 16 GiB last for days.</summary>
    private static IEnumerable<Capture> Leaking(int minutesBetween)
    {
        var start = new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero);
        for (int i = 0; i < 24; i++)
        {
            long count = 1000 + ((long)i * minutesBetween * 700);
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
