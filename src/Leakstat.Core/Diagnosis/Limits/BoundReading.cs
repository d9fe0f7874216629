using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>What a capture says of the counts by which zones and malloc types are bounded.</summary>
internal static class BoundReading
{
    /// <summary>The most items that the terms explain; null where one of them is not known.</summary>
    public static long? Most(DiagnosisCase context, ItemBound bound)
    {
        long sum = 0;
        foreach (BoundTerm term in bound.Of)
        {
            if (Read(context, term) is not { } reading)
            {
                return null;
            }

            sum = Arithmetic.Add(sum, Math.Max(reading.Value, 0));
        }

        return Arithmetic.Add((long)Math.Min(sum * bound.Factor, long.MaxValue / 2), bound.Slack);
    }

    /// <summary>How a term is named to a person.</summary>
    public static string Name(BoundTerm term) => term switch
    {
        { Zone: { } zone, WithFree: true } => $"items of zone {zone}, cached ones included",
        { Zone: { } zone } => $"items of zone {zone}",
        { Ps: ListedByPs.Processes } => "processes in ps",
        { Ps: ListedByPs.Threads } => "threads in ps",
        _ => term.Name ?? term.Sysctls[0],
    };

    /// <summary>Reads a term; null where the capture lacks it.</summary>
    public static Reading? Read(DiagnosisCase context, BoundTerm term)
    {
        if (term.Zone is { } name)
        {
            return context.Latest.Zones is { } zones && zones.Find(name) is { } row
                ? new Reading(
                    Arithmetic.Add(Math.Max(row.Used, 0), term.WithFree ? Math.Max(row.Free, 0) : 0), zones.At(row))
                : null;
        }

        return term.Ps switch
        {
            ListedByPs.Processes => context.Latest.Processes is { Rows.IsEmpty: false } table
                ? new Reading(table.Rows.Select(r => r.Pid).Distinct().Count(), new SourceLine(table.File, 0))
                : null,
            ListedByPs.Threads => context.Latest.Processes is { Threads: { } count } table
                ? new Reading(count, new SourceLine(table.File, 0))
                : null,
            _ => context.Sysctl(term.Sysctls.AsSpan()),
        };
    }

    /// <summary>The number of objects of a zone that a limit is on; null where the capture lacks it.</summary>
    public static Reading? Count(DiagnosisCase context, string zone, CountedLimit limit)
    {
        if (context.Sysctl(limit.Counters.AsSpan()) is { } counted)
        {
            return counted;
        }

        return !limit.Counters.IsEmpty ? null
            : context.Latest.Zones is { } zones && zones.Find(zone) is { } row
                ? new Reading(row.Used, zones.At(row))
            : zone == KnownNames.Process && context.Latest.Top is { CountsThreads: false, Processes: { } shown }
                ? shown
            : null;
    }
}
