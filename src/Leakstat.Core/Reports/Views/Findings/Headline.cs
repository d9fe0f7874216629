using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Findings;

/// <summary>How bad it is.</summary>
public enum Tone
{
    /// <summary>Nothing to do.</summary>
    Good,

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

    /// <summary>The headline of a report.</summary>
    public static Headline Of(DiagnosisReport report)
    {
        string host = report.Host.Name is { Length: > 0 } name ? name : Unnamed;
        Finding? first = report.Findings.FirstOrDefault(f => f.Verdict != Verdict.Healthy);
        return first is null or { Severity: Severity.Info } ? Quiet(report, host, first) : Alarm(first, host);
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

    private static Headline Quiet(DiagnosisReport report, string host, Finding? note)
    {
        LookedAt looked = LookedAt.Of(report);
        string text = looked.IsWhole
            ? $"Nothing is wrong with the kernel memory of {host}."
            : looked.Sources.IsEmpty
                ? $"Nothing was read that says how the kernel memory of {host} is."
                : $"Nothing wrong was found in {Listed(looked.Sources)} of {host}. The rest of the host was not seen.";
        string detail = looked.Sources.IsEmpty
            ? $"{LookedAt.Span(report)}, and nothing in it that rules could look at."
            : $"Looked at {string.Join(", ", looked.Sources)}; {LookedAt.Span(report)}.";
        if (note is not null)
        {
            detail += " What follows is worth knowing; none of it needs doing today.";
        }
        else if (report.Captures.Length == 1 && looked.IsWhole)
        {
            detail += " One capture shows no growth: a slow leak needs captures hours apart.";
        }

        return new Headline(Tone.Good, text, detail);
    }

    private static string Listed(ImmutableArray<string> things) => things.Length == 1
        ? things[0]
        : $"{string.Join(", ", things[..^1])} and {things[^1]}";

    private static Headline Alarm(Finding first, string host)
    {
        bool critical = first.Severity == Severity.Critical;
        string text = first.Verdict switch
        {
            Verdict.Leak => $"The kernel of {host} leaks memory.",
            Verdict.Exhaustion when critical => $"{Capital(host)} is at a limit: requests fail, or soon will.",
            Verdict.Exhaustion => $"{Capital(host)} is close to a limit.",
            Verdict.Suspect => $"Something on {host} looks like a leak. It is not proven.",
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
