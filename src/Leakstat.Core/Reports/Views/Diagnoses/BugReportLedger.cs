using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>The ledger in a problem report: exact bytes and where each stands.</summary>
internal static class BugReportLedger
{
    public static void Write(TerminalCanvas canvas, Ledger ledger)
    {
        if (ledger.Pages.IsEmpty && ledger.Wired.IsEmpty)
        {
            return;
        }

        BugReport.Head(canvas, "Memory ledger, bytes");
        WriteAccounts(canvas, ledger.Pages);
        if (ledger.Physical is { } physical)
        {
            WriteRow(canvas, "= physical", physical.Value, "hw.physmem", physical.At);
        }

        if (ledger.Wired.IsEmpty)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("wired memory by owner:"));
        WriteAccounts(canvas, ledger.Wired);
        if (ledger.Unaccounted is { } unaccounted)
        {
            canvas.Verbatim(0, Row("unaccounted", unaccounted));
            if (!ledger.IsComplete)
            {
                canvas.Paragraph(4, 4, new Run("(not all owners have a source in this capture)"));
            }
        }

        if (ledger.WiredTotal is { } wired)
        {
            WriteRow(canvas, "= wired", wired.Bytes, wired.How, wired.At);
        }
    }

    private static void WriteAccounts(TerminalCanvas canvas, ImmutableArray<Account> accounts)
    {
        foreach (Account account in accounts)
        {
            WriteRow(canvas, canvas.Fit(account.Name, 20), account.Bytes, account.How, account.At);
        }
    }

    private static void WriteRow(TerminalCanvas canvas, string name, long bytes, string how, SourceLine at)
    {
        canvas.Verbatim(0, Row(name, bytes));
        canvas.Paragraph(4, 6, new Run(how), new Run($"[{at}]", Style.Plain, true));
    }

    private static string Row(string name, long bytes) => $"{name,-20}{Display.Count(bytes),24}";
}
