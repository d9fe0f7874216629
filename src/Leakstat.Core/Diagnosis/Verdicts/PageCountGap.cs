using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether the page counts are there, and whether they can be: how much memory the host has, and how much of it is
/// wired and free.
/// </summary>
internal static class PageCountGap
{
    private const string Command = "sysctl vm.stats.vm";

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
                Command,
                ledger.Pages.IsEmpty
                    ? "no page counts in the capture (vmstat -s or the head of top have them too)"
                    : $"no count of {string.Join(", ", absent)} pages in the capture",
                ledger.Pages.IsEmpty ? null : ledger.Pages[0].At);
        }

        if (ImpossiblePages.Find(report.Latest) is { } impossible)
        {
            return new Gap(Command, impossible.Text, impossible.At);
        }

        return ledger.Physical is null && report.Latest.Top is null
            ? new Gap("sysctl hw.physmem", "not in the capture")
            : null;
    }
}
