using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Leaks;

/// <summary>What the findings on memory that a module left behind at unload have in common.</summary>
internal static class LostMemory
{
    /// <summary>Lines quoted one by one; of the rest, their number and the last.</summary>
    private const int QuotedLines = 4;

    private const long CriticalBytes = 64L << 20;

    /// <summary>
    /// Critical from 64 MiB or 1 % of memory, a warning from one page: below that nothing is noticed before thousands
    /// of unloads, and the finding is for the module's author.
    /// </summary>
    public static Severity SeverityOf(DiagnosisCase context, long bytes)
    {
        long onePercent = context.Latest.Host.PhysicalMemory is { Value: > 0 } memory
            ? memory.Value / 100
            : long.MaxValue;
        return bytes >= Math.Min(CriticalBytes, onePercent) ? Severity.Critical
            : bytes >= context.PageSize ? Severity.Warning
            : Severity.Info;
    }

    /// <summary>Whether any capture holds more such lines; the buffer may have lost them since.</summary>
    private static bool IsAbove(Series count, double before, int first, int last)
    {
        for (int i = first; i <= last; i++)
        {
            if (count[i] > before)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The finding as it is where captures before and after are at hand: messages that stood there from the first
    /// capture on are old, and nothing has been lost since. A flat count of old lines is no running leak.
    /// </summary>
    public static Finding InTime(DiagnosisCase context, Finding finding)
    {
        int first = context.History.CurrentBootStart;
        int last = context.History.Samples.Length - 1;
        if (last <= first || context.History.Find(SeriesKind.Counter, ExplainingCounters.LossMessages) is not { } count
            || count[first] is not { } before || count[last] is not { } after || IsAbove(count, before, first, last))
        {
            return finding;
        }

        return finding with
        {
            Title = finding.Title + ", before these captures; nothing since",
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Evidence =
            [
                .. finding.Evidence,
                new Evidence(
                    $"the first capture holds {Display.Count(before, "such line", "such lines")}, the latest no "
                        + "more: nothing was lost in between",
                    after),
            ],
        };
    }

    /// <summary>Adds the kernel's own lines.</summary>
    public static void AddLines(
        ImmutableArray<Evidence>.Builder evidence,
        ImmutableArray<LossMessage> lines,
        Func<LossMessage, string> text,
        Unit unit)
    {
        foreach (LossMessage line in lines.Take(QuotedLines))
        {
            evidence.Add(new Evidence(text(line), line.Amount, unit, line.At));
        }

        if (lines.Length > QuotedLines)
        {
            evidence.Add(new Evidence(
                $"{Display.Count(lines.Length)} such messages since boot, the last one here: the module was unloaded "
                    + "as often",
                lines.Length, Unit.Items,
                lines[^1].At));
        }
    }

    /// <summary>
    /// Owners; a module of that name that was unloaded between two captures comes before what is unknown.
    /// </summary>
    public static ImmutableArray<Owner> Owners(DiagnosisCase context, Subject subject)
    {
        ImmutableArray<Owner> owners = OwnerLookup.Of(context, subject);
        HistoryEvent? unload = context.Modules.Unloading(subject.Name);
        if (unload is null)
        {
            return owners;
        }

        var owner = new Owner(
            unload.Text,
            null,
            $"{unload.Text} was unloaded before {context.History.Samples[unload.Sample].Source}, and its name is "
                + "like this one (a likeness of names, no proof)");
        return [owner, .. owners.Where(o => o.Module != OwnerLookup.Unknown && o.Module != owner.Module)];
    }

    /// <summary>What to do: nothing gives the memory back, the bug is the module's.</summary>
    public static ImmutableArray<Advice> AdviceOf(DiagnosisCase context, long bytes, string what)
    {
        var advice = ImmutableArray.CreateBuilder<Advice>();
        advice.Add(Advice.Look(
            "See which modules come and go on this host, and do not load and unload this one in a cycle: every round "
                + "may "
                + "lose as much again. The memory is lost until the next reboot; no command gives it back.",
            "dmesg | grep -E 'leaked memory on destroy|Freed UMA keg'",
            "kldstat -v"));
        advice.Add(new Advice
        {
            Kind = "report",
            Text = $"Report it to the author of the module that defines {what}, with the lines from dmesg and the "
                + "module's version: the kernel's message is proof of the bug.",
        });
        if (SeverityOf(context, bytes) == Severity.Critical)
        {
            advice.Add(new Advice
            {
                Kind = "reboot",
                Text = $"A reboot gives the {Display.Bytes(bytes)} back.",
                Commands = ["shutdown -r +10"],
                Risk = "Stops every service of this host; the evidence in the message buffer is gone afterwards, "
                    + "save dmesg first.",
                Revert = "shutdown(8) can be stopped before the time is up by killing its process.",
            });
        }

        return advice.ToImmutable();
    }
}
