using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Knowledge;
using Leakstat.Reports.Views.Findings;
using Leakstat.Tests.Diagnosis.Verdicts;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>Messages that become more from capture to capture, while little is in use at each: bursts meet the limit.</summary>
public sealed class LimitMetAgainTests
{
    private const string Full = "kern.maxfiles limit exceeded by uid 1001, (httpd) please see tuning(7).\n";
    private const string Zone = "[zone: socket] kern.ipc.maxsockets limit reached\n";

    [Theory]
    [InlineData(Full, "LS0213", "the table of open files was full, again and again")]
    [InlineData(Zone, "LS0204", "zone socket reached its limit since boot, again and again: kern.ipc.maxsockets limit reached")]
    public void A_limit_that_is_met_between_all_captures_is_not_over(string message, string rule, string title)
    {
        DiagnosisReport report = Diagnose(hour => Times(message, (4 * hour) + 1), hours: 6);

        Finding finding = Assert.Single(report.Findings, f => f.Rule == rule);
        Assert.Equal((title, false, false), (finding.Title, finding.IsPast, finding.MayBePast));
        Assert.Contains(
            finding.Evidence, e => e.Text.StartsWith("20 more such messages since the capture of 2026-11-20 00:00", StringComparison.Ordinal));
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("4 of them between 2026-11-20 04:00", StringComparison.Ordinal));
        Assert.EndsWith("meets a limit again and again, between the captures.", Headline.Of(report).Text, StringComparison.Ordinal);
        Assert.StartsWith("this takes effect at once", FirstAidPlan.Of(report)!.Now.Text, StringComparison.Ordinal);
    }

    /// <summary>No message came in between, or all at one time, or none for long.</summary>
    [Theory]
    [InlineData(24, "3 3 3 3")]
    [InlineData(24, "0 0 3 3")]
    [InlineData(24, "1 2 4 4")]
    public void What_came_once_or_long_ago_is_over(int hours, string first)
    {
        int[] counts = [.. first.Split(' ').Select(int.Parse)];
        DiagnosisReport report = Diagnose(hour => Times(Full, counts[Math.Min(hour, counts.Length - 1)]), hours);

        Assert.True(Assert.Single(report.Findings, f => f.Rule == "LS0213").IsPast);
    }

    [Fact]
    public void Bursts_once_a_day_go_on_between_two_of_them()
    {
        DiagnosisReport report = Diagnose(hour => Times(Full, 1 + (hour / 24)), hours: 60);

        Assert.False(Assert.Single(report.Findings, f => f.Rule == "LS0213").IsPast);
    }

    [Fact]
    public void A_buffer_that_lost_as_many_as_came_tells_them_by_its_other_lines()
    {
        string[] lines = [.. Enumerable.Range(0, 60).Select(i => i % 5 == 0 ? Full : $"em0: link state {i}\n")];
        DiagnosisReport report = Diagnose(hour => string.Concat(lines.Skip(hour * 5).Take(30)), hours: 6, isWhole: true);

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0213");
        Assert.False(finding.IsPast);
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("5 more such messages", StringComparison.Ordinal));
    }

    [Fact]
    public void Messages_with_a_time_are_told_apart_by_it()
    {
        DiagnosisReport report = Diagnose(
            hour => string.Concat(Enumerable.Range(hour, 2).Select(i => $"[{3600 * (i + 1)}] {Full}")), hours: 6, isWhole: true);

        Assert.False(Assert.Single(report.Findings, f => f.Rule == "LS0213").IsPast);
    }

    [Fact]
    public void A_log_that_reaches_further_back_than_the_buffer_brings_nothing_new()
    {
        DiagnosisReport report = Diagnose(
            hour => Times(Full, 1),
            hours: 3,
            log: hour => hour < 2 ? null : Times("Nov 20 01:00:00 fw kernel: " + Full, 9));

        Assert.True(Assert.Single(report.Findings, f => f.Rule == "LS0213").IsPast);
    }

    [Fact]
    public void A_reboot_begins_anew()
    {
        DiagnosisReport report = Diagnose(hour => Times(Full, hour < 3 ? 0 : 3), hours: 5, boot: hour => hour < 3 ? 0 : 9000);

        Assert.DoesNotContain(report.Findings, f => f.IsMetAgain);
    }

    private static string Times(string message, int times) => string.Concat(Enumerable.Repeat(message, times));

    private static DiagnosisReport Diagnose(
        Func<int, string> messages, int hours, bool isWhole = false, Func<int, string?>? log = null, Func<int, long>? boot = null) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
            Enumerable.Range(0, hours).Select(hour => At(hour, messages(hour), isWhole, log?.Invoke(hour), boot?.Invoke(hour) ?? 0)))!;

    private static Capture At(int hour, string messages, bool isWhole, string? log, long boot)
    {
        string start = isWhole ? "" : HealthyCapture.Text("dmesg.txt");
        Capture capture = HealthyCapture.Read(
            ("dmesg.txt", Encoding.UTF8.GetBytes(start + messages)),
            ("messages", log is null ? null : Encoding.UTF8.GetBytes(log)));
        return capture with
        {
            Source = $"capture{hour}",
            TakenAt = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddHours(hour),
            Host = capture.Host with
            {
                BootedAt = new DateTimeOffset(2026, 11, 19, 0, 0, 0, TimeSpan.Zero).AddSeconds(boot),
                UptimeSeconds = null,
            },
        };
    }
}
