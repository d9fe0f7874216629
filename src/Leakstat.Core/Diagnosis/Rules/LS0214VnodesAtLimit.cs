using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0214: all vnodes are in use, none of them can be recycled.</summary>
public sealed class LS0214VnodesAtLimit : IRule
{
    private const double Near = 0.98;
    private const double Over = 1.02;

    /// <summary>Share of the limit below which free vnodes are next to none.</summary>
    private const double Free = 0.02;

    /// <summary>Held vnodes per open file beyond which open files do not explain them.</summary>
    private const long PerFile = 10;

    /// <summary>Memory of a vnode with its inode, bytes: 0.5 KiB and 0.5 to 1 KiB.</summary>
    private const long VnodeBytes = 1536;

    /// <inheritdoc/>
    public string Id => "LS0214";

    /// <inheritdoc/>
    public string Name => "vnodes at kern.maxvnodes";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Zones];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        // At the limit with many free vnodes is the name cache at work: that is what they are kept for.
        if (context.Sysctl("vfs.vnode.stats.count", "vfs.numvnodes") is { } count
            && context.Sysctl("kern.maxvnodes", "vfs.vnode.param.limit") is { Value: > 0 } limit
            && context.Sysctl("vfs.vnode.stats.free", "vfs.freevnodes") is { } free
            && count.Value >= limit.Value * Near
            && free.Value <= limit.Value * Free)
        {
            yield return Finding(context, count, limit, free);
        }
    }

    private Finding Finding(DiagnosisCase context, Reading count, Reading limit, Reading free)
    {
        long waiting = context.Latest.Processes?.Rows.Count(r => r.WaitChannel == "vlruwk") ?? 0;
        Reading? sleeps = context.Sysctl("vfs.vnode.stats.alloc_sleeps");
        long held = Arithmetic.Subtract(count.Value, Math.Max(free.Value, 0));
        Reading? files = context.Sysctl("kern.openfiles");
        bool isUnexplained = files is { } open
            && held > Arithmetic.Add(Arithmetic.Multiply(open.Value, PerFile), 10_000);
        MallocTypeRow? nullfs = context.Latest.MallocTypes?.Find(KnownNames.NullfsNode);
        bool isNullfs = nullfs is { } layered && layered.InUse >= held / 4;
        double fill = (double)count.Value / limit.Value;

        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(
            Evidence.Of($"{Display.Count(count.Value)} vnodes exist ({Display.Percent(fill)} of the limit)", count));
        evidence.Add(Evidence.Of($"the limit is {Display.Count(limit.Value)} (kern.maxvnodes)", limit));
        evidence.Add(
            Evidence.Of(
                $"{Display.Count(free.Value)} of them are free to be recycled, {Display.Count(held)} are held", free));
        if (files is { } number)
        {
            evidence.Add(Evidence.Of(
                $"{Display.Count(number.Value)} open files" + (
                    isUnexplained ? " do not explain so many held vnodes" : ""),
                number));
        }

        if (nullfs is { InUse: > 0 } row)
        {
            evidence.Add(new Evidence(
                $"{Display.Count(row.InUse)} nodes of nullfs; each keeps a vnode of the file system below",
                row.InUse, Unit.Items, context.Latest.MallocTypes!.At(row)));
        }

        if (sleeps is { Value: > 0 } slept)
        {
            evidence.Add(
                Evidence.Of($"{Display.Count(slept.Value)} times a vnode had to be waited for since boot", slept));
        }

        if (waiting > 0)
        {
            evidence.Add(new Evidence(
                $"{Display.Count(waiting)} threads wait for a vnode now (vlruwk)", waiting, Unit.Items,
                new SourceLine(context.Latest.Processes!.File, 0)));
        }

        return new Finding
        {
            Rule = Id,
            Title = $"vnodes {(fill >= 1 ? "at" : "near")} their limit and next to none can be recycled: "
                + $"{Display.Count(count.Value)} of {Display.Count(limit.Value)}, {Display.Count(free.Value)} free"
                + (isUnexplained ? "; open files do not explain it" : ""),
            Severity = fill > Over || waiting > 0 ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone(KnownNames.Vnode),
            Confidence = context.Latest.Host.IsBefore(13) ? 0.7 : 0.9,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, Subject.Zone(KnownNames.Vnode)),
            Exhaustion = new ExhaustionTime("kern.maxvnodes", null, null, null),
            Advice = Advices(context, count, limit, isUnexplained, isNullfs),
            BytesAtStake =
                Arithmetic.Multiply(count.Value, context.Latest.Zones?.Find(KnownNames.Vnode)?.Size ?? VnodeBytes),
        };
    }

    private static ImmutableArray<Advice> Advices(
        DiagnosisCase context, Reading count, Reading limit, bool isUnexplained, bool isNullfs)
    {
        ImmutableArray<Advice>.Builder advice = ImmutableArray.CreateBuilder<Advice>();
        advice.Add(Advice.Look(
            "See who holds vnodes: open files by process, nullfs mounts of jails, NFS. If they are held without open "
                + "files, "
            + "a reference is leaked, and a higher limit only hides it.",
            "fstat | awk '{print $2}' | sort | uniq -c | sort -rn | head",
            "mount -t nullfs",
            context.Latest.Host.IsAtLeast(14)
                ? "sysctl vfs.vnode"
                : "sysctl vfs.numvnodes vfs.freevnodes kern.maxvnodes"));
        if (isNullfs)
        {
            if (context.Latest.Host.IsAtLeast(14, 2))
            {
                advice.AddRange(TunableAdvice.Set(
                    context, "vfs.nullfs.cache_vnodes", 0,
                    "nullfs holds vnodes of the file system below; without its cache it lets them go.",
                    "Mounts made after the change are concerned; lookups through nullfs get slower."));
            }
            else
            {
                advice.Add(new Advice
                {
                    Kind = "config",
                    Text = "nullfs holds vnodes of the file system below; mount it with the option nocache.",
                    Risk = "Needs a new mount; lookups through nullfs get slower.",
                    Revert = "Mount without the option.",
                });
            }
        }

        long twice = Arithmetic.Multiply(Math.Max(count.Value, limit.Value), 2);
        if (context.Latest.Host.PhysicalMemory is not { } memory
            || Arithmetic.Multiply(twice, VnodeBytes) <= memory.Value / 10)
        {
            advice.AddRange(TunableAdvice.Set(
                context, "kern.maxvnodes", twice,
                isUnexplained
                    ? "Raising the limit only buys time, and hides the leak if references are leaked."
                    : "Raise the limit: twice the vnodes in use.",
                $"Takes up to {Display.Bytes(Arithmetic.Multiply(twice - limit.Value, VnodeBytes))} more memory, "
                    + "when it is used."));
        }

        return advice.ToImmutable();
    }
}
