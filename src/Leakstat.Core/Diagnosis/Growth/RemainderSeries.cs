using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>
/// Wired memory that nobody owns, over the captures: the ledger's remainder, or the nearest that the captures allow.
/// </summary>
internal static class RemainderSeries
{
    /// <summary>
    /// The remainder; null where wired memory is not known. Where captures lack what the ledger needs for it
    /// (<c>vm.uma</c>, <c>vm.pmap</c>, <c>kldstat</c>), it is wired memory without what zones hold and what types hold
    /// beyond malloc's zones. Its level then says nothing; that it grows does.
    /// </summary>
    public static Series? Of(HostHistory history)
    {
        if (history.Find(SeriesKind.Account, AccountName.Unaccounted) is { } exact)
        {
            return exact;
        }

        if (history.Find(SeriesKind.Account, AccountName.Wired) is not { } wired)
        {
            return null;
        }

        int count = history.Samples.Length;
        long?[] rest = [.. wired.Values];
        long[] types = new long[count], buckets = new long[count];
        bool zonesKnown = false;
        foreach (Series series in history.Series)
        {
            string name = series.Key.Name;
            switch (series.Key.Kind)
            {
                case SeriesKind.ZoneUsed or SeriesKind.ZoneFree when series.ItemSize > 0
                    && !ZoneKinds.IsCacheZone(name):
                    zonesKnown = true;
                    bool isBucket = series.Key.Kind == SeriesKind.ZoneUsed && ZoneKinds.IsMallocBucket(name);
                    Add(series, series.ItemSize, (i, bytes) =>
                    {
                        rest[i] = rest[i] is { } left ? Arithmetic.Subtract(left, bytes) : null;
                        buckets[i] = isBucket ? Arithmetic.Add(buckets[i], bytes) : buckets[i];
                    });
                    break;
                case SeriesKind.MallocBytes:
                    Add(series, 1, (i, bytes) => types[i] = Arithmetic.Add(types[i], bytes));
                    break;
            }
        }

        if (!zonesKnown)
        {
            return null;
        }

        for (int i = 0; i < count; i++)
        {
            rest[i] = rest[i] is { } left
                ? Arithmetic.Subtract(left, Math.Max(Arithmetic.Subtract(types[i], buckets[i]), 0)) : null;
        }

        return new Series(new SeriesKey(SeriesKind.Account, AccountName.Unaccounted), rest, 1)
        {
            LastAt =
            wired.LastAt
        };
    }

    private static void Add(Series series, long size, Action<int, long> add)
    {
        long?[] values = [.. series.Values];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
            {
                add(i, Arithmetic.Multiply(value, size));
            }
        }
    }
}
