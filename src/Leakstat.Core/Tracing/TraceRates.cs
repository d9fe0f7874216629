using Leakstat.Model;

namespace Leakstat.Tracing;

/// <summary>How often a suspect is allocated, from two captures of one boot.</summary>
public static class TraceRates
{
    /// <summary>
    /// The estimate; null where the captures do not tell it: no times, no growing time, counters that fell, or the
    /// suspect missing. Releases are taken to be as many as allocations.
    /// </summary>
    public static OverheadEstimate? Between(Capture earlier, Capture later, TraceSuspect suspect)
    {
        if (earlier.TakenAt is not { } from || later.TakenAt is not { } to || to <= from)
        {
            return null;
        }

        double seconds = (to - from).TotalSeconds;
        (long? all, long? mine) = suspect.Kind switch
        {
            SuspectKind.Malloc => (MallocCalls(earlier, later, null), MallocCalls(earlier, later, suspect.Name)),
            SuspectKind.Zone or SuspectKind.Mbuf => (
                ZoneCalls(earlier, later, null), ZoneCalls(earlier, later, suspect.Zones)),
            SuspectKind.Module => (MallocCalls(earlier, later, null), null),
            _ => (null, null),
        };
        return all is { } calls
            ? new OverheadEstimate(
                2 * calls / seconds, 2 * (mine ?? (suspect.Kind == SuspectKind.Module ? 0 : calls)) / seconds)
            : null;
    }

    private static long? MallocCalls(Capture earlier, Capture later, string? name)
    {
        if (earlier.MallocTypes is not { } before || later.MallocTypes is not { } after)
        {
            return null;
        }

        long sum = 0;
        bool isThere = false;
        foreach (MallocTypeRow row in after.Rows)
        {
            if ((name is null || row.Name == name) && before.Find(row.Name) is { } was)
            {
                if (row.Requests < was.Requests)
                {
                    return null;
                }

                isThere = true;
                sum = Arithmetic.Add(sum, row.Requests - was.Requests);
            }
        }

        return isThere ? sum : null;
    }

    private static long? ZoneCalls(Capture earlier, Capture later, IReadOnlyList<string>? names)
    {
        if (earlier.Zones is not { } before || later.Zones is not { } after)
        {
            return null;
        }

        long sum = 0;
        bool isThere = false;
        foreach (ZoneRow row in after.Rows)
        {
            if ((names is null || names.Contains(row.Name)) && before.Find(row.Name) is { } was)
            {
                if (row.Requests < was.Requests)
                {
                    return null;
                }

                isThere = true;
                sum = Arithmetic.Add(sum, row.Requests - was.Requests);
            }
        }

        return isThere ? sum : null;
    }
}
