using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>What reports say of a fleet and of a host in it, in a few words.</summary>
internal static class FleetWords
{
    /// <summary>The verdict over a fleet.</summary>
    public static Headline HeadlineOf(FleetDocument document)
    {
        FleetReport fleet = document.Fleet;
        int hosts = fleet.Hosts.Length;
        string all = Display.Count(hosts, "host", "hosts");
        int wrong = fleet.Count(VerdictState.Wrong);
        int unknown = fleet.Count(VerdictState.Unknown);
        int early = fleet.Count(VerdictState.TooEarly);
        string detail = Tally(fleet);
        if (wrong > 0)
        {
            bool critical = fleet.Hosts[0].Worst?.Severity == Severity.Critical;
            return new Headline(
                critical ? Tone.Critical : Tone.Warning,
                $"Something is wrong on {Display.Count(wrong)} of {all}; {fleet.Hosts[0].Label} first.",
                detail);
        }

        FleetCause[] pooled = [.. fleet.Pooled];
        if (pooled.Length > 0)
        {
            return new Headline(
                Tone.Warning,
                $"No host shows it alone: {ReportTerms.Of(pooled[0].Subject)} grows on "
                    + $"{Display.Count(pooled[0].Hosts.Length)} of {all}.",
                detail);
        }

        return unknown > 0
            ? new Headline(
                Tone.Open,
                $"It cannot be told of {Display.Count(unknown)} of {all} whether the kernel memory is in order.",
                detail)
            : early > 0
                ? new Headline(Tone.Open, $"It is too early to tell a leak on {Display.Count(early)} of {all}.", detail)
                : new Headline(
                    Tone.Good,
                    document.IsGrowthAlone
                        ? $"No leak shows in the history of any of {all}."
                        : $"Nothing is wrong with the kernel memory of {all}.",
                    detail);
    }

    /// <summary>CRITICAL, WARNING, NOTE, unknown, too early, fine.</summary>
    public static string StateOf(FleetHost host) => host.Verdict.State switch
    {
        VerdictState.Wrong => host.Worst?.Severity switch
        {
            Severity.Critical => "CRITICAL",
            Severity.Warning => "WARNING",
            _ => "NOTE",
        },
        VerdictState.Unknown => host.IsRead ? "unknown" : "unread",
        VerdictState.TooEarly => "too early",
        _ => "fine",
    };

    /// <summary>How bad it is.</summary>
    public static Tone ToneOf(FleetHost host) => host.Verdict.State switch
    {
        VerdictState.Wrong => host.Worst?.Severity == Severity.Critical ? Tone.Critical : Tone.Warning,
        VerdictState.Fine => Tone.Good,
        _ => Tone.Open,
    };

    /// <summary>What is wrong, what is missing, or how many captures lack; empty where the host is fine.</summary>
    public static string WhatOf(FleetHost host) => host switch
    {
        { Worst: { } worst } => worst.Title,
        { Verdict: { State: VerdictState.TooEarly } verdict } =>
            $"{Display.Count(verdict.Captures, "capture", "captures")} of this boot, "
                + $"{Display.Count(verdict.Needed)} are needed",
        { Verdict: { State: VerdictState.Unknown, Missing: [var gap, ..] } } => Headline.GapText(gap),
        { Verdict.State: VerdictState.Unknown } => "the times of the captures are not known",
        _ => "",
    };

    /// <summary>The culprit in a word or two: <c>malloc leakmod</c>, <c>zone mbuf_cluster</c>.</summary>
    public static string CulpritOf(Finding finding) => finding.Subject.Kind is SubjectKind.Host or SubjectKind.Arc
        ? finding.Subject.Name
        : $"{ReportTerms.Of(finding.Subject.Kind)} {finding.Subject.Name}";

    /// <summary>The rate of a finding; empty where none is known.</summary>
    public static string RateOf(Finding? finding) => finding?.Growth switch
    {
        { BytesPerHour: { } bytes } => Display.Rate(bytes),
        { ItemsPerHour: { } items } => Display.ItemRate(items),
        _ => "",
    };

    /// <summary>
    /// Time that is left, counted from the latest capture of the fleet; empty where nothing is known to run out.
    /// </summary>
    public static string LeftOf(FleetReport fleet, FleetHost host) => fleet.Left(host) switch
    {
        null => "",
        { Ticks: <= 0 } => "past",
        { } left => Display.Duration(left),
    };

    /// <summary>How many are in each state, and what time is counted from.</summary>
    private static string Tally(FleetReport fleet)
    {
        (string One, string Many, int Count)[] states =
        [
            ("critical", "critical", fleet.Hosts.Count(h => StateOf(h) == "CRITICAL")),
            ("warning", "warnings", fleet.Hosts.Count(h => StateOf(h) == "WARNING")),
            ("note", "notes", fleet.Hosts.Count(h => StateOf(h) == "NOTE")),
            ("not read", "not read", fleet.Hosts.Count(h => !h.IsRead)),
            ("unknown", "unknown", fleet.Hosts.Count(h => h.IsRead && h.Verdict.State == VerdictState.Unknown)),
            ("too early", "too early", fleet.Count(VerdictState.TooEarly)),
            ("fine", "fine", fleet.Count(VerdictState.Fine)),
        ];
        string counts = string.Join(
            ", ", states.Where(s => s.Count > 0).Select(s => Display.Count(s.Count, s.One, s.Many)));
        return fleet.AsOf is { } time ? $"{counts}. The latest capture is of {Display.Time(time)}." : $"{counts}.";
    }

    /// <summary>A trait by name: <c>if_foo.ko</c>, <c>size of if_foo.ko</c>, <c>release</c>, the sysctl.</summary>
    public static string NameOf(HostTrait trait) => trait.Kind switch
    {
        TraitKind.Module => trait.Name,
        TraitKind.ModuleSize => $"size of {trait.Name}",
        TraitKind.Release => "release",
        TraitKind.PatchLevel => "patch level",
        TraitKind.KernelIdent => "kernel",
        TraitKind.Processor => "processor",
        TraitKind.Architecture => "architecture",
        TraitKind.Hypervisor => "hypervisor",
        TraitKind.NetworkDrivers => "network drivers",
        TraitKind.FileSystem => "file system",
        TraitKind.Upgrade => "upgrade",
        _ => trait.Name,
    };

    /// <summary>A trait with its value, as it stands behind "with": <c>if_foo.ko of 41,216 bytes</c>.</summary>
    public static string TraitOf(HostTrait trait, string value) => (trait.Kind, value) switch
    {
        (TraitKind.Module or TraitKind.ModuleSize, HostTraits.Absent) => $"no {trait.Name}",
        (TraitKind.Module, _) => trait.Name,
        (TraitKind.ModuleSize, _) => $"{trait.Name} of {value} bytes",
        (TraitKind.Sysctl, HostTraits.Absent) => $"no {trait.Name}",
        (TraitKind.Sysctl, _) => $"{trait.Name}={value}",
        (TraitKind.Upgrade, _) => $"the upgrade to {value}",
        _ => $"{NameOf(trait)} {value}",
    };
}
