using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Model;

namespace Leakstat.Reports.Views.Findings;

/// <summary>How bad it is.</summary>
public enum Tone
{
    /// <summary>Nothing to do.</summary>
    Good,

    /// <summary>No claim either way: it cannot be told, or not yet.</summary>
    Open,

    /// <summary>Something to attend to.</summary>
    Warning,

    /// <summary>Something that hurts now.</summary>
    Critical,
}

/// <summary>The verdict over the whole report: what somebody reads who reads nothing else.</summary>
/// <param name="Tone">How bad it is.</param>
/// <param name="Text">One sentence.</param>
/// <param name="Detail">What and when, one or two sentences.</param>
public sealed record Headline(Tone Tone, string Text, string Detail)
{
    private const string Unnamed = "this host";

    /// <summary>The rule on panics for want of memory: what it tells of is worse than a limit that was met.</summary>
    private const string MemoryPanicRule = "LS0215";

    /// <summary>The rule on damaged memory, which no setting makes.</summary>
    private const string ModifiedAfterFreeRule = "LS0217";

    /// <summary>The rule on the panic of 9 and older.</summary>
    private const string KmemMapPanicRule = "LS0207";

    /// <summary>The rule on swap devices that fail: no setting, and no want of memory.</summary>
    private const string SwapDeviceRule = "LS0219";

    /// <summary>
    /// Rules on what went wrong without a want of memory. They do not make a host's memory wrong; over what they tell
    /// of, no report says that nothing wrong was found.
    /// </summary>
    private static readonly ImmutableArray<string> s_besidesMemory = ["LS0216", "LS0218", "LS0220"];

    /// <summary>
    /// The rule on clusters that free memory in pieces denies: a setting is at fault, and requests fail.
    /// </summary>
    private const string FragmentationRule = "LS0403";

    /// <summary>Gaps that are said at once; the others stand with what the report rests on.</summary>
    private const int MostGaps = 3;

    /// <summary>The headline of a report.</summary>
    public static Headline Of(DiagnosisReport report)
    {
        string host = report.Host.Name is { Length: > 0 } name ? name : Unnamed;
        return report.Verdict.State switch
        {
            VerdictState.Wrong => WithGaps(report, Alarm(report.Findings.First(HostVerdicts.IsWrong), host)),
            VerdictState.Fine when report.Verdict.IsOfGrowth => new Headline(
                Tone.Good, $"No leak shows in the history of {host}.", $"{DiagnosisBasis.Judged(report)}."),
            VerdictState.Fine => Fine(report, host),
            VerdictState.TooEarly => TooEarly(report, host),
            _ when report.Verdict.IsOfGrowth => UnknownGrowth(report, host),
            _ => Unknown(report, host),
        };
    }

    /// <summary>How many findings of each severity: <c>1 critical, 2 warnings, 1 note</c>; empty for none.</summary>
    public static string Tally(ImmutableArray<Finding> findings)
    {
        int critical = findings.Count(f => f.Severity == Severity.Critical);
        int warnings = findings.Count(f => f.Severity == Severity.Warning);
        int notes = findings.Length - critical - warnings;
        var parts = new List<string>();
        if (critical > 0)
        {
            parts.Add($"{Display.Count(critical)} critical");
        }

        if (warnings > 0)
        {
            parts.Add(Display.Count(warnings, "warning", "warnings"));
        }

        if (notes > 0)
        {
            parts.Add(Display.Count(notes, "note", "notes"));
        }

        return string.Join(", ", parts);
    }

    /// <summary>When something runs out: <c>kern.ipc.nmbclusters about 2026-… (from … to …)</c>.</summary>
    public static string RunsOut(ExhaustionTime exhaustion)
    {
        string about = exhaustion.At is { } at ? $"{exhaustion.Of} about {Display.Time(at)}" : exhaustion.Of;
        return (exhaustion.Low, exhaustion.High) switch
        {
            ({ } low, { } high) => $"{about} (80 % sure: {Display.Time(low)} to {Display.Time(high)})",
            ({ } low, null) => $"{about} (not before {Display.Time(low)})",
            (null, { } high) => $"{about} (not after {Display.Time(high)})",
            _ => about,
        };
    }

    private static Headline Fine(DiagnosisReport report, string host)
    {
        DiagnosisBasis looked = DiagnosisBasis.Of(report);
        string growth = report.Verdict.Growth == GrowthSight.Judged
            ? $"Growth: judged over {DiagnosisBasis.Judged(report)}."
            : "Growth: not judged, one capture. A slow leak shows in captures hours apart.";
        string judged = $"Judged: {string.Join(", ", looked.Sources)}; {DiagnosisBasis.Span(report)}. {growth}";
        if (BesidesMemory(report) is null && TroubleOf(report) is { } trouble)
        {
            return new Headline(
                Tone.Good,
                $"The kernel memory of {host} gives no warning; a note is worth reading.",
                $"{Sentence(trouble.Title)} {judged}");
        }

        string notes = BesidesMemory(report) is { } other ? $" But {Sentence(other.Title)}"
            : report.Findings.Any(f => f.Verdict != Verdict.Healthy)
            ? " What follows is worth knowing; none of it needs doing today."
            : "";
        return new Headline(Tone.Good, $"Nothing is wrong with the kernel memory of {host}.", judged + notes);
    }

    private static Headline Unknown(DiagnosisReport report, string host)
    {
        DiagnosisBasis looked = DiagnosisBasis.Of(report);
        HostVerdict verdict = report.Verdict;
        Finding? other = BesidesMemory(report);
        string among = looked.Sources.IsEmpty ? "" : $" in what was read: {Listed(looked.Sources)}";
        string read = other is not null ? $"No want of memory was found{among}. But {Sentence(other.Title)}"
            : TroubleOf(report) is { } trouble
            ? $"{Sentence(trouble.Title)} That is a note; nothing calls for a warning{among}."
            : looked.Sources.IsEmpty ? $"{DiagnosisBasis.Span(report)}, and nothing in it that rules look at."
            : $"Nothing wrong was found{among}.";
        string gaps = verdict.Missing.IsEmpty
            ? verdict.Growth == GrowthSight.NoTimes
            ? " The times of the captures are not known, so that growth cannot be judged."
            : ""
            : $" {(other is null ? "But" : "And")} {Gaps(verdict)}";
        return new Headline(
            Tone.Open, $"It cannot be told whether the kernel memory of {host} is in order.", read + gaps);
    }

    /// <summary>
    /// Notes alone do not speak for what was not read whole: what is not whole is said beside them. That numbers are of
    /// two hosts or moments is said beside a warning too: it is not to be read without it.
    /// </summary>
    private static Headline WithGaps(DiagnosisReport report, Headline headline) =>
        report.Verdict.Missing.IsEmpty ? headline
            : report.Findings.All(f => f.Severity == Severity.Info)
            ? headline with { Detail = $"{headline.Detail} Not all was read whole: {Gaps(report.Verdict)}" }
            : report.Verdict.Missing.FirstOrDefault(gap => gap.IsOfTwo) is { } two
            ? headline with { Detail = $"{headline.Detail} But not all is of one host and moment: {GapText(two)}." }
            : headline;

    /// <summary>Of growth alone: what was judged of it, and what lacks.</summary>
    private static Headline UnknownGrowth(DiagnosisReport report, string host)
    {
        HostVerdict verdict = report.Verdict;
        string growth = verdict.Growth switch
        {
            GrowthSight.Judged => $"Growth: judged over {DiagnosisBasis.Judged(report)}, of what was read; no leak "
                + "shows in it.",
            GrowthSight.NoTimes => "Growth: not judged, the times of the captures are not known.",
            _ => $"Growth: not judged, {Display.Count(verdict.Captures, "capture", "captures")} of this boot; it is "
                + $"judged from {Display.Count(verdict.Needed)} on.",
        };
        return new Headline(
            Tone.Open,
            $"It cannot be told whether the kernel of {host} leaks memory.",
            verdict.Missing.IsEmpty ? growth : $"{growth} But {Gaps(verdict)}");
    }

    private static string Gaps(HostVerdict verdict) =>
        string.Join("; ", verdict.Missing.OrderByDescending(gap => gap.IsOfTwo).Take(MostGaps).Select(GapText))
        + (verdict.Missing.Length > MostGaps ? "; …." : ".");

    /// <summary>
    /// The note to say first where nothing is worth a warning: requests that were refused, growth or memory that is
    /// not explained, a message that the text only names. "Nothing wrong" is not said above it.
    /// </summary>
    private static Finding? TroubleOf(DiagnosisReport report) => report.Findings.FirstOrDefault(f =>
        f.IsQuoted || f.Rule == FragmentationRule
        || f.Verdict is Verdict.Exhaustion or Verdict.Suspect or Verdict.Leak);

    private static Finding? BesidesMemory(DiagnosisReport report) =>
        report.Findings.FirstOrDefault(f => s_besidesMemory.Contains(f.Rule));

    private static Headline TooEarly(DiagnosisReport report, string host)
    {
        HostVerdict verdict = report.Verdict;
        string until = verdict.Until is { } time ? $" At this pace that is about {Display.Time(time)}." : "";
        string boots = report.History.CurrentBootStart > 0
            ? $" ({Display.Count(report.History.CurrentBootStart)} from before the last boot)"
            : "";
        string judged = verdict is { IsOfGrowth: true, Growth: GrowthSight.OneCapture } ? "Growth: not judged. " : "";
        return new Headline(
            Tone.Open,
            $"It is too early to tell a leak on {host}.",
            $"{judged}{Display.Count(verdict.Captures, "capture", "captures")} of this boot{boots}; growth is "
                + $"judged from {Display.Count(verdict.Needed)} on.{until}");
    }

    /// <summary>
    /// A gap as reports print it: <c>vmstat -z: not in the capture</c>, with file and line where it shows at one.
    /// </summary>
    public static string GapText(Gap gap) => $"{gap.Command}: {gap.Text}{(gap.At is { } at ? $" [{at}]" : "")}";

    private static string Listed(ImmutableArray<string> things) => things.Length == 1
        ? things[0]
        : $"{string.Join(", ", things[..^1])} and {things[^1]}";

    private static Headline Alarm(Finding first, string host)
    {
        bool critical = first.Severity == Severity.Critical;
        string text = first.Verdict switch
        {
            _ when first.IsQuoted => $"The text names trouble with kernel memory; whether it is of {host} cannot be "
                + "told.",
            Verdict.Leak when first.IsPast => $"The kernel of {host} leaked memory before its last reboot.",
            Verdict.Suspect when first.IsPast => $"Something on {host} looked like a leak before its last reboot. It "
                + "is not proven.",
            Verdict.Exhaustion when first.Rule is MemoryPanicRule or KmemMapPanicRule => $"The kernel of {host} "
                + "panicked because it could get no memory.",
            Verdict.Exhaustion when first.IsPast => $"{Capital(host)} was at a limit earlier. Now it is not.",
            Verdict.Leak when first.Growth is null =>
                $"The kernel of {host} has lost memory; it comes back with a reboot only.",
            Verdict.Leak => $"The kernel of {host} leaks memory.",
            Verdict.Exhaustion when first.IsMetAgain =>
                $"{Capital(host)} meets a limit again and again, between the captures.",
            Verdict.Exhaustion when critical => $"{Capital(host)} is at a limit: requests fail, or soon will.",
            Verdict.Exhaustion when first.MayBePast =>
                $"{Capital(host)} reached a limit since boot; whether it still does cannot be told.",
            Verdict.Exhaustion => $"{Capital(host)} is close to a limit.",
            Verdict.Suspect when first.Subject == Subject.Arc => $"The ZFS cache (ARC) of {host} does not keep to "
                + "its bounds.",
            Verdict.Suspect => $"Something on {host} looks like a leak. It is not proven.",
            _ when first.Rule == SwapDeviceRule => $"Swap of {host} fails.",
            _ when first.Rule == ModifiedAfterFreeRule => $"Kernel memory of {host} was written to after it was freed.",
            _ when critical => $"A setting of {host} does harm now.",
            _ => $"A setting of {host} needs attention.",
        };
        string detail = Sentence(first.Title);
        if (first.Exhaustion is { At: { } at } exhaustion)
        {
            detail += $" At this rate {exhaustion.Of} is used up about {Display.Time(at)}.";
        }

        return new Headline(critical ? Tone.Critical : Tone.Warning, text, detail);
    }

    /// <summary>A host's name stays as it is; words in its place begin the sentence.</summary>
    private static string Capital(string host) => host == Unnamed ? "This host" : host;

    private static string Sentence(string title) => title.EndsWith('.') ? title : title + ".";
}
