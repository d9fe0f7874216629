using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0210: free items in the caches of a zone take much memory.</summary>
public sealed class LS0210CachesHoldMemory : IRule
{
    private const double OfMemory = 0.10;
    private const double MuchOfMemory = 0.25;
    private const double OfZone = 0.25;

    /// <inheritdoc/>
    public string Id => "LS0210";

    /// <inheritdoc/>
    public string Name => "Zone caches hold much free memory";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Zones];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Latest.Host.PhysicalMemory is not { Value: > 0 } memory)
        {
            yield break;
        }

        foreach (ZoneRow row in context.Latest.Zones?.Rows ?? [])
        {
            if (ZoneKinds.IsCacheZone(row.Name) || row.Free <= 0)
            {
                continue;
            }

            long itemBytes = ItemBytes(context, row);
            long cached = Arithmetic.Multiply(row.Free, itemBytes);
            long all = Arithmetic.Multiply(Arithmetic.Add(Math.Max(row.Used, 0), row.Free), itemBytes);
            if (cached >= memory.Value * OfMemory && cached <= memory.Value && cached >= all * OfZone)
            {
                yield return Finding(context, row, cached, memory.Value);
            }
        }
    }

    /// <summary>
    /// What an item really takes: its share of a slab where <c>vm.uma</c> tells, every CPU's copy of a per-CPU item,
    /// the cluster inside a packet (a free packet's mbuf and cluster are free in no other row).
    /// </summary>
    private static long ItemBytes(DiagnosisCase context, ZoneRow row)
    {
        if (row.Name == KnownNames.Packet)
        {
            return Arithmetic.Add(row.Size, context.Latest.Zones!.Find(KnownNames.Cluster)?.Size ?? 2048);
        }

        if (ZoneKinds.IsPerCpu(row.Name))
        {
            long copies = context.Sysctl("kern.smp.maxid") is { } highest
                ? Arithmetic.Add(highest.Value, 1)
                : context.Sysctl("kern.smp.cpus", "hw.ncpu")?.Value ?? 1;
            return Arithmetic.Multiply(row.Size, Math.Clamp(copies, 1, 4096));
        }

        return context.Latest.Uma?.Find(
            row.Name)
                is { IsSecondary: false, PagesPerSlab.Value: > 0 and { } pages, ItemsPerSlab.Value: > 0 and { } items }
            ? Math.Max(Arithmetic.Multiply(pages, context.PageSize) / items, row.Size)
            : row.Size;
    }

    private Finding Finding(DiagnosisCase context, ZoneRow row, long cached, long memory)
    {
        Reading? free = context.Sysctl("vm.stats.vm.v_free_count");
        Reading? target = context.Sysctl("vm.v_free_target", "vm.stats.vm.v_free_target");
        bool isShort = free is { } now && target is { } wanted && now.Value < wanted.Value;
        bool isCostly = isShort && cached >= memory * MuchOfMemory;
        Subject subject = Subject.Zone(row.Name);
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(new Evidence(
            $"{Display.Count(row.Free)} free items are cached, {Display.Bytes(cached)} "
                + $"({Display.Percent((double)cached / memory)} of memory); "
            + $"{Display.Count(row.Used)} are in use",
            cached, Unit.Bytes, context.Latest.Zones!.At(row)));
        if (free is { } pages)
        {
            evidence.Add(Evidence.Of(
                $"{Display.Bytes(Arithmetic.Multiply(pages.Value, context.PageSize))} of memory is free" + (
                    isShort ? ", less than the target" : ""),
                pages, Unit.Pages));
        }

        return new Finding
        {
            Rule = Id,
            Title = $"zone {row.Name} keeps {Display.Bytes(cached)} in free items: cache that the kernel takes back, "
                + "no leak",
            Severity = isCostly ? Severity.Warning : Severity.Info,
            Verdict = isCostly ? Verdict.Suspect : Verdict.Healthy,
            Subject = subject,
            Confidence = isCostly ? 0.6 : 0.85,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, subject),
            Advice = Advices(context, isShort),
            BytesAtStake = cached,
        };
    }

    private static ImmutableArray<Advice> Advices(DiagnosisCase context, bool isShort)
    {
        Advice look = Advice.Look(
            "Free items are given back when memory gets short. If they stay although it is, they lie scattered over "
                + "slabs that are partly in use.",
            "vmstat -z");
        return context.Latest.Host.IsAtLeast(14) && isShort
            ?
            [
                look,
                new Advice
                {
                    Kind = "sysctl",
                    Text = "Drain the zone caches once and see what stays: that is held or scattered.",
                    Commands = ["sysctl debug.uma_reclaim=2"],
                    Risk = "Changes the running system: all zone caches are emptied, and allocations are slower "
                        + "until they have filled again.",
                    Revert = "None needed: the caches fill by themselves.",
                },
            ]
            : [look];
    }
}
