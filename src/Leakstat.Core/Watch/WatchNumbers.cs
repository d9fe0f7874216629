using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Limits;
using Leakstat.Diagnosis.Network;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Watch;

/// <summary>What one capture says of one row.</summary>
internal readonly record struct WatchNumber(Subject Subject, long Bytes)
{
    public long? Items { get; init; }

    public long? FreeBytes { get; init; }

    public long? Failures { get; init; }

    public WatchBound? Bound { get; init; }

    public SourceLine? At { get; init; }
}

/// <summary>The rows of a capture: zones, malloc types, kinds of mbufs, and what has no zone.</summary>
internal static class WatchNumbers
{
    /// <summary>Every row. A zone or type whose name comes twice comes twice.</summary>
    public static IEnumerable<WatchNumber> Of(DiagnosisCase context) =>
        Mbufs(context).Concat(Zones(context)).Concat(Types(context)).Concat(Accounts(context));

    /// <summary>Whether a capture holds the table that such a row comes from.</summary>
    public static bool HasTable(Capture capture, Ledger ledger, SubjectKind kind) => kind switch
    {
        SubjectKind.Zone => capture.Zones is not null,
        SubjectKind.Malloc => capture.MallocTypes is not null,
        SubjectKind.Mbuf => capture.Mbufs is not null || capture.Zones is not null,
        _ => ledger.WiredTotal is not null,
    };

    private static IEnumerable<WatchNumber> Zones(DiagnosisCase context)
    {
        if (context.Latest.Zones is not { } table)
        {
            yield break;
        }

        long copies = KernelMemory.CpuCopies(context.Latest);
        foreach (ZoneRow row in table.Rows)
        {
            var subject = Subject.Zone(row.Name);

            // Kinds of mbufs are rows of their own: what vmstat -z calls used of a cluster may be free in a packet.
            // Zones that hand out memory of others hold none themselves; kernel stacks have no other row with items.
            if (subject.Kind == SubjectKind.Mbuf || (
                ZoneKinds.IsCacheZone(row.Name) && !ZoneFacts.Has(row.Name, ZoneTraits.KernelStack)))
            {
                continue;
            }

            long each = ZoneKinds.IsPerCpu(row.Name) ? Arithmetic.Multiply(row.Size, copies) : row.Size;
            long used = Math.Max(row.Used, 0);
            yield return new WatchNumber(subject, Arithmetic.Multiply(used, each))
            {
                Items = used,
                FreeBytes = Arithmetic.Multiply(Math.Max(row.Free, 0), each),
                Failures = row.Failures,
                Bound = BoundOf(context, row),
                At = table.At(row),
            };
        }
    }

    private static WatchBound? BoundOf(DiagnosisCase context, in ZoneRow row)
    {
        ZoneFact? known = ZoneFacts.Find(row.Name);
        if (row.Limit > 0)
        {
            return new WatchBound(known?.Limit?.Governs, row.Limit, row.Used);
        }

        return known?.CountedLimit is { } limit && BoundReading.Count(context, row.Name, limit) is { } count
            && context.Sysctl(limit.Sysctl) is { Value: > 0 } most
            ? new WatchBound(limit.Sysctl, most.Value, count.Value, limit.IsBytes)
            : null;
    }

    private static IEnumerable<WatchNumber> Types(DiagnosisCase context)
    {
        if (context.Latest.MallocTypes is not { } table)
        {
            yield break;
        }

        foreach (MallocTypeRow row in table.Rows)
        {
            yield return new WatchNumber(Subject.Malloc(row.Name), Math.Max(row.Memory, 0))
            {
                Items = Math.Max(row.InUse, 0),
                At = table.At(row),
            };
        }
    }

    private static IEnumerable<WatchNumber> Mbufs(DiagnosisCase context)
    {
        foreach (MbufPoolUse pool in MbufPools.Of(context.Latest))
        {
            yield return new WatchNumber(new Subject(SubjectKind.Mbuf, pool.Zone), pool.BytesInUse)
            {
                Items = pool.InUse.Value,
                FreeBytes = Arithmetic.Multiply(pool.Cached, pool.ItemBytes),
                Failures = pool.Denied?.Value,
                Bound = pool.Limit is { } limit ? new WatchBound(pool.LimitName, limit.Value, pool.InUse.Value) : null,
                At = pool.InUse.At,
            };
        }
    }

    /// <summary>Owners of wired memory that are not sums of rows, and the remainder where it means something.</summary>
    private static IEnumerable<WatchNumber> Accounts(DiagnosisCase context)
    {
        foreach (Account account in context.Ledger.Wired)
        {
            if (account.Name is AccountName.Zones or AccountName.Malloc)
            {
                continue;
            }

            bool isArc = account.Name == AccountName.Arc;
            yield return new WatchNumber(
                isArc ? Subject.Arc : new Subject(SubjectKind.Wired, account.Name), account.Bytes)
            {
                At = account.At,
                Bound = isArc && ArcView.Of(context.Latest)?.Maximum is { Value: > 0 } most
                    ? new WatchBound("arc_max", most.Value, account.Bytes, IsBytes: true)
                    : null,
            };
        }

        if (context.Ledger is { Unaccounted: { } unaccounted, IsComplete: true })
        {
            yield return new WatchNumber(Subject.Unaccounted, unaccounted) { At = context.Ledger.WiredTotal?.At };
        }
    }
}
