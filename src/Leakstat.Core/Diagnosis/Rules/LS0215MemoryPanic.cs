using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Limits;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Network;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The kernel panicked because it could get no memory (<see cref="MemoryPanic.All"/>).</summary>
public sealed class LS0215MemoryPanic : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0215";

    /// <inheritdoc/>
    public string Name => "Panic for want of memory";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        var told = new HashSet<MemoryPanic>();

        // The panic is of the boot before, wherever it is found: every line counts, not the running boot's.
        foreach (KernelMessage message in CurrentBoot.AndThoseBefore(context))
        {
            if (MemoryPanic.Of(message.Text) is { } panic && told.Add(panic))
            {
                yield return Of(context, message, panic);
            }
        }
    }

    private Finding Of(DiagnosisCase context, KernelMessage message, MemoryPanic panic) => new()
    {
        Rule = Id,
        Title = $"the kernel panicked for want of memory: {panic.Title}",
        Severity = Severity.Critical,
        Verdict = Verdict.Exhaustion,
        Subject = panic.Subject,
        Confidence = 0.95,
        IsPast = true,
        Evidence =
        [
            new Evidence($"the kernel says: {message.Text.Trim()}", At: CurrentBoot.At(context, message)),
            new Evidence(panic.Meaning),
            new Evidence($"printed by: {panic.Source}"),
        ],
        Advice =
        [
            .. Raise(context, panic.Subject),
            Advice.Look(
                "See who held the memory: the crash summary has vmstat -z and vmstat -m of the moment of the panic, "
                    + "and the "
                    + "dump the blocks themselves.",
                "ls -l /var/crash",
                "leakstat core /var/crash"),
            Advice.Look(
                "Without a dump, watch it fill again: captures over the hours after the reboot show what grows.",
                "leakstat collect local -o captures --every 300s --for 24h"),
        ],
    };

    /// <summary>How to give the kernel more of what ended, where a setting bounds it.</summary>
    private static ImmutableArray<Advice> Raise(DiagnosisCase context, Subject ended) =>
        ended == Subject.Zone(KnownNames.PageMapping) ? [PvEntryAdvice.Raise(context)]
        : ended.Kind == SubjectKind.Tunable ? MbufAdvice.RaiseOfOld(context)
        : [];
}
