using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Owners;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// A malloc type or zone that holds much and of which not one block was ever given back: as many were asked for since
/// boot as
/// are in use. Caches and tables that are made once look so too; what many small requests built up does not.
/// </summary>
public sealed class LS0114NeverFreed : IRule
{
    private const long LeastBytes = 64L << 20;

    /// <summary>Share of memory from which on it is much, where the capture tells how much there is.</summary>
    private const double LeastShare = 0.02;

    /// <summary>So many requests are no table that was made at boot, nor one per processor or device.</summary>
    private const long LeastRequests = 10_000;

    /// <summary>Of a malloc type of which a few blocks were given back: so much is worth a note.</summary>
    private const long LeastBytesOfSome = 256L << 20;

    /// <summary>Share of a type's blocks that were ever given back up to which it is told.</summary>
    private const double MostFreed = 0.02;

    /// <summary>From so many captures of one boot on growth tells more than a count.</summary>
    private const int EnoughCaptures = 6;

    /// <inheritdoc/>
    public string Id => "LS0114";

    /// <inheritdoc/>
    public string Name => "Never freed and large";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ZonesOrTypes];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.History.Samples.Length - context.History.CurrentBootStart >= EnoughCaptures)
        {
            yield break;
        }

        if (context.Latest.MallocTypes is { } types)
        {
            foreach (MallocTypeRow row in types.Rows)
            {
                if (GrowthExplanations.IsListed(row.Name))
                {
                    continue;
                }

                if (IsLarge(context, row.Memory, row.InUse, row.Requests))
                {
                    yield return Of(context, Subject.Malloc(row.Name), row.Memory, row.InUse, types.At(row));
                }
                else if (row.Memory >= LeastBytesOfSome && row.InUse < row.Requests
                    && row.InUse >= row.Requests * (1 - MostFreed)
                    && IsLarge(context, row.Memory, row.InUse, row.InUse))
                {
                    yield return OfSome(context, row, types.At(row));
                }
            }
        }

        if (context.Latest.Zones is { } zones)
        {
            foreach (ZoneRow row in zones.Rows)
            {
                if (IsLarge(context, row.UsedBytes, row.Used, row.Requests)
                    && !GrowthExplanations.IsListed(row.Name)
                    && !GrowthExplanations.IsFollower(row.Name, typesKnown: true))
                {
                    yield return Of(context, Subject.Zone(row.Name), row.UsedBytes, row.Used, zones.At(row));
                }
            }
        }
    }

    private static bool IsLarge(DiagnosisCase context, long bytes, long inUse, long? requests) =>
        requests == inUse && inUse >= LeastRequests && bytes >= LeastBytes
        && (context.Ledger.Total is not { } memory || (bytes >= memory * LeastShare && bytes <= memory));

    private Finding OfSome(DiagnosisCase context, MallocTypeRow row, SourceLine at)
    {
        Finding never = Of(context, Subject.Malloc(row.Name), row.Memory, row.InUse, at);
        string freed = Display.Count(row.Requests - row.InUse);
        string requests = Display.Count(row.Requests);
        return never with
        {
            Title = $"malloc type {row.Name} holds {Display.Bytes(row.Memory)}, and {freed} of its {requests} "
                + "allocations were ever freed",
            Severity = Severity.Info,
            Confidence = 0.5,
            Evidence =
            [
                new Evidence(
                    $"{Display.Count(row.InUse)} allocations in use, {Display.Bytes(row.Memory)}, and {requests} "
                        + $"requests since boot: {freed} were given back",
                    row.Memory, Unit.Bytes, at),
                .. never.Evidence.Skip(1),
            ],
        };
    }

    private Finding Of(DiagnosisCase context, Subject subject, long bytes, long items, SourceLine at)
    {
        bool isType = subject.Kind == SubjectKind.Malloc;
        string what = isType ? "malloc type" : "zone", blocks = isType ? "allocations" : "items";
        string share = context.Ledger.Total is > 0 and { } memory ? $", {Display.Percent((double)bytes / memory)} of "
            + "memory" : "";
        return new Finding
        {
            Rule = Id,
            Title = $"{what} {subject.Name} holds {Display.Bytes(bytes)}{share}, and none of its "
                + $"{Display.Count(items)} {blocks} was ever freed",
            Severity = Severity.Warning,
            Verdict = Verdict.Suspect,
            Subject = subject,
            Confidence = 0.65,
            Evidence =
            [
                new Evidence(
                    $"{Display.Count(items)} {blocks} in use, {Display.Bytes(bytes)}, and as many requests since "
                        + "boot: not one was given back",
                    bytes, Unit.Bytes, at),
                new Evidence("a table that is made once looks so too, a leak always does; whether it grows takes "
                    + "another capture to say"),
            ],
            Owners = OwnerLookup.Of(context, subject),
            Advice = GrowthAdvice.For(context, subject.Kind, subject.Name, context.History.Samples.Length),
            BytesAtStake = bytes,
        };
    }
}
