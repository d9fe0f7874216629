using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Limits;
using Leakstat.Diagnosis.Owners;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0107: a zone or malloc type holds far more than what bounds it explains.</summary>
public sealed class LS0107BeyondBound : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0107";

    /// <inheritdoc/>
    public string Name => "Zone or malloc type far above what explains it";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ZonesOrTypes];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        foreach (ZoneFact owner in ZoneFacts.All)
        {
            if (owner.Bound is not { } bound || Observe(context, owner, bound) is not { } seen
                || BoundReading.Most(context, bound) is not { } most || seen.Items <= most
                || (bound.Of.Any(term => term.OfOneStack) && HasManyStacks(context)))
            {
                continue;
            }

            // USED is a sum over CPUs that are not stopped for it. More than the machine has is such a slip.
            if (context.Latest.Host.PhysicalMemory is { } memory && seen.Bytes > memory.Value)
            {
                continue;
            }

            yield return Finding(context, owner, bound, seen, most);
        }
    }

    /// <summary>Whether jails have network stacks of their own, which the counters of this one do not see.</summary>
    private static bool HasManyStacks(DiagnosisCase context) =>
        context.Latest.MallocTypes?.Find(KnownNames.NetworkStack) is { InUse: > 1 };

    private static (long Items, long Bytes, SourceLine At)? Observe(
        DiagnosisCase context, ZoneFact owner, ItemBound bound)
    {
        long items = 0;
        long bytes = 0;
        SourceLine? at = null;
        foreach (string name in (string[])[owner.Name, .. bound.TogetherWith])
        {
            if (owner.Kind == OwnerKind.Malloc && context.Latest.MallocTypes is { } types
                && types.Find(name) is { } type)
            {
                items = Arithmetic.Add(items, Math.Max(type.InUse, 0));
                bytes = Arithmetic.Add(bytes, Math.Max(type.Memory, 0));
                at ??= types.At(type);
            }
            else if (owner.Kind == OwnerKind.Zone && context.Latest.Zones is { } zones && zones.Find(name) is { } zone)
            {
                items = Arithmetic.Add(items, Math.Max(zone.Used, 0));
                bytes = Arithmetic.Add(bytes, Math.Max(zone.UsedBytes, 0));
                at ??= zones.At(zone);
            }
        }

        return at is { } line ? (items, bytes, line) : null;
    }

    private Finding Finding(
        DiagnosisCase context, ZoneFact owner, ItemBound bound, (long Items, long Bytes, SourceLine At) seen, long most)
    {
        string name = owner.Name;
        bool isType = owner.Kind == OwnerKind.Malloc;
        string kind = isType ? "malloc type" : "zone";
        Subject subject = isType ? Subject.Malloc(name) : Subject.Zone(name);
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(new Evidence(
            $"{Display.Count(seen.Items)} in use ({Display.Bytes(seen.Bytes)})"
            + (bound.TogetherWith.IsEmpty ? "" : $", {string.Join(", ", bound.TogetherWith.Prepend(name))} together"),
            seen.Items, Unit.Items, seen.At));
        foreach (BoundTerm term in bound.Of)
        {
            if (BoundReading.Read(context, term) is { } reading)
            {
                evidence.Add(Evidence.Of($"{BoundReading.Name(term)}: {Display.Count(reading.Value)}", reading));
            }
        }

        evidence.Add(new Evidence($"that explains {Display.Count(most)} at the very most", most));
        evidence.Add(new Evidence($"beyond that: {bound.Excess}"));
        return new Finding
        {
            Rule = Id,
            Title = $"{kind} {name}: {Display.Count(seen.Items)} in use, {Display.Count(most)} at most are "
                + $"explained; {bound.Excess}",
            Severity = Severity.Warning,
            Verdict = Verdict.Suspect,
            Subject = subject,
            Confidence = 0.6,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, subject),
            Advice =
            [
                Advice.Look(
                    "Capture again later: what is held stays when the load is gone. A second capture also shows how "
                        + "fast it grows.",
                    isType ? "vmstat -m" : "vmstat -z"),
                Advice.Look(
                    "Ask what the host does most of: the suspect is the code that makes and does not free these, "
                        + "modules out of tree first.",
                    "kldstat -v"),
            ],
            BytesAtStake = seen.Bytes,
        };
    }
}
