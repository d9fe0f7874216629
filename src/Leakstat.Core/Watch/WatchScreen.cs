using System.Globalization;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Watch;

/// <summary>Draws a watch. The same snapshot, state and layout give the same screen.</summary>
public static class WatchScreen
{
    /// <summary>Captures from which on a leak can be proved.</summary>
    private const int LeastSamples = 12;

    /// <summary>The screen.</summary>
    public static Frame Draw(WatchSnapshot? snapshot, WatchState state, WatchLayout layout)
    {
        layout = layout.For(snapshot);
        var frame = new Frame(layout.Width, layout.Height, layout.Ascii);
        if (layout.Width < WatchLayout.LeastWidth || layout.Height < WatchLayout.LeastHeight)
        {
            frame.Put(0, 0, $"too small: {layout.Width}x{layout.Height},");
            frame.Put(1, 0, $"needs {WatchLayout.LeastWidth}x{WatchLayout.LeastHeight}; q quits");
            return frame;
        }

        if (snapshot is null)
        {
            frame.Paint(0, 0, frame.Width, CellStyle.Inverse);
            frame.Put(0, 0, "leakstat watch " + PrintableText.Of(layout.Target, ascii: true), CellStyle.Inverse);
            frame.Put(2, 0, "Waiting for the first capture.");
            frame.Put(3, 0, PrintableText.Of(layout.Trouble ?? "", layout.Ascii), CellStyle.Warning);
            frame.Put(layout.Height - 1, 0, "q quit", CellStyle.Dim);
            return frame;
        }

        DrawTitle(frame, snapshot);
        DrawMemory(frame, snapshot);
        DrawWired(frame, snapshot);
        DrawFindings(frame, snapshot, layout.FindingLines);
        int row = 3 + layout.FindingLines;
        switch (state.Page)
        {
            case WatchPage.Rows:
                WatchRow[] rows = WatchOrder.Of(snapshot, state);
                DrawStatus(frame, row, snapshot, state, layout, rows.Length);
                WatchTable.Draw(
                    frame, row + 1, layout.Rows, snapshot, rows, TopOf(rows, state, layout.Rows), state, layout.Ascii);
                break;
            default:
                DrawStatus(frame, row, snapshot, state, layout, snapshot.Rows.Length);
                DrawPage(frame, row + 1, layout, WatchPages.Lines(snapshot, state, layout), state);
                break;
        }

        DrawKeys(frame, state);
        return frame;
    }

    /// <summary>The state with its scrolling brought within what there is to show.</summary>
    public static WatchState Settle(WatchSnapshot? snapshot, WatchState state, WatchLayout layout)
    {
        if (snapshot is null)
        {
            return state;
        }

        layout = layout.For(snapshot);
        if (state.Page == WatchPage.Rows)
        {
            return state with { Top = TopOf(WatchOrder.Of(snapshot, state), state, layout.Rows) };
        }

        int lines = WatchPages.Lines(snapshot, state, layout).Length;
        return state with { PageTop = Math.Clamp(state.PageTop, 0, Math.Max(lines - layout.Rows, 0)) };
    }

    /// <summary>First row shown: the selected one stays in sight.</summary>
    private static int TopOf(WatchRow[] rows, WatchState state, int height)
    {
        int selected = state.Selected is { } subject ? Array.FindIndex(rows, r => r.Subject == subject) : -1;
        int top = selected < 0 ? 0 : Math.Clamp(state.Top, Math.Max(selected - height + 1, 0), selected);
        return Math.Clamp(top, 0, Math.Max(rows.Length - height, 0));
    }

    private static void DrawTitle(Frame frame, WatchSnapshot snapshot)
    {
        HostIdentity host = snapshot.Latest.Host;
        string[] parts =
        [
            PrintableText.Of(host.Name ?? "host of unknown name", ascii: true),
            host.Release is { } release ? "FreeBSD " + PrintableText.Of(release.Text, ascii: true) : "release unknown",
            PrintableText.Of(host.Architecture ?? "", ascii: true),
            host.UptimeSeconds is { } seconds and >= 0 and < 1L << 40
                ? "up " + Display.Duration(TimeSpan.FromSeconds(seconds))
                : "",
        ];
        frame.Paint(0, 0, frame.Width, CellStyle.Inverse);
        string time = snapshot.Latest.TakenAt is { } at ? Display.ExactTime(at) + " UTC" : "";
        int room = frame.Width - time.Length - 2;
        frame.Put(0, 0, string.Join("  ", parts.Where(p => p.Length > 0)), CellStyle.Inverse, Math.Max(room, 20));
        if (room >= 20)
        {
            frame.PutRight(0, frame.Width - time.Length, time.Length, time, CellStyle.Inverse);
        }
    }

    private static void DrawMemory(Frame frame, WatchSnapshot snapshot)
    {
        Ledger ledger = snapshot.Ledger;
        if (ledger.Pages.IsEmpty)
        {
            frame.Put(1, 0, "Memory: the captures do not say how much there is", CellStyle.Dim);
            return;
        }

        if (ledger.Total is not { } total)
        {
            frame.Put(1, 0, "Memory: the total is not in the captures", CellStyle.Dim);
            return;
        }

        int column = frame.Put(1, 0, $"Memory {Display.Bytes(total)} ", CellStyle.Strong);
        frame.Put(1, column, LedgerPicture.Bar(ledger.Pages, total, Math.Max(frame.Width - column - 2, 1)));
    }

    private static void DrawWired(Frame frame, WatchSnapshot snapshot)
    {
        Ledger ledger = snapshot.Ledger;
        if (ledger.WiredTotal is not { } wired)
        {
            return;
        }

        int column = frame.Put(2, 0, $"Wired {Display.Bytes(wired.Bytes)}", CellStyle.Strong);
        if (ledger.Unaccounted is { } unaccounted)
        {
            string change = snapshot.UnaccountedChange is { } moved ? $" ({Display.ShortChange(moved)})" : "";
            string doubt = ledger.IsComplete ? "" : " (sources missing)";
            CellStyle style = ledger.IsComplete && Math.Abs(unaccounted) > ledger.Tolerance
                ? CellStyle.Strong
                : CellStyle.Plain;
            column = frame.Put(2, column, $", unaccounted {Display.ShortBytes(unaccounted)}{change}{doubt}", style);
        }

        string separator = ": ";
        foreach (Account account in ledger.Wired)
        {
            string text = separator + $"{account.Name} {Display.ShortBytes(account.Bytes)}";
            if (column + text.Length > frame.Width)
            {
                break;
            }

            column = frame.Put(2, column, PrintableText.Of(text, ascii: true));
            separator = ", ";
        }
    }

    private static void DrawFindings(Frame frame, WatchSnapshot snapshot, int lines)
    {
        Finding[] findings = [.. snapshot.Findings];
        if (findings.Length == 0)
        {
            DrawNothingFound(frame, snapshot);
            return;
        }

        for (int i = 0; i < Math.Min(findings.Length, lines); i++)
        {
            int left = findings.Length - i;
            string more = i == lines - 1 && left > 1 ? $" (+{left - 1}: f)" : "";
            (string word, CellStyle style) = findings[i].Severity switch
            {
                Severity.Critical => ("CRITICAL", CellStyle.Critical),
                Severity.Warning => ("WARNING", CellStyle.Warning),
                _ => ("NOTE", CellStyle.Strong),
            };
            int column = frame.Put(3 + i, 0, word + " ", style);
            column = frame.Put(
                3 + i,
                column,
                PrintableText.Of(findings[i].Title, ascii: true),
                CellStyle.Strong,
                frame.Width - column - more.Length);
            frame.Put(3 + i, column, more, CellStyle.Dim);
        }
    }

    /// <summary>
    /// A watch is about growth: before there are captures enough to judge it nothing is green, whatever limits and
    /// settings say.
    /// </summary>
    private static void DrawNothingFound(Frame frame, WatchSnapshot snapshot)
    {
        if (snapshot.Report is not { } report)
        {
            frame.Put(3, 0, "Not judged yet.", CellStyle.Dim);
            return;
        }

        Headline headline = Headline.Of(report);
        bool isEarly = snapshot.Samples < LeastSamples;
        string text = headline.Tone == Tone.Good && isEarly
            ? "No limit is near and no setting is wrong; growth is not judged yet."
            : headline.Text;
        string little = isEarly ? $" (a leak takes {LeastSamples} captures to prove)" : "";
        frame.Put(
            3,
            0,
            PrintableText.Of(text, ascii: true) + little,
            headline.Tone == Tone.Good && !isEarly ? CellStyle.Good : CellStyle.Strong);
    }

    private static void DrawStatus(
        Frame frame, int row, WatchSnapshot snapshot, WatchState state, WatchLayout layout, int shown)
    {
        if (layout.Trouble is { } trouble)
        {
            frame.Put(row, 0, PrintableText.Of(trouble, layout.Ascii), CellStyle.Warning);
            return;
        }

        if (!snapshot.Missing.IsEmpty)
        {
            frame.Put(row, 0, $"the latest capture lacks {string.Join(" and ", snapshot.Missing)}", CellStyle.Warning);
            return;
        }

        string since = snapshot.Since is { } at
            ? " " + at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : "";
        string start =
            snapshot.Start switch { WatchStart.Mark => "mark", WatchStart.Boot => "boot seen", _ => "start" };
        string[] parts =
        [
            state.IsPaused ? "PAUSED" : "",
            Display.Count(snapshot.Samples, "capture", "captures"),
            $"change since {start}{since}",
            state.Filter.Length > 0
                ? $"filter {state.Filter}: {shown} of {snapshot.Rows.Length} rows"
                : $"{shown} rows",
        ];
        int column = frame.Put(
            row,
            0,
            string.Join(", ", parts.Where(p => p.Length > 0)),
            state.IsPaused ? CellStyle.Warning : CellStyle.Dim);
        if (snapshot.Events is [.., var latest] && column < frame.Width - 20)
        {
            frame.Put(row, column, PrintableText.Of($"; {latest.Kind}: {latest.Text}", ascii: true), CellStyle.Strong);
        }
    }

    private static void DrawPage(Frame frame, int row, WatchLayout layout, string[] lines, WatchState state)
    {
        int top = Math.Clamp(state.PageTop, 0, Math.Max(lines.Length - layout.Rows, 0));
        string title =
            state.Page switch { WatchPage.Details => "DETAILS", WatchPage.Findings => "FINDINGS", _ => "KEYS" };
        string place = lines.Length > layout.Rows
            ? $"lines {top + 1} to {Math.Min(top + layout.Rows, lines.Length)} of {lines.Length}"
            : "";
        frame.Paint(row, 0, frame.Width, CellStyle.Inverse);
        frame.Put(row, 1, title, CellStyle.Inverse);
        frame.PutRight(row, frame.Width - place.Length, place.Length, place, CellStyle.Inverse);
        for (int i = 0; i < layout.Rows && top + i < lines.Length; i++)
        {
            frame.Put(row + 1 + i, 0, lines[top + i]);
        }
    }

    private static void DrawKeys(Frame frame, WatchState state)
    {
        int row = frame.Height - 1;
        if (state.IsTyping)
        {
            int column = frame.Put(row, 0, "filter: " + state.Filter, CellStyle.Strong);
            frame.Cursor = (row, Math.Min(column, frame.Width - 1));
            return;
        }

        if (state.Message is { } message)
        {
            frame.Put(row, 0, PrintableText.Of(message, ascii: true), CellStyle.Strong);
            return;
        }

        string keys = state.Page == WatchPage.Rows
            ? "? help  q quit  g growth  s size  r rate  / filter  m mark  RETURN details  f findings  SPACE pause  "
                + "w write"
            : "ESC back  up down PgUp PgDn  q back";
        while (keys.Length > frame.Width)
        {
            keys = keys[..keys.LastIndexOf("  ", StringComparison.Ordinal)];
        }

        frame.Put(row, 0, keys, CellStyle.Dim);
    }
}
