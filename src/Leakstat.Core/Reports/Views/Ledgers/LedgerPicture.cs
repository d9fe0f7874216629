using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Ledgers;

/// <summary>The ledger as a bar of letters and as rows: where the memory is, and who has wired it.</summary>
internal static class LedgerPicture
{
    private const int NameWidth = 18;

    public static void Write(TerminalCanvas canvas, Ledger ledger, bool verbose)
    {
        if (ledger.Pages.IsEmpty && ledger.Wired.IsEmpty)
        {
            return;
        }

        canvas.Blank();
        WritePages(canvas, ledger, verbose);
        WriteWired(canvas, ledger, verbose);
    }

    private static void WritePages(TerminalCanvas canvas, Ledger ledger, bool verbose)
    {
        if (ledger.Pages.IsEmpty)
        {
            return;
        }

        long total = ledger.Total ?? 0;
        canvas.Paragraph(0, 0, new Run(
            total > 0 ? $"Memory: {Display.Bytes(total)}" : "Memory: the total is not in the capture", Style.Strong));
        if (total > 0)
        {
            canvas.Verbatim(2, Bar(ledger.Pages, total, canvas.Width - 4));
        }

        foreach (Account account in ledger.Pages)
        {
            WriteRow(canvas, Letter(account.Name) + " " + account.Name, account.Bytes, total, verbose ? account : null);
        }
    }

    private static void WriteWired(TerminalCanvas canvas, Ledger ledger, bool verbose)
    {
        if (ledger.Wired.IsEmpty)
        {
            return;
        }

        canvas.Blank();
        long total = ledger.WiredTotal?.Bytes ?? 0;
        canvas.Paragraph(0, 0, new Run(
            total > 0 ? $"Wired memory by owner: {Display.Bytes(total)}" : "Wired memory by owner: the total is not "
                + "in the capture",
            Style.Strong));
        long smallest = verbose ? 0 : Math.Max(total / 200, 1);
        long rest = 0;
        int left = 0;
        foreach (Account account in ledger.Wired)
        {
            if (account.Bytes < smallest && account.Bytes > -smallest)
            {
                rest = Arithmetic.Add(rest, account.Bytes);
                left++;
                continue;
            }

            WriteRow(canvas, account.Name, account.Bytes, total, verbose ? account : null);
        }

        if (left > 0)
        {
            WriteRow(canvas, $"{left} smaller", rest, total, null);
        }

        if (ledger.Unaccounted is { } unaccounted)
        {
            WriteRow(canvas, AccountName.Unaccounted, unaccounted, total, null);
            if (!ledger.IsComplete)
            {
                canvas.Paragraph(
                    4, 4, new Run("(sources are missing, see below: part of this has an owner)", Style.Dim));
            }
        }
    }

    private static void WriteRow(TerminalCanvas canvas, string name, long bytes, long total, Account? from)
    {
        string share = total > 0 ? Display.Percent((double)bytes / total) : "";
        string row = $"  {canvas.Fit(name, NameWidth)} {Display.Bytes(bytes),10} {share,8}";
        int room = canvas.Width - row.Length - 2;
        if (from is not null)
        {
            canvas.Row(new Run(row));
            canvas.Paragraph(4, 6, new Run(from.How, Style.Dim), new Run($"[{from.At}]", Style.Dim, true));
            return;
        }

        int length = total > 0 && room > 4 ? (int)Math.Round(Math.Clamp((double)bytes / total, 0, 1) * room) : 0;
        canvas.Row(new Run(length > 0 ? row + "  " + new string('#', length) : row));
    }

    /// <summary>
    /// One letter per share; what is smaller than a letter is left out, rounding goes to the largest.
    /// </summary>
    public static string Bar(ImmutableArray<Account> accounts, long total, int columns)
    {
        if (total <= 0)
        {
            return "";
        }

        var lengths = new int[accounts.Length];
        int largest = 0;
        int used = 0;
        for (int i = 0; i < accounts.Length; i++)
        {
            lengths[i] = (int)Math.Round(Math.Clamp((double)accounts[i].Bytes / total, 0, 1) * columns);
            used += lengths[i];
            largest = lengths[i] > lengths[largest] ? i : largest;
        }

        lengths[largest] = Math.Max(lengths[largest] + columns - used, 0);
        return "[" + string.Concat(accounts.Select((a, i) => new string(Letter(a.Name), lengths[i]))) + "]";
    }

    private static char Letter(string account) => account switch
    {
        AccountName.Wired => 'W',
        AccountName.Active => 'A',
        AccountName.Inactive => 'I',
        AccountName.Laundry => 'L',
        AccountName.Cache => 'C',
        AccountName.Free => '.',
        AccountName.NotManaged => 'K',
        _ => ' ',
    };
}
