using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Reports.Views.Findings;

/// <summary>The numbers of a finding's subject over the captures.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Items">Items or allocations; null where it is not counted in items.</param>
/// <param name="Bytes">Bytes per sample; null where a sample lacks it.</param>
internal sealed record SuspectSeries(Finding Finding, Series? Items, IReadOnlyList<long?> Bytes)
{
    /// <summary>The series of a finding; null where its subject has none or only one value is known.</summary>
    public static SuspectSeries? Of(Finding finding, HostHistory history)
    {
        string name = finding.Subject.Name;
        (Series? items, Series? bytes) = finding.Subject.Kind switch
        {
            SubjectKind.Zone or SubjectKind.Mbuf => (history.Find(SeriesKind.ZoneUsed, name), (Series?)null),
            SubjectKind.Malloc => (
                history.Find(SeriesKind.MallocInUse, name), history.Find(SeriesKind.MallocBytes, name)),
            SubjectKind.Arc => (null, history.Find(SeriesKind.Account, Accounting.AccountName.Arc)),
            SubjectKind.Wired => (null, history.Find(SeriesKind.Account, name)),
            _ => (null, null),
        };
        IReadOnlyList<long?>? values = bytes is not null ? bytes.Values
            : items is { ItemSize: > 0 } sized ? [.. sized.Values.Select(
                v => v is { } count ? Arithmetic.Multiply(count, sized.ItemSize) : (long?)null)]
            : null;
        return values is not null && values.Count(v => v is not null) > 1
            ? new SuspectSeries(finding, items, values)
            : null;
    }

    /// <summary>The first finding with a series: what was looked at over time.</summary>
    public static SuspectSeries? First(DiagnosisReport report) =>
        report.Findings.OrderBy(f => f.Verdict == Verdict.Healthy)
            .Select(f => Of(f, report.History)).FirstOrDefault(s => s is not null);

    /// <summary>
    /// At most <paramref name="most"/> samples spread evenly, the first and the last among them; samples without a
    /// value are left out.
    /// </summary>
    public int[] Spread(int most)
    {
        int[] known = [.. Enumerable.Range(0, Bytes.Count).Where(i => Bytes[i] is not null)];
        return known.Length <= most
            ? known
            : [.. Enumerable.Range(0, most).Select(i => known[(int)((long)i * (known.Length - 1) / (most - 1))])];
    }
}
