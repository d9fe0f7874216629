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
        long?[] values = new long?[count];
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
                    series.CopyTo(0, values);
                    Subtract(values, series.ItemSize, rest);
                    if (isBucket)
                    {
                        Add(values, series.ItemSize, buckets);
                    }

                    break;
                case SeriesKind.MallocBytes:
                    series.CopyTo(0, values);
                    Add(values, 1, types);
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

    private static void Subtract(ReadOnlySpan<long?> values, long size, Span<long?> rest)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value && rest[i] is { } left)
            {
                rest[i] = Arithmetic.Subtract(left, Arithmetic.Multiply(value, size));
            }
        }
    }

    private static void Add(ReadOnlySpan<long?> values, long size, Span<long> sums)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
            {
                sums[i] = Arithmetic.Add(sums[i], Arithmetic.Multiply(value, size));
            }
        }
    }
}
