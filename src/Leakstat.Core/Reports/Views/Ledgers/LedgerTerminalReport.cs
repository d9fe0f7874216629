using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Ledgers;

/// <summary>The ledger for a person: tables that add up, with where every number stands.</summary>
public static class LedgerTerminalReport
{
    private const int NameWidth = 22;

    /// <summary>Writes the ledger of one capture.</summary>
    public static void Write(Capture capture, Ledger ledger, TextWriter output, TerminalOptions options)
    {
        var canvas = new TerminalCanvas(output, options);
        HostIdentity host = capture.Host;
        string[] who =
        [
            host.Name ?? "host of unknown name",
            host.Release is { } release ? $"FreeBSD {release.Text}" : "release unknown",
            capture.TakenAt is { } time ? Display.Time(time) : "time unknown",
        ];
        canvas.Paragraph(0, 0, new Run(string.Join(", ", who), Style.Strong));
        if (ledger.Pages.IsEmpty && ledger.Wired.IsEmpty)
        {
            canvas.Paragraph(0, 0, new Run("This capture does not say where the memory is."));
            WriteMissing(canvas, ledger);
            return;
        }

        bool quiet = options.Detail == Detail.Quiet;
        bool verbose = options.Detail == Detail.Verbose;
        WritePages(canvas, ledger, quiet, verbose);
        WriteWired(canvas, ledger, quiet, verbose);
        WriteMissing(canvas, ledger);
    }

    private static void WritePages(TerminalCanvas canvas, Ledger ledger, bool quiet, bool verbose)
    {
        if (ledger.Pages.IsEmpty)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("Physical memory", Style.Strong));
        long sum = Amounts.Sum(ledger.Pages);
        long whole = ledger.Total ?? 0;
        WriteAccounts(canvas, ledger.Pages, whole, 2, quiet, verbose);
        Rule(canvas);
        if (whole <= 0)
        {
            canvas.Paragraph(4, 4, new Run("the total is not in the capture (sysctl hw.physmem)", Style.Dim));
            return;
        }

        WriteRow(canvas, 2, "physical", whole, whole, Style.Strong);
        if (ledger.Physical is { } physical)
        {
            WriteSource(canvas, quiet, "hw.physmem", physical.At);
            if (sum != physical.Value)
            {
                canvas.Paragraph(4, 4, new Run(
                    $"the accounts add up to {Display.Bytes(sum)}, {Display.Change(sum - (double)physical.Value)}"));
            }
        }
        else
        {
            canvas.Paragraph(4, 4, new Run("sum of the accounts: the capture does not say hw.physmem", Style.Dim));
        }
    }

    private static void WriteWired(TerminalCanvas canvas, Ledger ledger, bool quiet, bool verbose)
    {
        if (ledger.Wired.IsEmpty && ledger.WiredTotal is null)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("Wired memory by owner", Style.Strong));
        long whole = ledger.WiredTotal?.Bytes ?? 0;
        WriteAccounts(canvas, ledger.Wired, whole, 2, quiet, verbose);
        if (ledger.Unaccounted is { } unaccounted)
        {
            bool remarkable = ledger.IsComplete && (unaccounted > ledger.Tolerance || unaccounted < -ledger.Tolerance);
            WriteRow(canvas, 2, AccountName.Unaccounted, unaccounted, whole, remarkable ? Style.Warning : Style.Plain);
            if (!quiet)
            {
                canvas.Paragraph(6, 6, new Run(RemainderText(ledger, remarkable), Style.Dim));
            }
        }

        Rule(canvas);
        if (ledger.WiredTotal is { } wired)
        {
            WriteRow(canvas, 2, "wired", wired.Bytes, whole, Style.Strong);
            WriteSource(canvas, quiet, wired.How, wired.At);
        }
        else
        {
            canvas.Paragraph(4, 4, new Run("the total is not in the capture (sysctl vm.stats.vm.v_wire_count)",
                Style.Dim));
        }
    }

    private static string RemainderText(Ledger ledger, bool remarkable) => (ledger.IsComplete, remarkable) switch
    {
        (false, _) => "what is left of wired; accounts without a source are in it",
        (true, true) => "what is left of wired: nobody owns it, and it is more than this release leaves ordinarily",
        _ => $"what is left of wired; up to {Display.Bytes(ledger.Tolerance)} is ordinary here",
    };

    private static void WriteAccounts(
        TerminalCanvas canvas, ImmutableArray<Account> accounts, long whole, int indent, bool quiet, bool verbose)
    {
        foreach (Account account in accounts)
        {
            WriteRow(canvas, indent, account.Name, account.Bytes, whole, Style.Plain);
            WriteSource(canvas, quiet, account.How, account.At);
            if (!account.Parts.IsDefaultOrEmpty && !quiet)
            {
                const int Most = 5;
                int shown = verbose || account.Parts.Length <= Most + 1 ? account.Parts.Length : Most;
                WriteAccounts(canvas, account.Parts[..shown], whole, indent + 2, quiet: !verbose, verbose);
                if (shown < account.Parts.Length)
                {
                    canvas.Paragraph(
                        indent + 2, indent + 2, new Run($"{account.Parts.Length - shown} more with -v", Style.Dim));
                }
            }
        }
    }

    private static void WriteRow(TerminalCanvas canvas, int indent, string name, long bytes, long whole, Style style)
    {
        string share = whole > 0 ? Display.Percent((double)bytes / whole) : "";
        string exact = canvas.Width >= 64 ? $"{Display.Count(bytes),20}" : "";
        canvas.Row(new Run(
            $"{new string(' ', indent)}{canvas.Fit(name, NameWidth + 2 - indent)} {Display.Bytes(bytes),10} "
                + $"{share,8}{exact}",
            style));
    }

    private static void WriteSource(TerminalCanvas canvas, bool quiet, string how, SourceLine at)
    {
        if (!quiet)
        {
            canvas.Paragraph(6, 8, new Run(how, Style.Dim), new Run($"[{at}]", Style.Dim, true));
        }
    }

    private static void WriteMissing(TerminalCanvas canvas, Ledger ledger)
    {
        if (ledger.Missing.IsEmpty)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(
            0, 0, new Run("Accounts without a source in this capture, and what would fill them", Style.Strong));
        foreach (MissingAccount missing in ledger.Missing)
        {
            canvas.Field(2, NameWidth + 1, missing.Name, new Run(missing.Command, Style.Plain, true));
        }
    }

    private static void Rule(TerminalCanvas canvas) =>
        canvas.Row(new Run("  " + new string('-', Math.Min(canvas.Width - 2, canvas.Width >= 64 ? 62 : 42))));
}
