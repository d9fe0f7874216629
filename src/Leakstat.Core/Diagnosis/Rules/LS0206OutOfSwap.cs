using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The kernel ran out of swap space or killed processes for want of memory.</summary>
public sealed class LS0206OutOfSwap : IRule
{
    /// <summary>Free share of swap from which on the shortage is past.</summary>
    private const double Recovered = 0.25;

    private const int QuotedKills = 4;

    /// <inheritdoc/>
    public string Id => "LS0206";

    /// <inheritdoc/>
    public string Name => "Out of swap space or processes killed";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Messages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        SwapMessages messages = SwapMessages.Of(context);
        if (messages.Swap is null && messages.Kills.IsEmpty)
        {
            yield break;
        }

        (Evidence? state, bool isFree, bool isAbsent) = SwapNow(context);
        bool mayFollow = isFree && state?.At is { } shown && LastOf(messages) is { } last
            && MessageOrder.MayFollow(context, last, shown);
        bool isPast = isFree && !mayFollow;
        bool killed = !messages.Kills.IsEmpty;
        bool ranOut = messages.Swap is not null || messages.Kills.Any(k => k.Reason == "out of swap space");
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        if (messages.Swap is { } swap)
        {
            evidence.AddRange(swap.Evidence());
        }

        foreach ((string process, string reason, SourceLine at) in messages.Kills.Take(QuotedKills))
        {
            evidence.Add(new Evidence($"the kernel killed {process}: {reason}", null, Unit.Items, at));
        }

        if (messages.Kills.Length > QuotedKills)
        {
            evidence.Add(new Evidence(
                $"{Display.Count(messages.Kills.Length)} processes were killed, the last one here",
                messages.Kills.Length, Unit.Items, messages.Kills[^1].At));
        }

        if (state is not null)
        {
            evidence.Add(mayFollow
                ? state with { Text = $"{state.Text}, which stands in front of the messages and may be older" }
                : state);
        }

        yield return new Finding
        {
            Rule = Id,
            Title = Title(ranOut, messages.Kills.Length, isPast, isAbsent),
            Severity = killed && !isFree ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Host(ranOut ? "swap" : "memory"),
            Confidence = 0.95,
            IsPast = isPast,
            MayBePast = mayFollow,
            Evidence = evidence.ToImmutable(),
            Advice = Advise(context, killed, isAbsent),
        };
    }

    private static SourceLine? LastOf(SwapMessages messages) => messages.Kills.Select(k => k.At)
        .Concat(messages.Swap is { } swap ? [swap.LastAt] : [])
        .MaxBy(at => at.Line);

    private static string Title(bool ranOut, int kills, bool isPast, bool isAbsent)
    {
        string what = !ranOut ? "the kernel could not free memory in time"
            : isAbsent ? "memory ran out, and there is no swap to move it to"
            : "swap space ran out";
        string victims = kills > 0 ? $", {Display.Count(kills, "process was", "processes were")} killed" : "";
        return $"{what}{victims}{(isPast ? " (past: swap is free again)" : "")}";
    }

    /// <summary>Swap at the capture: from swapinfo, else top.</summary>
    private static (Evidence? Evidence, bool IsPast, bool IsAbsent) SwapNow(DiagnosisCase context)
    {
        (long total, long used, SourceLine at)? now = null;
        if (context.Latest.Swap is { } table)
        {
            now = (
                table.Devices.Aggregate(0L, (sum, d) => Arithmetic.Add(sum, d.Total)),
                table.Devices.Aggregate(0L, (sum, d) => Arithmetic.Add(sum, d.Used)),
                new SourceLine(table.File, table.Devices.IsEmpty ? table.HeaderLine : table.Devices[0].Line));
        }
        else if (context.Latest.Top?.Swap.TryGetValue("Total", out Reading total) == true)
        {
            // top leaves out items that are zero.
            long used = context.Latest.Top.Swap.TryGetValue("Used", out Reading reading) ? reading.Value : 0;
            now = (total.Value, used, total.At);
        }
        else if (context.Sysctl("vm.swap_total") is { Value: 0 } none)
        {
            now = (0, 0, none.At);
        }

        if (now is not { } swap)
        {
            return (null, false, false);
        }

        if (swap.total <= 0)
        {
            return (
                new Evidence(
                    "no swap is configured; the kernel prints this message all the same", 0, Unit.Bytes, swap.at),
                false, true);
        }

        double free = 1 - ((double)swap.used / swap.total);
        return (
            new Evidence(
                $"{Display.Bytes(swap.used)} of {Display.Bytes(swap.total)} swap in use at the capture",
                swap.used, Unit.Bytes, swap.at),
            free >= Recovered,
            false);
    }

    private static ImmutableArray<Advice> Advise(DiagnosisCase context, bool killed, bool isAbsent)
    {
        var advice = ImmutableArray.CreateBuilder<Advice>();
        advice.Add(Advice.Look(
            killed
                ? "See who holds memory now: processes, the ARC, or the kernel (leakstat ledger). The process that was "
                    + "killed is the largest one, not necessarily the one to blame."
                : "See who holds memory now: processes, the ARC, or the kernel (leakstat ledger).",
            "top -b -o res | head -40",
            "swapinfo -h"));
        advice.Add(new Advice
        {
            Kind = "config",
            Text = isAbsent
                ? "Without swap every peak of demand kills a process: add some, or memory, or lower the demand."
                : "When processes really need that much, add swap or memory; when kernel memory has grown, more swap "
                    + "only delays the end.",
            Commands = ["gpart show"],
            Risk = "Adding a swap partition or file changes disks: check twice that the device is not in use. Swap "
                + "in a file on ZFS can stop a host under pressure.",
            Revert = "swapoff the device and take its line out of /etc/fstab.",
        });
        if (context.Sysctl("kstat.zfs.misc.arcstats.size") is { } arc
            && context.Latest.Host.PhysicalMemory is { Value: > 0 } memory
            && arc.Value > memory.Value / 4)
        {
            advice.Add(Advice.Look(
                $"The ARC held {Display.Bytes(arc.Value)} at the capture. It gives way under pressure, though not "
                    + "always in time: see the findings on the ARC before anything else is changed.",
                "sysctl kstat.zfs.misc.arcstats.size kstat.zfs.misc.arcstats.c_max "
                    + "kstat.zfs.misc.arcstats.memory_throttle_count"));
        }

        return advice.ToImmutable();
    }
}
