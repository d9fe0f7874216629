using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Gate;

/// <summary>A leak that a baseline knows.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Entry">The entry that knows it.</param>
public sealed record KnownLeak(Finding Finding, BaselineEntry Entry);

/// <summary>Something that the audit of modules noticed.</summary>
/// <param name="Fails">Whether the gate fails for it.</param>
/// <param name="Text">What, one sentence.</param>
/// <param name="At">Where it shows; null for what is missing.</param>
public sealed record ModuleNote(bool Fails, string Text, SourceLine? At);

/// <summary>What a gate decides from captures between rounds.</summary>
public sealed record GateResult
{
    /// <summary>The report that it rests on.</summary>
    public required DiagnosisReport Report { get; init; }

    /// <summary>The judgement of the rounds.</summary>
    public required RoundJudgement Rounds { get; init; }

    /// <summary>Leaks that fail the gate.</summary>
    public ImmutableArray<Finding> Leaks { get; init; } = [];

    /// <summary>Leaks that the baseline knows.</summary>
    public ImmutableArray<KnownLeak> Known { get; init; } = [];

    /// <summary>Entries of the baseline whose day is past; they do not count.</summary>
    public ImmutableArray<BaselineEntry> Expired { get; init; } = [];

    /// <summary>Entries of the baseline that know nothing any more.</summary>
    public ImmutableArray<BaselineEntry> Unused { get; init; } = [];

    /// <summary>The audit of modules.</summary>
    public ImmutableArray<ModuleNote> Modules { get; init; } = [];

    /// <summary>What rose and does not fail the gate, with the reason in it.</summary>
    public ImmutableArray<RoundSubject> Kept { get; init; } = [];

    /// <summary>Whether something fails the gate.</summary>
    public bool IsFailed => !Leaks.IsEmpty || Modules.Any(m => m.Fails);

    /// <summary>
    /// Why the gate could not judge; null where it could. Too few rounds for what rose, or for anything to be told, and
    /// captures without a zone or type in them are no proof of anything.
    /// </summary>
    public string? Unjudged =>
        Rounds.Judged == 0 ? "the captures hold no zone and no malloc type of FreeBSD (vmstat -z, vmstat -m)"
        : Kept.Count(k => k.Test.Outcome == RoundOutcome.TooFew) is > 0 and var rose
            ? $"{Display.Count(rose, "zone or type rises", "zones or types rise")}, and "
            + $"{Display.Count(Rounds.Plan.Rounds, "round is", "rounds are")} "
                + $"too few to tell whether they go on; {RoundTest.LeastRounds} are needed"
        : Rounds.Plan.Rounds < LeastRounds
            ? $"{Display.Count(Rounds.Plan.Rounds, "round is", "rounds are")} too few to tell anything; "
                + $"{LeastRounds} are needed"
        : null;

    /// <summary>Whether the gate is passed: nothing fails it, and it could judge.</summary>
    public bool IsClean => !IsFailed && Unjudged is null;

    /// <summary>Rounds that it takes: of what belongs to a module fewer tell.</summary>
    private int LeastRounds => Rounds.Plan.Module is null ? RoundTest.LeastRounds : RoundTest.LeastRoundsOfOwn;

    /// <summary>Decides.</summary>
    /// <param name="report">A diagnosis with <see cref="DiagnosisReport.Rounds"/>.</param>
    /// <param name="earliest">The first capture.</param>
    /// <param name="baseline">Known leaks.</param>
    /// <param name="today">The day, for entries that end.</param>
    /// <param name="knowledge">Which modules are part of FreeBSD.</param>
    public static GateResult Of(
        DiagnosisReport report, Capture earliest, GateBaseline baseline, DateOnly today, KnowledgeBase knowledge)
    {
        RoundJudgement rounds = report.Rounds
            ?? throw new ArgumentException("the captures were not judged as rounds", nameof(report));
        bool saidBefore = !SaysNewLosses(report.History);
        Finding[] leaks = [.. report.Findings.Where(
            f => RuleRegistry.OverRounds.Contains(f.Rule) && !(saidBefore && f.Rule != "LS0120"))];
        BaselineEntry[] valid = [.. baseline.Entries.Where(e => e.Until is not { } until || until >= today)];
        var known = ImmutableArray.CreateBuilder<KnownLeak>();
        var failing = ImmutableArray.CreateBuilder<Finding>();
        foreach (Finding leak in leaks)
        {
            double? perRound =
                rounds.Subjects.FirstOrDefault(s => s.IsLeak && s.Subject == leak.Subject)?.Test.PerRound;
            BaselineEntry? entry = valid.FirstOrDefault(e => e.Names(leak.Subject) && !(e.PerRound < perRound));
            if (entry is null)
            {
                failing.Add(leak);
            }
            else
            {
                known.Add(new KnownLeak(leak, entry));
            }
        }

        return new GateResult
        {
            Report = report with { Findings = failing.ToImmutable() },
            Rounds = rounds,
            Leaks = failing.ToImmutable(),
            Known = known.ToImmutable(),
            Expired = [.. baseline.Entries.Except(valid)],
            Unused = [.. valid.Where(e => e.Until is not null && !leaks.Any(f => e.Names(f.Subject)))],
            Modules = ModuleAudit.Of(earliest, report.Latest, rounds.Plan, knowledge),
            Kept = [.. rounds.Subjects.Where(s => !s.IsLeak)],
        };
    }

    /// <summary>Whether the kernel said since the first capture that something was lost.</summary>
    private static bool SaysNewLosses(HostHistory history)
    {
        Series? messages = history.Find(SeriesKind.Counter, ExplainingCounters.LossMessages);
        long?[] values = messages is null ? [] : [.. messages.Values.Where(v => v is not null)];
        return values.Length < 2 || values[^1] > values[0];
    }
}
