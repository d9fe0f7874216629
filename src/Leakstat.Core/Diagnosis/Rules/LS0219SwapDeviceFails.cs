using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// A swap device fails or does not answer. Memory is not short by it; what was moved there cannot be had back.
/// </summary>
public sealed class LS0219SwapDeviceFails : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0219";

    /// <inheritdoc/>
    public string Name => "Swap device fails";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (SwapDeviceMessages.Of(context) is not { } seen)
        {
            yield break;
        }

        bool failed = seen.Errors is not null || seen.Panics is not null;
        yield return new Finding
        {
            Rule = Id,
            Title = seen.Panics is not null
                ? "the kernel panicked: what lay in swap could not be read back from its disk"
                : failed ? "a swap device cannot be read or written: the disk fails, memory is not short by it"
                : "a swap device did not answer within 20 seconds: the disk is slow or fails",
            Severity = failed ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("swap"),
            Confidence = 0.9,
            Evidence =
            [
                .. seen.Panics?.Evidence() ?? [],
                .. seen.Errors?.Evidence() ?? [],
                .. seen.Waits?.Evidence() ?? [],
                new Evidence(
                    failed
                        ? "a process whose page cannot be read back is killed; at swapoff(8), which every shutdown "
                            + "runs, the kernel panics over it"
                        : "the processes whose pages were asked for stood still that long"),
            ],
            Advice =
            [
                Advice.Look(
                    "See which devices swap lies on, what the disk says of itself, and which errors its driver logged. "
                        + "Swap in a file or on a volume fails with what it lies on.",
                    "swapinfo -h",
                    "dmesg | egrep -i 'error|timeout|retry|detached'",
                    "smartctl -a /dev/ada0"),
                new Advice
                {
                    Kind = "config",
                    Text = "Move swap to a device that is sound: a mirror, where the host must outlive a disk. Have a "
                        + "backup of what else is on the disk first.",
                    Commands = ["grep swap /etc/fstab"],
                    Risk = "swapoff reads everything back: on a device with unreadable blocks it panics the kernel. "
                        + "Take the line out of /etc/fstab and reboot in its place.",
                    Revert = "Put the line back into /etc/fstab.",
                },
            ],
        };
    }
}
