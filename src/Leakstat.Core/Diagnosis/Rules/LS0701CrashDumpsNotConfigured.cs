using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>No dump device: a panic would leave nothing to look at.</summary>
public sealed class LS0701CrashDumpsNotConfigured : IRule
{
    private const string Device = "kern.shutdown.dumpdevname";

    /// <inheritdoc/>
    public string Id => "LS0701";

    /// <inheritdoc/>
    public string Name => "Crash dumps not configured";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Settings];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (!context.Latest.Sysctls.TryGet(Device, out SysctlTable.Entry entry) || !IsNone(
            context.Latest.Sysctls.Text(Device)!))
        {
            yield break;
        }

        bool hasNoSwap = context.Latest.Swap is { Devices.IsEmpty: true };
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(new Evidence($"{Device} is empty: no device takes a crash dump", At: entry.At));
        if (hasNoSwap)
        {
            evidence.Add(new Evidence(
                "no swap device is in use, and those are what dumpdev=\"AUTO\" takes",
                At: new SourceLine(context.Latest.Swap!.File, context.Latest.Swap.HeaderLine)));
        }

        yield return new Finding
        {
            Rule = Id,
            Title = "crash dumps are not configured: after a panic there is nothing to look at",
            Severity = Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("crash dumps"),
            Confidence = 0.95,
            Evidence = evidence.ToImmutable(),
            Advice = Advise(context, hasNoSwap),
        };
    }

    private static bool IsNone(string value) => value.Trim() is "" or "/dev/null" or "null";

    private static ImmutableArray<Advice> Advise(DiagnosisCase context, bool hasNoSwap)
    {
        string size = context.Latest.Host.PhysicalMemory is { } memory
            ? $" A minidump holds kernel memory only, at most the {Display.Bytes(memory.Value)} of this host"
              + (context.Latest.Host.IsAtLeast(12) ? ", and dumpon -z compresses it." : ".")
            : "";
        string where = hasNoSwap
            ? "Give the dump a partition (a swap partition is enough; swap on a ZFS volume or in a file is not)" + (
                context.Latest.Host.IsAtLeast(12) ? " or send it to another host (netdump)" : "") + ", then set it."
            : "Let the swap partition take it.";
        return
        [
            // dumpon -l came with 8.0 and only prints.
            Advice.Look("See what is configured now.", "dumpon -l", "sysrc -n dumpdev", "swapinfo -h"),
            new Advice
            {
                Kind = "config",
                Text = $"{where}{size}",
                Commands = ["sysrc dumpdev=AUTO", "service dumpon start"],
                Persist = new PersistentLine("/etc/rc.conf", "dumpdev=\"AUTO\""),
                Risk = "savecore writes the dump to /var/crash at the next boot: that file system needs the room. "
                    + "Dumps hold kernel memory, keys and file contents among it: keep them private.",
                Revert = "dumpon off, and set dumpdev=\"NO\" in /etc/rc.conf.",
            },
        ];
    }
}
