using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Advising;

/// <summary>The plain question "bound the ARC here": a value with its formula, where no finding asks for one.</summary>
internal static class OptionalSettings
{
    private const string RuleOfFormula = "LS0301";

    /// <summary>The settings by file; none where the capture does not tell enough, or a finding sets them.</summary>
    /// <param name="report">The diagnosis.</param>
    /// <param name="names">Names that findings set already.</param>
    public static ImmutableArray<TuneBlock> Of(DiagnosisReport report, ImmutableHashSet<string> names)
    {
        var context = new DiagnosisCase(report.Latest, report.Ledger, report.History, BuiltInKnowledge.Load(),
            report.Input);
        if (ArcView.Of(report.Latest) is not { } arc
            || MemoryState.Of(report.Latest, report.Ledger) is not { } memory
            || ArcLimitAdvice.Bound(context, arc, memory) is not { } value)
        {
            return [];
        }

        long working = ArcLimitAdvice.WorkingSet(context, arc, memory);
        string text =
            $"Bounds the ARC at {Display.Bytes(value)}: memory ({Display.Bytes(memory.Total)}) minus what programs "
                + "and the rest of the "
                + $"kernel hold now ({Display.Bytes(working)}) minus 2 GiB, in steps of 64 MiB, and an eighth of "
                + "memory at least.";
        return
        [
            .. ArcLimitAdvice.Set(context, arc, value, text, "Fewer reads are served from the cache; watch the hit "
                + "rate for a day.")
                .Where(advice => advice.Persist is not null)
                .Select(advice => (advice.Persist!.File, Line: LineOf(advice, advice.Persist)))
                .Where(entry => !names.Contains(entry.Line.Name))
                .GroupBy(entry => entry.File)
                .Select(file => new TuneBlock(file.Key, [.. file.Select(entry => entry.Line)])),
        ];
    }

    private static TuneLine LineOf(Advice advice, PersistentLine persist)
    {
        TunePlan.TrySplit(persist.Line, out string name, out string value);
        return new TuneLine
        {
            Name = name,
            Value = value,
            Line = persist.Line,
            Rule = RuleOfFormula,
            Why = "optional: no finding calls for it",
            Text = advice.Text,
            Commands = advice.Commands,
            Risk = advice.Risk,
            Revert = advice.Revert,
        };
    }
}
