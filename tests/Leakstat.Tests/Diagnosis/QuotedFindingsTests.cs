using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Tests.Diagnosis;

/// <summary>What people say of a kernel message is no message of the host; what a log or a terminal shows is.</summary>
public sealed class QuotedFindingsTests
{
    private const string Panic = "panic: kmem_malloc(8192): kmem_map too small: 268435456 total allocated";

    /// <summary>A text, and whether the panic in it is only spoken of.</summary>
    public static TheoryData<string, bool> Texts => new()
    {
        // Lines of their own.
        { Panic + "\n", false },
        { $"The machine panicked with:\n\n{Panic}\n\nAny idea what to do?\n", false },
        { $"My gateway dies every night. The last thing I see on it is\n\n    {Panic}\n\nand then it hangs.\n", false },
        { $"Jun  3 04:11:09 news kernel: {Panic}\n", false },
        { $"Jun  3 04:14:31 news savecore: reboot after {Panic}\n", false },
        { $"We have seen this on one host of many.\n\n- {Panic}\n", false },
        { $"root@news:~ # dmesg -a | tail -1\n{Panic}\nroot@news:~ # uptime\n", false },
        { $"> Hello,\n> my box went down:\n> {Panic}\n> What now?\n", false },
        { $"On 3 Jun 2009, at 04:11, Jo wrote:\n> my box went down:\n> {Panic}\n", false },
        { $"The log of that night says: Jun  3 04:11:09 news kernel: {Panic}\n", false },
        { $"# A box that goes down\n\njo · description · 2009-06-03\nOn 3 Jun 2009, at 04:11, Jo wrote:\n> my box went down:\n> {Panic}\n", false },

        { $"<div><p>My server stops every night, it prints:</p><pre><code>{Panic}\n</code></pre></div>\n", false },

        { $"It stops every night. Here is a part of my log:\n\n> usb0: attached\n> {Panic}\n\nWhat now?\n", false },
        { $"Saved from a page\n- Jun  3 04:11:09 kernel {Panic}\nReport abuse\n", false },

        { $"{Panic}\n\nThat is what my gateway says.\nIt has 512 MB.\nWhat is it?\n", false },
        { $"{Panic}\n\n# uptime\n 4:11AM  up 12 days\n", false },

        // Spoken of.
        { $"{Panic}\n\nJo Doe\nThu Jun  3 04:11:09 UTC 2009\n\nThe size of the map is set at boot.\nIt is too small for large machines.\nA larger one\nis set in loader.conf,\nas the manual says.\n", true },
        { $"A friend sent this:\n\n> {Panic}\n\nIt is fixed in newer releases.\n", true },
        { $"[rules]\nexample = Jun  3 04:11:09 news kernel: {Panic}\n", true },
        { $"Try it so:\n\n$ logmem --parse \"Jun  3 04:11:09 news kernel: {Panic}\"\n", true },
        { $"If the kernel prints\n\n    {Panic}\n\nthe map has to be made larger.\n", true },
        { $"The handbook says that \"{Panic}\" means a full map, and what to do about it.\n", true },
        { $"Machines of that age used to die of `{Panic}` and the like.\n", true },
        { $"Readers will remember panics such as this one:\n\n    {Panic}\n\nThey are history.\n", true },
        { $"Under load the unfixed kernel printed\n\n  {Panic}\n\nbecause the size of the request was not checked.\n", true },
        { $"> my box went down:\n> {Panic}\n> What now?\n\nUse a newer release, this is fixed there.\n", true },
        { $"> my box went down:\n> {Panic}\n> What now?\n\nAnswer: use a newer release\n", true },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_message_counts_where_it_is_a_line_of_its_own(string text, bool isQuoted)
    {
        DiagnosisReport report = Diagnose(text);
        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0207");
        Assert.Equal(isQuoted, finding.IsQuoted);
        Assert.Equal(isQuoted ? Severity.Warning : Severity.Critical, finding.Severity);
        Assert.Equal(isQuoted, finding.Title.StartsWith("only named in the text: ", StringComparison.Ordinal));
        Assert.Equal(isQuoted, Headline.Of(report).Text.StartsWith("The text names ", StringComparison.Ordinal));
        Assert.Equal(isQuoted, finding.Confidence <= 0.5);
        Assert.NotEqual(isQuoted, finding.Advice.Any(a => a.Kind != "look"));
    }

    [Theory]
    [InlineData("We never saw \"" + Panic + "\" on it.")]
    [InlineData("As you can see there is no \"No buffer space available\" and no \"swap_pager: out of swap space\" in it.")]
    public void What_is_denied_in_the_midst_of_a_log_is_not_found(string sentence)
    {
        DiagnosisReport report = Diagnose($"# dmesg\nlo0: link state changed to UP\n{sentence}\nem0: link state changed to UP\n");
        Assert.DoesNotContain(report.Findings, f => f.Rule is "LS0207" or "LS0206" or "LS0220");
    }

    [Fact]
    public void A_dump_has_a_time_of_its_own_behind_a_prompt_too()
    {
        Capture capture = Given.Capture(("post.txt", $"""
            Fri Nov 20 19:00:00 UTC 2026
            root@fw:~ # cat /var/crash/info.last
            Dump header from device: /dev/ada0p3
              Architecture: amd64
              Dumptime: 2026-11-18 03:02:43 +0000
              Hostname: fw
              Panic String: {Panic}

            """));
        Assert.Equal(new DateTimeOffset(2026, 11, 18, 3, 2, 43, TimeSpan.Zero), capture.TakenAt);
    }

    [Fact]
    public void What_stands_before_a_denial_is_not_denied_with_it()
    {
        DiagnosisReport report = Diagnose(
            "My console shows mbuf clusters exhausted, and it never says swap_pager: out of swap space\n");
        Assert.Contains(report.Findings, f => f.Rule == "LS0213");
        Assert.DoesNotContain(report.Findings, f => f.Rule == "LS0206");
    }

    [Fact]
    public void A_buffer_from_the_boot_on_that_lacks_the_message_speaks_against_it()
    {
        Finding finding = Assert.Single(
            Diagnose($"""
                root@new:~ # dmesg
                ---<<BOOT>>---
                Copyright (c) 1992-2023 The FreeBSD Project.
                lo0: link state changed to UP
                root@new:~ #

                PS: an old thread says that "{Panic}" was common once.
                """).Findings,
            f => f.Rule == "LS0207");
        Assert.Equal((Severity.Info, true), (finding.Severity, finding.IsQuoted));
    }

    [Fact]
    public void A_loss_that_is_spoken_of_is_no_proof()
    {
        Finding finding = Assert.Single(
            Diagnose("""
                Unloading the module under load printed

                  Freed UMA keg (foo_zone) was not empty (54 items).  Lost 3 pages of memory.

                because a callout still held one.
                """).Findings,
            f => f.Rule == "LS0104");
        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("as quoted, ", StringComparison.Ordinal) && e.At?.Line == 3);
    }

    [Fact]
    public void A_message_of_the_host_beside_one_that_is_quoted_counts_as_ever()
    {
        Finding finding = Assert.Single(
            Diagnose($"The handbook says that \"panic: kmem_malloc(16): kmem_map too small\" means a full map.\n\n{Panic}\n").Findings,
            f => f.Rule == "LS0207");
        Assert.Equal((Severity.Critical, false), (finding.Severity, finding.IsQuoted));
        Assert.Contains("256.0 MiB", finding.Title, StringComparison.Ordinal);
    }

    private static DiagnosisReport Diagnose(string text) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Given.Capture(("mail.txt", text))])!;
}
