using Leakstat.Accounting;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>One number that a capture adds to a series.</summary>
/// <param name="Key">The series.</param>
/// <param name="Value">The number.</param>
/// <param name="ItemSize">Bytes of one item; null where the series counts no items of a known size.</param>
/// <param name="At">Where it stands; null where it is computed or of no use to a reader.</param>
public readonly record struct SampleNumber(SeriesKey Key, long Value, long? ItemSize, SourceLine? At)
{
    /// <summary>
    /// Every number of a capture and its ledger that goes into a history. A key may come several times (zones and types
    /// may share a name): such numbers are added up.
    /// </summary>
    public static IEnumerable<SampleNumber> Of(Capture capture, Ledger ledger) =>
        Zones(capture).Concat(Types(capture)).Concat(Mbufs(capture)).Concat(Accounts(ledger)).Concat(
            ExplainingCounters.Of(capture, ledger)
            .Select(
                counter => new SampleNumber(
                    new SeriesKey(SeriesKind.Counter, counter.Name), counter.Value, null, null)));

    private static IEnumerable<SampleNumber> Zones(Capture capture)
    {
        if (capture.Zones is { } zones)
        {
            foreach (ZoneRow row in zones.Rows)
            {
                yield return new SampleNumber(
                    new SeriesKey(SeriesKind.ZoneUsed, row.Name), row.Used, row.Size, zones.At(row));
                yield return new SampleNumber(new SeriesKey(SeriesKind.ZoneFree, row.Name), row.Free, row.Size, null);
                yield return new SampleNumber(
                    new SeriesKey(SeriesKind.ZoneRequests, row.Name), row.Requests, null, null);
                if (row.Failures is { } failures)
                {
                    yield return new SampleNumber(
                        new SeriesKey(SeriesKind.ZoneFailures, row.Name), failures, null, null);
                }
            }
        }

        foreach (UmaZone zone in capture.Uma?.Zones ?? [])
        {
            if (zone.Pages is { } pages && !zone.IsSecondary)
            {
                yield return new SampleNumber(new SeriesKey(SeriesKind.KegPages, zone.Node), pages, null, null);
            }

            if (zone.Live is { } live)
            {
                yield return new SampleNumber(
                    new SeriesKey(SeriesKind.KegItems, zone.Node),
                    live.Value,
                    zone.KegItemSize?.Value ?? zone.Size?.Value ?? 0,
                    live.At);
            }
        }
    }

    private static IEnumerable<SampleNumber> Types(Capture capture)
    {
        foreach (MallocTypeRow row in capture.MallocTypes?.Rows ?? [])
        {
            yield return new SampleNumber(new SeriesKey(SeriesKind.MallocInUse, row.Name), row.InUse, null, null);
            yield return new SampleNumber(
                new SeriesKey(SeriesKind.MallocBytes, row.Name), row.Memory, 1, capture.MallocTypes!.At(row));
            yield return new SampleNumber(new SeriesKey(SeriesKind.MallocRequests, row.Name), row.Requests, null, null);
        }
    }

    private static IEnumerable<SampleNumber> Mbufs(Capture capture)
    {
        if (capture.Mbufs is not { } mbufs)
        {
            yield break;
        }

        foreach ((string name, MbufPool? pool) in new[]
        {
            ("mbufs", mbufs.Mbufs),
            ("clusters", mbufs.Clusters),
            ("packets", mbufs.Packets),
            ("page jumbo", mbufs.JumboPage),
            ("9k jumbo", mbufs.Jumbo9), ("16k jumbo", mbufs.Jumbo16), ("bytes", mbufs.Bytes),
        })
        {
            if (pool?.Current is { } current)
            {
                yield return new SampleNumber(
                    new SeriesKey(SeriesKind.MbufCurrent, name), current, null, pool.Value.At);
            }

            if (pool?.Cache is { } cache)
            {
                yield return new SampleNumber(new SeriesKey(SeriesKind.MbufCache, name), cache, null, null);
            }
        }
    }

    private static IEnumerable<SampleNumber> Accounts(Ledger ledger)
    {
        foreach (Account account in ledger.Pages.Concat(ledger.Wired.Where(a => a.Name != AccountName.Wired)))
        {
            yield return new SampleNumber(
                new SeriesKey(SeriesKind.Account, account.Name), account.Bytes, 1, account.At);
        }

        if (ledger is { Unaccounted: { } unaccounted, IsComplete: true })
        {
            yield return new SampleNumber(
                new SeriesKey(SeriesKind.Account, AccountName.Unaccounted), unaccounted, 1, ledger.WiredTotal!.At);
        }
    }
}
