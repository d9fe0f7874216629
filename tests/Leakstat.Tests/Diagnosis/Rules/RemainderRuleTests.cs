using System.Text.RegularExpressions;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>Pages that no zone and no type shows: real captures in which some pages more are wired each time.</summary>
public sealed class RemainderRuleTests
{
    [Fact]
    public void Pages_lost_at_every_capture_are_a_leak()
    {
        Finding finding = Assert.Single(new LS0102GrowthOfRemainder().Evaluate(Given.Case([.. Captures(14, 137)])));

        Assert.Equal((Verdict.Leak, Subject.Unaccounted), (finding.Verdict, finding.Subject));
        Assert.Equal(13 * 137 * 4096, finding.Growth!.Bytes);
        Assert.InRange(finding.Growth.BytesPerHour!.Value, finding.Growth.Low!.Value, finding.Growth.High!.Value);
        Assert.InRange(finding.Exhaustion!.At!.Value, finding.Exhaustion.Low!.Value, finding.Exhaustion.High!.Value);
    }

    [Fact]
    public void Seven_captures_make_a_suspect()
    {
        Finding finding = Assert.Single(new LS0102GrowthOfRemainder().Evaluate(Given.Case([.. Captures(7, 300)])));

        Assert.Equal((Verdict.Suspect, Subject.Unaccounted), (finding.Verdict, finding.Subject));
        Assert.InRange(finding.Growth!.BytesPerHour!.Value, finding.Growth.Low!.Value, finding.Growth.High!.Value);
    }

    [Theory]
    [InlineData(14, 0)]
    [InlineData(14, 20)]
    [InlineData(7, 20)]
    [InlineData(2, 200)]
    public void What_the_remainder_moves_by_itself_is_nothing(int captures, int pages) =>
        Assert.Empty(new LS0102GrowthOfRemainder().Evaluate(Given.Case([.. Captures(captures, pages)])));

    private static IEnumerable<Leakstat.Model.Capture> Captures(int count, int pages)
    {
        string[] names = ["sysctl.txt", "vmstat-z.txt", "vmstat-m.txt", "kldstat.txt"];
        string[] texts = [.. names.Select(n => File.ReadAllText(Given.Data("freebsd-14.2-leak-malloc-series/01/" + n)))];
        for (int i = 0; i < count; i++)
        {
            string sysctl = Add(Add(texts[0], "vm.stats.vm.v_wire_count", i * pages), "vm.stats.vm.v_free_count", -i * pages);
            Leakstat.Model.Capture capture = Given.Capture([.. names.Zip(texts).Select(f => f.First == "sysctl.txt" ? (f.First, sysctl) : f)]);
            yield return capture with
            {
                Host = capture.Host with { UptimeSeconds = 300 + (20 * i) },
                TakenAt = new DateTimeOffset(2026, 11, 20, 19, 0, 0, TimeSpan.Zero).AddSeconds((20 * i) + (i % 3)),
            };
        }
    }

    private static string Add(string text, string name, long by) => Regex.Replace(
        text,
        $"^{Regex.Escape(name)}: (?<n>[0-9]+)$",
        m => $"{name}: {long.Parse(m.Groups["n"].ValueSpan) + by}",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        TimeSpan.FromSeconds(5));
}
