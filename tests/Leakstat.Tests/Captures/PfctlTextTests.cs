using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>States of pf and their limit, as pfctl(8) of 14.1 prints them.</summary>
public sealed class PfctlTextTests
{
    private const string Info = """
        Status: Enabled for 12 days 03:04:05             Debug: Urgent

        State Table                          Total             Rate
          current entries                    99870               
          searches                      1234567890         1234.5/s
          inserts                         99999999          100.5/s
        Source Tracking Table
          current entries                        7               
        Counters
          match                          123456789          123.5/s
          memory                            118233            0.1/s

        """;

    private const string Limits = """
        states        hard limit   100000
        src-nodes     hard limit    10000
        frags         hard limit     5000
        table-entries hard limit   400000

        """;

    [Theory]
    [InlineData("pfctl-si.txt")]
    [InlineData("post.txt")]
    public void Packets_dropped_for_memory_are_told_where_the_limit_is_not_known(string file)
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Given.Capture((file, Info))])!;

        Finding found = Assert.Single(report.Findings, f => f.Rule == "LS0202");
        Assert.Equal((Severity.Warning, Verdict.Exhaustion, false), (found.Severity, found.Verdict, found.IsPast));
        Assert.Contains("118,233 packets", found.Title, StringComparison.Ordinal);
        Assert.Equal(VerdictState.Wrong, report.Verdict.State);
    }

    [Fact]
    public void Without_such_packets_and_without_the_limit_nothing_is_said()
    {
        Capture capture = Given.Capture(("a.txt", Info.Replace("118233", "     0", StringComparison.Ordinal)));

        Assert.DoesNotContain(
            new Diagnoser(BuiltInKnowledge.Load()).Diagnose([capture])!.Findings, f => f.Rule == "LS0202");
    }

    [Fact]
    public void States_and_their_limit_are_read_from_two_outputs()
    {
        Capture capture = Given.Capture(("post.txt", "# pfctl -si\n" + Info + "# pfctl -sm\n" + Limits));

        PfStatistics pf = capture.Table<PfStatistics>()!;
        Assert.Equal((99_870, 5), (pf.States!.Value.Value, pf.States.Value.At.Line));
        Assert.Equal((100_000, 14), (pf.StateLimit!.Value.Value, pf.StateLimit.Value.At.Line));
        Assert.Equal(118_233, pf.DroppedForMemory!.Value.Value);
        Assert.Empty(capture.Diagnostics);
    }

    [Theory]
    [InlineData(99_870, Severity.Critical)]
    [InlineData(91_000, Severity.Warning)]
    [InlineData(50_000, Severity.Info)]
    public void States_near_the_limit_are_a_finding(int states, Severity? severity)
    {
        Capture capture = Given.Capture(("a.txt", Info.Replace("99870", $"{states}", StringComparison.Ordinal)), ("b.txt", Limits));

        Finding? found = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([capture])!.Findings.FirstOrDefault(f => f.Rule == "LS0202");

        Assert.Equal(severity, found?.Severity);
        Assert.True(severity == Severity.Info || found!.Advice.Any(a => a.Persist?.Line.Contains("set limit states 200000", StringComparison.Ordinal) == true));
    }

    [Fact]
    public void Junos_says_its_queues_in_kilobytes()
    {
        Capture capture = Given.Capture(("post.txt", """
            user@srx> show system memory
            System memory usage distribution:
                    Total memory:  1034632 Kbytes (100%)
                 Reserved memory:    27440 Kbytes (  2%)
                    Wired memory:   512372 Kbytes ( 49%)
                   Active memory:   301204 Kbytes ( 29%)
                 Inactive memory:    81600 Kbytes (  7%)
                    Cache memory:    90332 Kbytes (  8%)
                     Free memory:    21684 Kbytes (  2%)

            """));

        Assert.Equal((512_372L << 10, 5), (capture.Top!.Memory["Wired"].Value, capture.Top.Memory["Wired"].At.Line));
        Assert.Equal(["Active", "Cache", "Free", "Inact", "Wired"], capture.Top.Memory.Keys.Order());
    }
}
