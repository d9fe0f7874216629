using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The kernel panicked, and not for want of memory that is known: told, so that nobody overlooks it.</summary>
public sealed class LS0216OtherPanic : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0216";

    /// <inheritdoc/>
    public string Name => "Panic of another kind";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        var texts = new List<(string Text, SourceLine At)>();
        HashSet<string> seen = [];
        foreach (KernelMessage message in CurrentBoot.AndThoseBefore(context))
        {
            if (MemoryPanic.TextOf(message.Text) is { } text
                && !IsToldElsewhere(text)
                && seen.Add(text))
            {
                texts.Add((text, CurrentBoot.At(context, message)));
            }
        }

        if (texts.Count == 0)
        {
            yield break;
        }

        yield return new Finding
        {
            Rule = Id,
            Title = $"the kernel panicked: {texts[^1].Text}",
            Severity = Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("memory"),
            Confidence = 0.9,
            IsPast = true,
            Evidence =
            [
                .. texts.Select(t => new Evidence($"the kernel says: panic: {t.Text}", At: t.At)),
                new Evidence(texts.Exists(t => IsFault(t.Text))
                    ? "no panic that is known for want of memory; a pointer to memory that is gone is a likely "
                        + "cause of a fault"
                    : "no panic that is known for want of memory"),
            ],
            Advice =
            [
                Advice.Look(
                    "Look at the crash summary and the stack in it; the frame below panic, or below trap and vm_fault, "
                        + "is the code at fault.",
                    "ls -l /var/crash",
                    "leakstat core /var/crash"),
            ],
        };
    }

    /// <summary>
    /// Whether the kernel used an address that it must not: <c>page fault</c>, <c>general protection fault</c>,
    /// <c>vm_fault: fault on nofault entry</c> (<c>sys/amd64/amd64/trap.c</c>, <c>sys/vm/vm_fault.c</c>).
    /// </summary>
    private static bool IsFault(string text) =>
        text.Contains("page fault", StringComparison.Ordinal)
        || text.Contains("general protection fault", StringComparison.Ordinal)
        || text.Contains("nofault entry", StringComparison.Ordinal)
        || text.Contains("page_not_present", StringComparison.Ordinal)
        || text.StartsWith("vm_fault", StringComparison.Ordinal);

    /// <summary>Whether another rule tells of it: LS0215, LS0207, LS0217, or LS0219.</summary>
    private static bool IsToldElsewhere(string text) =>
        MemoryPanic.All.Any(p => text.Contains(p.Text, StringComparison.OrdinalIgnoreCase))
        || KmemMapPanic.Of(text) is not null
        || SwapDeviceMessages.IsPanic(text)
        || text.StartsWith("Most recently used by ", StringComparison.Ordinal);
}
