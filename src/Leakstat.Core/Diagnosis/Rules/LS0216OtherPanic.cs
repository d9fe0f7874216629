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
        foreach (KernelMessage message in context.Latest.Messages?.Messages ?? [])
        {
            if (MemoryPanic.TextOf(message.Text) is { } text
                && !IsOfMemory(text)
                && !texts.Any(t => t.Text == text))
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
                new Evidence("no panic that is known for want of memory; a pointer to memory that is gone is a "
                    + "likely cause of a fault"),
            ],
            Advice =
            [
                Advice.Look(
                    "Look at the crash summary and the stack in it; the frame below trap and vm_fault is the code at "
                        + "fault.",
                    "ls -l /var/crash",
                    "leakstat core /var/crash"),
            ],
        };
    }

    /// <summary>Whether another rule tells of it: LS0215, LS0207, or LS0217.</summary>
    private static bool IsOfMemory(string text) =>
        MemoryPanic.All.Any(p => text.Contains(p.Text, StringComparison.OrdinalIgnoreCase))
        || text.Contains("kmem_map too small", StringComparison.Ordinal)
        || text.StartsWith("Most recently used by ", StringComparison.Ordinal);
}
