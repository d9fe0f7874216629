using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>
/// The one order of the captures of a host, whether they are read now or come from a store, and in whatever order they
/// were stored: by time. One without a time follows the one before it by name in its folder. Of equal times the folders
/// stand in the order in which they came, and in a folder names decide; what was given one by one stays as it was
/// given.
/// </summary>
public static class CaptureOrder
{
    /// <summary>Puts captures in order.</summary>
    /// <param name="captures">The captures, as they came.</param>
    /// <returns>Their places in <paramref name="captures"/>, the earliest capture first.</returns>
    public static int[] Of(IReadOnlyList<CapturePosition> captures)
    {
        DateTimeOffset[] times = Times(captures);
        int[] order = [.. Enumerable.Range(0, times.Length)];
        if (IsRising(times))
        {
            return order;
        }

        Array.Sort(order, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        for (int start = 0; start < order.Length;)
        {
            int end = start + 1;
            while (end < order.Length && times[order[end]] == times[order[start]])
            {
                end++;
            }

            if (end - start > 1)
            {
                ByName(captures, order[start..end]).CopyTo(order, start);
            }

            start = end;
        }

        return order;
    }

    /// <summary>
    /// The time that each is put in order by: its own, else that of the one it follows by name in its folder, else that
    /// of the one it was found behind.
    /// </summary>
    /// <param name="captures">The captures, as they came.</param>
    public static DateTimeOffset[] Times(IReadOnlyList<CapturePosition> captures)
    {
        DateTimeOffset[] times = [.. captures.Select(c => c.At ?? c.Follows)];
        if (captures.All(c => c.At is not null))
        {
            return times;
        }

        foreach (IGrouping<string, int> folder in Enumerable.Range(0, times.Length).GroupBy(i => captures[i].Folder))
        {
            DateTimeOffset? last = null;
            foreach (int i in folder.Key.Length == 0 ? [] : InFolder(captures, folder))
            {
                last = captures[i].At ?? last;
                times[i] = last ?? times[i];
            }
        }

        return times;
    }

    /// <summary>
    /// Whether a capture that came later stands behind another, going by these two alone: of two times the later one.
    /// </summary>
    /// <param name="later">The one that came later.</param>
    /// <param name="earlier">The one that was there.</param>
    public static bool IsBehind(CapturePosition later, CapturePosition earlier)
    {
        DateTimeOffset at = later.At ?? later.Follows;
        DateTimeOffset before = earlier.At ?? earlier.Follows;
        return at != before
            ? at > before
            : later.Folder.Length == 0 || later.Folder != earlier.Folder
                || NaturalOrder.Instance.Compare(later.Source, earlier.Source) >= 0;
    }

    // As captures nearly always come: each later than the one before it, and nothing to be put in order.
    private static bool IsRising(DateTimeOffset[] times)
    {
        for (int i = 1; i < times.Length; i++)
        {
            if (times[i] <= times[i - 1])
            {
                return false;
            }
        }

        return true;
    }

    private static int[] ByName(IReadOnlyList<CapturePosition> captures, int[] equal) =>
    [
        .. equal.GroupBy(i => captures[i].Folder)
            .SelectMany(folder => folder.Key.Length == 0 ? folder : InFolder(captures, folder)),
    ];

    private static IEnumerable<int> InFolder(IReadOnlyList<CapturePosition> captures, IEnumerable<int> places) =>
        places.OrderBy(i => captures[i].Source, NaturalOrder.Instance);
}
