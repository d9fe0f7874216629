using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// One zone or malloc type holds an uncommon share of memory in a capture that has no history to say whether it grows:
/// what is no part of FreeBSD from a small share on, what is and has nothing that explains it from a large one.
/// Over a history in which it did not grow, what is no part of FreeBSD and holds much is a note.
/// </summary>
public sealed class LS0110UnknownHoldsMuch : IRule
{
    private const long LeastBytes = 16 << 20;
    private const double ForeignShare = 0.03;
    private const double ForeignWarning = 0.10;
    private const double KnownShare = 0.25;
    private const double KnownWarning = 0.30;

    /// <summary>A malloc zone holds blocks of many types.</summary>
    private const double BucketWarning = 0.40;

    /// <summary>Share of what it holds up to which a rise of its floor is none.</summary>
    private const double MostRise = 0.05;

    /// <summary>From so many captures on growth tells more than size.</summary>
    private const int EnoughCaptures = 6;

    /// <inheritdoc/>
    public string Id => "LS0110";

    /// <inheritdoc/>
    public string Name => "One zone or malloc type holds much of memory";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ZonesOrTypes, RuleNeed.Memory];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Ledger.Total is not (> 0 and { } memory))
        {
            yield break;
        }

        HashSet<SeriesKey> growing = [.. (GrowthAnalysis.Of(context)?.Unexplained ?? []).Select(g => g.Series.Key)];
        if (context.Latest.MallocTypes is { } types)
        {
            foreach (MallocTypeRow row in types.Rows)
            {
                var key = new SeriesKey(SeriesKind.MallocBytes, row.Name);
                var subject = Subject.Malloc(row.Name);
                if (!growing.Contains(key)
                    && Judge(context, subject, row.Memory, row.InUse, types.At(row), memory) is { } held
                    && WithCourse(context, key, held) is { } finding)
                {
                    yield return finding;
                }
            }
        }

        if (context.Latest.Zones is { } zones)
        {
            foreach (ZoneRow row in zones.Rows)
            {
                var key = new SeriesKey(SeriesKind.ZoneUsed, row.Name);
                var subject = Subject.Zone(row.Name);
                if (!IsOfMalloc(row.Name, context.Latest.MallocTypes is not null)
                    && !growing.Contains(key)
                    && Judge(context, subject, row.UsedBytes, row.Used, zones.At(row), memory) is { } held
                    && WithCourse(context, key, held) is { } finding)
                {
                    yield return finding;
                }
            }
        }
    }

    /// <summary>Where the types are not in the capture, malloc's zones are all that tells of them.</summary>
    private static bool IsOfMalloc(string zone, bool typesKnown) =>
        (typesKnown && ZoneKinds.IsMallocBucket(zone)) || ZoneKinds.IsInternal(zone) || ZoneKinds.IsCacheZone(zone);

    private Finding? Judge(DiagnosisCase context, Subject subject, long bytes, long items, SourceLine at, long memory)
    {
        // More than the machine has is a slip of counters that are read while they move.
        if (bytes < LeastBytes || bytes > memory)
        {
            return null;
        }

        bool isForeign = IsForeign(context, subject);
        double share = (double)bytes / memory;
        if (share < (isForeign ? ForeignShare : KnownShare) || (
            !isForeign && GrowthExplanations.IsListed(subject.Name)))
        {
            return null;
        }

        bool isType = subject.Kind == SubjectKind.Malloc;
        bool isBucket = !isType && ZoneKinds.IsMallocBucket(subject.Name);
        string what = $"{(isType ? "malloc type" : isBucket ? "malloc zone" : "zone")} {subject.Name}";
        string origin = isForeign ? ", and it is no part of FreeBSD that is known" : "";
        return new Finding
        {
            Rule = Id,
            Title = $"{what} holds {Display.Bytes(bytes)}, {Display.Percent(share)} of memory{origin}",
            Severity = share >= (isForeign ? ForeignWarning : isBucket ? BucketWarning : KnownWarning)
                ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Suspect,
            Subject = subject,
            Confidence = share >= ForeignWarning ? 0.5 : 0.3,
            Evidence =
            [
                new Evidence(
                    $"{Display.Count(items)} {(isType ? "allocations" : "items")} in use, {Display.Bytes(bytes)}",
                    bytes, Unit.Bytes, at),
                .. isBucket
                    ? (ImmutableArray<Evidence>)[new Evidence("blocks of that size of all malloc types: vmstat -m "
                        + "names the type, and is not in the capture")]
                    : [],
                new Evidence(
                    "no counter of the capture explains that many; whether it grows takes another capture to say"),
            ],
            Owners = OwnerLookup.Of(context, subject),
            Advice = GrowthAdvice.For(context, subject.Kind, subject.Name, context.History.Samples.Length),
            BytesAtStake = bytes,
        };
    }

    /// <summary>
    /// What is said of it with what its history tells. Where there are captures enough, growth is told by other
    /// rules; what did not grow, holds as much as is worth a warning of one capture and has a name that nobody knows is
    /// a note.
    /// </summary>
    private static Finding? WithCourse(DiagnosisCase context, SeriesKey key, Finding held)
    {
        int start = context.History.CurrentBootStart;
        if (context.History.Samples.Length - start < EnoughCaptures)
        {
            return held;
        }

        if (held.Severity < Severity.Warning || !IsForeign(context, held.Subject)
            || context.History.Find(key.Kind, key.Name) is not { } series
            || GrowthObservation.Of(series, start) is not { Samples: >= EnoughCaptures } seen
            || seen.Floor > seen.After * MostRise)
        {
            return null;
        }

        string course = seen.Delta <= seen.After * MostRise ? "has not grown" : "rises and falls";
        string captures = Display.Count(seen.Samples);
        long size = Math.Max(series.ItemSize, 1);
        string first = Display.Bytes(Arithmetic.Multiply(seen.Before, size));
        string last = Display.Bytes(Arithmetic.Multiply(seen.After, size));
        return held with
        {
            Title = $"{held.Title}; what it is for is not known, and it {course} over these {captures} captures",
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Confidence = 0.7,
            Evidence =
            [
                held.Evidence[0],
                new Evidence(
                    $"{first} at the first of these {captures} captures, {last} at the latest", At: series.LastAt),
            ],
            Advice =
            [
                Advice.Look(
                    "Ask what the module or program behind it keeps there. Where nobody knows, see after a reboot, "
                        + "while it is taken, which code allocates it.",
                    "kldstat -v"),
            ],
        };
    }

    /// <summary>In no table of FreeBSD's names.</summary>
    private static bool IsForeign(DiagnosisCase context, Subject subject) =>
        !(
            subject.Kind == SubjectKind.Malloc
                ? context.Knowledge.MallocType(subject.Name)
                : context.Knowledge.Zone(subject.Name)).Any();
}
