using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Takes from the findings what to do first: relief out of the advice that can be set at run time, the mistake that
/// people make with this kind of trouble, and the step that finds the cause.
/// </summary>
public static class FirstAidPlan
{
    /// <summary>Advice that takes effect at once and can be undone.</summary>
    private const string AtRunTime = "sysctl";

    /// <summary>Advice that only reads.</summary>
    private const string Look = "look";

    /// <summary>Commands that print counts and limits.</summary>
    private static readonly ImmutableArray<string> s_counting = ["sysctl ", "vmstat ", "netstat -m"];

    /// <summary>A forecast over more than so many times the time that was watched is none to act on.</summary>
    private const double LongestForecast = 10;

    /// <summary>An end that is nearer is one to plan a reboot by.</summary>
    private const int SoonDays = 60;

    /// <summary>The three lines; null where nothing is wrong.</summary>
    public static FirstAid? Of(DiagnosisReport report) =>
        report.Findings.FirstOrDefault(HostVerdicts.IsWrong) is { } first
            ? Of(report, first)
            : null;

    private static FirstAid Of(DiagnosisReport report, Finding first)
    {
        FirstAidStep now = Now(report, first);
        return new FirstAid(now, Dont(first), Next(report, first, now.Command));
    }

    private static FirstAidStep Now(DiagnosisReport report, Finding first)
    {
        if (first.IsQuoted)
        {
            return new FirstAidStep("nothing has to be done before it is known whose message it is");
        }

        if (first.IsPast)
        {
            return new FirstAidStep("what happened is over; keep what tells of it (/var/crash, /var/log/messages) "
                + "before it is rotated away");
        }

        if (first.MayBePast && CountsOf(first) is { } counts)
        {
            return new FirstAidStep(
                "nothing tells whether the limit is still met: look before anything is raised", counts);
        }

        Advice? relief = first.Advice
            .Concat(report.Findings.Where(f => f.Subject == first.Subject).SelectMany(f => f.Advice))
            .FirstOrDefault(a => a.Kind == AtRunTime && !a.Commands.IsEmpty);
        if (relief is not null)
        {
            return new FirstAidStep(
                "this takes effect at once and buys time; it does not mend the cause", relief.Commands[0]);
        }

        if (first.Verdict != Verdict.Exhaustion && first.Exhaustion is { } end && (end.Low ?? end.At) is { } before)
        {
            return LeftWhereFarOff(report, before) is { } left
                ? new FirstAidStep(
                    $"nothing has to be done this hour: at this rate there is room for {Display.Duration(left)} or "
                        + "more; find the cause (Next) in the meantime")
                : IsForetold(report, before)
                ? new FirstAidStep(
                    $"nothing gives this memory back at run time: find the cause (Next), then reboot before "
                        + $"{Display.Time(before)}")
                : new FirstAidStep(
                    $"keep watching: {SpanOf(report)} is too short to plan by",
                    $"leakstat watch ssh://root@{TargetName.Of(report.Host.Name)}",
                    Place.Workstation);
        }

        return first switch
        {
            { Verdict: Verdict.Exhaustion } or { Severity: Severity.Critical } => new FirstAidStep(
                "no value to set at run time is known here; keep the state before anything is restarted",
                $"leakstat collect ssh://root@{TargetName.Of(report.Host.Name)} -o captures --once",
                Place.Workstation),
            { Verdict: Verdict.Leak, Growth: null } =>
                new FirstAidStep("nothing has to be done this hour: what was lost does not grow by itself"),
            _ when !report.Verdict.Missing.IsEmpty => new FirstAidStep(
                "nothing has to be done this hour by what was read whole; what was not may hide a limit that is near"),
            _ => new FirstAidStep("nothing has to be done this hour: no limit is known to be near"),
        };
    }

    /// <summary>The command that shows how near a limit is; null where the rule names none.</summary>
    private static ShellCommand? CountsOf(Finding first)
    {
        ShellCommand[] reading =
        [
            .. first.Advice.Where(a => a.Kind == Look).SelectMany(a => a.Commands)
                .Where(c => s_counting.Any(name => c.ToString().StartsWith(name, StringComparison.Ordinal))),
        ];
        return reading.Length > 0 ? reading[0] : null;
    }

    /// <summary>
    /// Whether the captures are enough to plan by: a forecast reaches no further than so many times what it rests on,
    /// unless that holds a day, with its load by day and by night.
    /// </summary>
    private static bool IsForetold(DiagnosisReport report, DateTimeOffset end) =>
        Observed(report) is { } seen
            && (seen >= TimeSpan.FromDays(1)
                || (report.Latest.TakenAt is { } now && end - now <= LongestForecast * seen));

    /// <summary>
    /// Time that is left where the end is more than <see cref="SoonDays"/> away: a date so far off is no plan, and
    /// nobody reboots for it. Null where it is near, or the time is not known.
    /// </summary>
    private static TimeSpan? LeftWhereFarOff(DiagnosisReport report, DateTimeOffset end) =>
        Observed(report) is { } seen && seen >= TimeSpan.FromDays(1)
            && report.Latest.TakenAt is { } now && end - now > TimeSpan.FromDays(SoonDays)
            ? end - now
            : null;

    private static string SpanOf(DiagnosisReport report) =>
        Observed(report) is { } seen ? $"a history of {Display.Duration(seen)}" : "a history without times";

    /// <summary>Time over which the boot that goes on was watched.</summary>
    private static TimeSpan? Observed(DiagnosisReport report) =>
        report.History.Hours(report.History.CurrentBootStart, report.History.Samples.Length - 1) is { } hours
            ? TimeSpan.FromHours(hours)
            : null;

    private static FirstAidStep Dont(Finding first) => first switch
    {
        { IsQuoted: true } => new FirstAidStep("change settings for a message that may be of another host"),
        { Subject.Kind: SubjectKind.Arc } => new FirstAidStep("switch the ARC off: it gives memory back when it is "
            + "bounded"),
        { Verdict: Verdict.Leak or Verdict.Suspect } =>
            new FirstAidStep(
                "unload modules (kldunload) or reboot before the cause is found: both destroy the evidence"),
        { IsPast: true, Verdict: Verdict.Exhaustion } =>
            new FirstAidStep("raise limits or add swap before it is known what held the memory: more room only "
                + "delays the next time"),
        { Verdict: Verdict.Exhaustion } =>
            new FirstAidStep("reboot before the state is kept: what holds the memory cannot be told afterwards"),
        _ => new FirstAidStep("change several settings at once: what helped would not be known"),
    };

    private static FirstAidStep Next(DiagnosisReport report, Finding first, ShellCommand? before)
    {
        if (!first.IsQuoted && ((first.Verdict == Verdict.Suspect && first.Subject.Kind != SubjectKind.Arc)
                || (first.Verdict is Verdict.Leak or Verdict.Exhaustion && first.Growth is not null))
            && SuspectOf(first.Subject) is { } suspect)
        {
            return new FirstAidStep(
                "find the code that allocates it and does not release it",
                $"leakstat trace ssh://root@{TargetName.Of(report.Host.Name)} --suspect {ShellWord.Quote(suspect)}",
                Place.Workstation)
            {
                Otherwise = GrowthAdvice.HasLiveDump(report.Host.Release)
                    ? new FirstAidStep(
                        "if the stacks do not tell, a live dump shows what nothing points to any more",
                        "savecore -L && leakstat dump /var/crash/livecore.0 --kernel /boot/kernel leaks")
                    : null,
            };
        }

        Advice? look = first.Advice.FirstOrDefault(a => a.Kind == Look && !a.Commands.IsEmpty)
            ?? first.Advice.FirstOrDefault();
        if (look is null)
        {
            return new FirstAidStep("read what the rule says", $"leakstat explain {first.Rule}", Place.Workstation);
        }

        // What the line above has asked already is not asked again.
        ShellCommand[] commands = [.. look.Commands.Where(c => c.ToString() != before?.ToString())];
        commands = commands.Length > 0 ? commands : [.. look.Commands];
        return commands is not [var command, ..]
            ? new FirstAidStep(FirstSentence(look.Text))
            : new FirstAidStep(
                FirstSentence(look.Text),
                command,
                command.ToString().StartsWith("leakstat ", StringComparison.Ordinal)
                    ? Place.Workstation
                    : Place.Host);
    }

    /// <summary>
    /// A subject as <c>leakstat trace --suspect</c> takes it; null where it is nothing that is allocated.
    /// </summary>
    private static string? SuspectOf(Subject subject) => subject.Kind switch
    {
        SubjectKind.Malloc => "malloc:" + subject.Name,
        SubjectKind.Zone => "zone:" + subject.Name,
        SubjectKind.Mbuf => "mbuf:" + subject.Name,
        SubjectKind.Module => "module:" + subject.Name,
        SubjectKind.Wired when subject == Subject.Unaccounted => "kmem",
        _ => null,
    };

    /// <summary>The first sentence, begun in lower case and without its full stop, to stand behind a word.</summary>
    private static string FirstSentence(string text)
    {
        int end = text.IndexOf(". ", StringComparison.Ordinal);
        string sentence = (end < 0 ? text : text[..end]).TrimEnd('.');
        return sentence.Length > 1 && char.IsAsciiLetterUpper(sentence[0]) && char.IsAsciiLetterLower(sentence[1])
            ? char.ToLowerInvariant(sentence[0]) + sentence[1..]
            : sentence;
    }
}
