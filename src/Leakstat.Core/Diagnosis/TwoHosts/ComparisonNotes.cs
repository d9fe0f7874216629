using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.TwoHosts;

/// <summary>
/// What has to be known to read a comparison: what the hosts are called, and what of them cannot be compared.
/// </summary>
internal static class ComparisonNotes
{
    /// <summary>
    /// What to call two hosts: their names; of one host before and after, its releases; else A and B.
    /// </summary>
    public static (string A, string B) Labels(DiagnosisCase a, DiagnosisCase b)
    {
        if (a.Latest.Host.Name is { Length: > 0 } nameOfA && b.Latest.Host.Name is { Length: > 0 } nameOfB
            && nameOfA != nameOfB)
        {
            return (nameOfA, nameOfB);
        }

        return a.Release is { } releaseOfA && b.Release is { } releaseOfB && releaseOfA.Text != releaseOfB.Text
            ? (releaseOfA.Text, releaseOfB.Text)
            : ("A", "B");
    }

    /// <summary>Whether a side has any series of a kind.</summary>
    public static bool Has(Dictionary<SeriesKey, SideSeries> series, SeriesKind kind) =>
        series.Keys.Any(k => k.Kind == kind);

    /// <summary>How far the uptimes of both meet.</summary>
    public static void AddUptimes(
        ImmutableArray<string>.Builder notes,
        UptimeOverlap? overlap,
        DiagnosisCase a,
        DiagnosisCase b,
        string nameOfA,
        string nameOfB)
    {
        if (overlap is null)
        {
            string[] unknown = [.. new[] { (a, nameOfA), (b, nameOfB) }.Where(
                s => !UptimeLine.Of(s.Item1.History).Any()).Select(s => s.Item2)];
            notes.Add(
                $"the uptime of {string.Join(" and of ", unknown)} is not in the captures (sysctl kern.boottime, or "
                    + "uptime): "
                + "growth is compared at equal times since boot, so nothing is judged");
            return;
        }

        string seen = $"{nameOfA} was seen from {Display.Hours(overlap.A.First)} to "
            + $"{Display.Hours(overlap.A.Last)} after its boot, "
            + $"{nameOfB} from {Display.Hours(overlap.B.First)} to {Display.Hours(overlap.B.Last)} after its own";
        if (overlap.Points.Length < HostDifferential.FewestPoints)
        {
            notes.Add(overlap.To < overlap.From
                ? $"{seen}: the uptimes do not overlap, so nothing is judged"
                : $"{seen}: one of them has {Display.Count(overlap.Points.Length, "capture", "captures")} in the "
                    + "time that both have, "
                    + $"{HostDifferential.FewestPoints} are the least that anything is judged from");
        }
        else if (overlap.Points.Length < TrendOptions.Default.MinimumSamples)
        {
            notes.Add($"one of them has {overlap.Points.Length} captures in the time that both have; from "
                + $"{TrendOptions.Default.MinimumSamples} on a leak can be told from chance");
        }
    }

    /// <summary>Which table one of them lacks.</summary>
    public static void AddTables(
        ImmutableArray<string>.Builder notes, Dictionary<SeriesKey, SideSeries> a, Dictionary<SeriesKey, SideSeries> b,
        string nameOfA, string nameOfB)
    {
        foreach ((SeriesKind kind, string what) in new[]
        {
            (SeriesKind.ZoneUsed, "vmstat -z: no zone is"),
            (SeriesKind.MallocBytes, "vmstat -m: no malloc type is"),
            (SeriesKind.Account, "what tells the memory that nobody owns: it is not"),
        })
        {
            if (Has(a, kind) != Has(b, kind))
            {
                notes.Add($"{(Has(a, kind) ? nameOfB : nameOfA)} lacks {what} compared");
            }
        }
    }
}
