using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Leaks;

/// <summary>What to do about lost blocks in a dump.</summary>
internal static class LostAdvice
{
    /// <summary>Advice, what to do first first.</summary>
    /// <param name="context">The case.</param>
    /// <param name="table">What was searched.</param>
    /// <param name="sum">The lost blocks.</param>
    /// <param name="isFirst">Whether no other finding has said what to do with the dump.</param>
    public static ImmutableArray<Advice> Of(DiagnosisCase context, LeakTable table, LostSum sum, bool isFirst)
    {
        var advice = ImmutableArray.CreateBuilder<Advice>();
        advice.Add(Look(table, sum.Largest.Addresses is [var address, ..] ? $"0x{address:x16}" : null));
        advice.Add(
            GrowthAdvice.Trace(
                context, sum.Subject.Kind == SubjectKind.Mbuf ? SubjectKind.Zone : sum.Subject.Kind, sum.Subject.Name));
        if (sum.Weight == LossWeight.Leak && isFirst)
        {
            advice.Add(new Advice
            {
                Kind = "report",
                Text = "Report it to the author of the code that allocates them, with the contents and stacks of "
                    + "some blocks: that nothing points to "
                    + "them any more is proof of the bug. Keep the dump and the kernel with its modules; both are "
                    + "needed to look again.",
            });
        }

        return advice.ToImmutable();
    }

    /// <summary>What to do where a part of the dump is missing.</summary>
    public static Advice Missing(LeakTable table) => Advice.Look(
        "See what could not be read. savecore(8) leaves a dump cut where the file system is full: give /var/crash "
            + "more room before the next one.",
        $"{Command(table)} summary -v",
        "df -h /var/crash");

    private static ShellCommand Command(LeakTable table) =>
        $"leakstat dump {Path(table.Dump, "VMCORE")} --kernel {Path(table.Kernel, "DIR")}";

    private static ShellWord Path(string? path, string unknown) =>
        path is null ? ShellWord.Plain(unknown) : ShellWord.Path(path);

    /// <summary>How to look at the blocks.</summary>
    public static Advice Look(LeakTable table, string? address)
    {
        ShellCommand command = Command(table);
        return Advice.Look(
            "See what the blocks contain; what they point to, text in them and their neighbours tell who allocated "
                + "them.",
            address is null
                ? [$"{command} leaks --sample 3"]
                : [$"{command} leaks --sample 3", $"{command} whatis {ShellWord.Quote(address)}"]);
    }
}
