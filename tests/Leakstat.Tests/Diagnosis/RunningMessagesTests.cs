using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis;

/// <summary>What an earlier capture of a series saw in the message buffer, and the last no longer does.</summary>
public sealed class RunningMessagesTests
{
    private const string Swap = "swap_pager: out of swap space\n";
    private const string Link = "em0: link state changed to UP\n";

    [Theory]
    [InlineData(Link, 100, true)]
    [InlineData("", 100, true)]
    [InlineData(Link, 900_000_000, false)]
    [InlineData("---<<BOOT>>---\n" + Link, 100, true)]
    [InlineData("---<<BOOT>>---\n" + Link, 0, false)]
    public void A_message_that_the_buffer_lost_since_is_told_from_the_capture_that_has_it(
        string last, long boot, bool isTold)
    {
        long first = boot == 0 ? 0 : 100;
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
            [At(1, first, Link), At(2, first, Link + Swap), At(3, first, Link), At(4, boot, last)])!;

        Finding? finding = report.Findings.FirstOrDefault(f => f.Rule == "LS0206");
        Assert.Equal(isTold, finding is not null);
        if (finding is not null)
        {
            Assert.Contains(
                finding.Evidence, e => e.At is { Line: 2 } at && at.File.Path.EndsWith("2/dmesg.txt", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_the_last_buffer_still_has_counts_once()
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
            [At(1, 100, Link + Swap), At(2, 100, Link + Swap), At(3, 100, Swap + Swap)])!;

        Assert.Equal(2, report.Latest.Messages!.Messages.Count(m => m.Text.StartsWith("swap_pager", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_loss_between_captures_is_no_old_one_where_the_buffer_lost_its_line()
    {
        const string Lost = "Freed UMA keg (skel) was not empty (30 items).  Lost 2 pages of memory.\n";
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose(
            [At(1, 100, Link), At(2, 100, Link + Lost), At(3, 100, Link)])!;

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0104");
        Assert.DoesNotContain("nothing since", finding.Title, StringComparison.Ordinal);
        Assert.NotEqual(Verdict.Healthy, finding.Verdict);
    }

    [Fact]
    public void Of_more_lost_messages_than_are_kept_the_newest_are()
    {
        static KernelMessages Of(params string[] texts) =>
            new(new SourceFile("dmesg.txt"), [.. texts.Select((text, i) => new KernelMessage(text, i + 1))], texts.Length);

        KernelMessages whole = MessageUnion.WithLost(Of("d", "e"), Of("a", "b", "c", "d"), 2);

        Assert.Equal(["b", "c", "d", "e"], whole.Messages.Select(m => m.Text));
    }

    private static Capture At(int hour, long boot, string messages)
    {
        Capture capture = Given.Capture(
            ($"{hour}/dmesg.txt", messages),
            ("sysctl.txt", (boot == 0 ? "" : $"kern.boottime: {{ sec = {1_700_000_000 + boot}, usec = 0 }}\n")
                + "kern.hostname: fw\n"));
        return capture with { TakenAt = new DateTimeOffset(2023, 12, 1, hour, 0, 0, TimeSpan.Zero) };
    }
}
