using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Tests.Diagnosis;

/// <summary>The kernel's proof in a paste: messages of a whole boot are one output, however many of its lines begin one.</summary>
public sealed class PastedMessagesTests
{
    private const string Boot =
        "---<<BOOT>>---\nCopyright (c) 1992-2023 The FreeBSD Project.\nCopyright (c) 1979, 1980, 1983 The Regents\n"
        + "FreeBSD is a registered trademark of The FreeBSD Foundation.\nlo0: link state changed to UP\n";

    private const string Loss = "Warning: memory type leakmod leaked memory on destroy (4204 allocations, 1076224 bytes leaked).\n";

    [Theory]
    [InlineData("root@fw:~ # dmesg\n" + Boot + Loss + "root@fw:~ # swapinfo -k\n", 7)]
    [InlineData("root@fw:~ # dmesg\n" + Boot + Boot + Loss, 12)]
    [InlineData(Boot + Loss, 6)]
    public void ALossAtTheEndOfTheBootIsFound(string text, int line)
    {
        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Given.Capture(("paste.txt", text))])!;
        Finding first = report.Findings[0];
        Assert.Equal(("LS0103", Verdict.Leak, Subject.Malloc("leakmod")), (first.Rule, first.Verdict, first.Subject));
        Assert.Contains(first.Evidence, e => e.At?.Line == line);
    }
}
