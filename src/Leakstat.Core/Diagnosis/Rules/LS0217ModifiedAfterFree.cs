using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// The allocator found a free block that somebody had written to. No memory is short by it, but whoever owns the block
/// next is
/// damaged: the opposite of a leak, and worse.
/// </summary>
public sealed class LS0217ModifiedAfterFree : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0217";

    /// <inheritdoc/>
    public string Name => "Memory modified after free";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        ImmutableArray<(string Key, MessageGroup Group)> groups = MessageGroup.By(
            context, text => text.Contains("Memory modified after free", StringComparison.Ordinal) ? "modified"
                : text.Contains("Most recently used by ", StringComparison.Ordinal) ? "owner"
                : null);
        if (groups.IsEmpty)
        {
            yield break;
        }

        string? owner = groups.Where(g => g.Key == "owner")
            .Select(g => g.Group.First[(g.Group.First.IndexOf("Most recently used by ",
                StringComparison.Ordinal) + 22)..].Trim().TrimEnd('.'))
            .FirstOrDefault(name => name.Length > 0);
        yield return new Finding
        {
            Rule = Id,
            Title = owner is null
                ? "kernel memory was written to after it was freed"
                : $"kernel memory was written to after it was freed; its last owner was malloc type {owner}",
            Severity = Severity.Warning,
            Verdict = Verdict.Misconfiguration,
            Subject = owner is null ? Subject.Host("memory") : Subject.Malloc(owner),
            Confidence = 0.9,
            Evidence = [.. groups.SelectMany(g => g.Group.Evidence()), new Evidence("the last owner of the block, or "
                + "a device that still writes to it, is at fault; bad memory looks so too")],
            Advice =
            [
                Advice.Look(
                    "Keep the dump: the block and its neighbours show what was written. See which modules are "
                        + "loaded, and leave out those that are no part of FreeBSD.",
                    "ls -l /var/crash",
                    "kldstat -v"),
                new Advice
                {
                    Kind = "report",
                    Text = "Report it with the lines from dmesg and the stack; memguard(9) set to that malloc type "
                        + "(vm.memguard.desc) catches the writer in the act on a kernel built with it.",
                },
            ],
        };
    }
}
