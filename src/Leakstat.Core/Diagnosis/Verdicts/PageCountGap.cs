using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether the page counts are there: how much memory the host has, and how much of it is wired and free.
/// </summary>
internal static class PageCountGap
{
    /// <summary>What is missing; null where nothing is.</summary>
    public static Gap? Of(DiagnosisReport report)
    {
        Ledger ledger = report.Ledger;
        string[] absent =
        [
            .. new[] { AccountName.Wired, AccountName.Free, AccountName.Active, AccountName.Inactive }
                .Where(name => ledger.FindPages(name) is null),
        ];
        if (absent.Length > 0)
        {
            return new Gap(
                "sysctl vm.stats.vm",
                ledger.Pages.IsEmpty
                    ? "no page counts in the capture (vmstat -s or the head of top have them too)"
                    : $"no count of {string.Join(", ", absent)} pages in the capture",
                ledger.Pages.IsEmpty ? null : ledger.Pages[0].At);
        }

        // A count that cannot be is a number that was mangled; what it stands for is not known.
        if (ledger.Physical is { } physical && ledger.Pages.FirstOrDefault(a => a.Bytes > physical.Value) is { } beyond)
        {
            return new Gap(
                "sysctl vm.stats.vm",
                $"{beyond.Name} pages of {Display.Bytes(beyond.Bytes)}, more than the "
                    + $"{Display.Bytes(physical.Value)} that the host has",
                beyond.At);
        }

        return ledger.Physical is null && report.Latest.Top is null
            ? new Gap("sysctl hw.physmem", "not in the capture")
            : null;
    }
}
