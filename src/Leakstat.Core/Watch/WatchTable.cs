using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Watch;

/// <summary>The rows as columns, as many as the width has room for.</summary>
internal static class WatchTable
{
    private const int NameColumn = 1;
    private const int LongestName = 31;

    private enum Cell
    {
        Kind,
        Name,
        Size,
        Change,
        Rate,
        Recent,
        Free,
        Items,
        Failures,
        Fill,
        Limit,
        Owner,
        What,
    }

    // In the order shown. A column with a lower rank is there before one with a higher.
    private static readonly (Cell Cell, string Title, int Width, int Widest, int Rank, bool IsRight)[] s_columns =
    [
        (Cell.Kind, "KIND", 6, 6, 0, false),
        (Cell.Name, "NAME", 12, LongestName, 0, false),
        (Cell.Size, "SIZE", 5, 5, 0, true),
        (Cell.Change, "CHANGE", 7, 7, 0, true),
        (Cell.Rate, "RATE/H", 7, 7, 1, true),
        (Cell.Recent, "RECENT", 8, 30, 3, false),
        (Cell.Free, "FREE", 5, 5, 5, true),
        (Cell.Items, "ITEMS", 11, 11, 6, true),
        (Cell.Failures, "FAILED", 9, 9, 7, true),
        (Cell.Fill, "BOUND", 7, 7, 2, true),
        (Cell.Limit, "OF", 31, 31, 8, false),
        (Cell.Owner, "OWNER", 10, 20, 4, false),
        (Cell.What, "WHAT", 20, 60, 9, false),
    ];

    /// <summary>Titles, and rows from <paramref name="top"/> on.</summary>
    public static void Draw(
        Frame frame,
        int row,
        int height,
        WatchSnapshot snapshot,
        WatchRow[] rows,
        int top,
        WatchState state,
        bool ascii)
    {
        int[] widths = Widths(frame.Width - 1);
        frame.Paint(row, 0, frame.Width, CellStyle.Inverse);
        ForEach(
            widths,
            (i, column) => Put(
                frame, row, column, widths[i], s_columns[i].Title + SortMark(i, state.Sort), i, CellStyle.Inverse));
        Dictionary<Subject, Severity> findings = [];
        foreach (Finding finding in snapshot.Findings)
        {
            findings.TryAdd(finding.Subject, finding.Severity);
        }

        for (int i = 0; i < height && top + i < rows.Length; i++)
        {
            WatchRow shown = rows[top + i];
            Severity? severity = findings.TryGetValue(shown.Subject, out Severity found) ? found : null;
            CellStyle style = shown.Subject == state.Selected ? CellStyle.Inverse : severity switch
            {
                Severity.Critical => CellStyle.Critical,
                Severity.Warning => CellStyle.Warning,
                _ => shown.IsStale ? CellStyle.Dim : CellStyle.Plain,
            };
            int line = row + 1 + i;
            frame.Paint(line, 0, frame.Width, style == CellStyle.Inverse ? style : CellStyle.Plain);
            frame.Put(
                line,
                0,
                severity switch { Severity.Critical => "!", Severity.Warning => "*", Severity.Info => "-", _ => " " },
                style);
            ForEach(widths, (c, column) => Put(
                frame,
                line,
                column,
                widths[c],
                CellText(s_columns[c].Cell, shown, snapshot, widths[c], ascii),
                c,
                style));
        }
    }

    private static void ForEach(int[] widths, Action<int, int> put)
    {
        int column = 1;
        for (int i = 0; i < widths.Length; i++)
        {
            if (widths[i] > 0)
            {
                put(i, column);
                column += widths[i] + 1;
            }
        }
    }

    private static void Put(Frame frame, int row, int column, int width, string text, int index, CellStyle style)
    {
        if (s_columns[index].IsRight)
        {
            frame.PutRight(row, column, width, text, style);
        }
        else
        {
            frame.Put(row, column, text, style, width);
        }
    }

    /// <summary>The column that rows are sorted by says so, without colour.</summary>
    private static string SortMark(int column, WatchSort sort) => (s_columns[column].Cell, sort) switch
    {
        (Cell.Name, WatchSort.Name) or (Cell.Size, WatchSort.Size) or (Cell.Rate, WatchSort.Rate) or (
            Cell.Change, WatchSort.Growth) =>
            s_columns[column].Title.Length < s_columns[column].Width ? "<" : "",
        _ => "",
    };

    /// <summary>Widths of the columns; 0 for those that there is no room for.</summary>
    private static int[] Widths(int room)
    {
        int[] widths = new int[s_columns.Length];
        room++;
        foreach (int i in Enumerable.Range(0, s_columns.Length).OrderBy(i => s_columns[i].Rank))
        {
            if (s_columns[i].Rank > 0 && room < s_columns[i].Width + 1)
            {
                break;
            }

            widths[i] = s_columns[i].Width;
            room -= widths[i] + 1;
        }

        foreach (int i in (ReadOnlySpan<int>)[NameColumn, (int)Cell.Owner, (int)Cell.Recent, (int)Cell.What])
        {
            if (widths[i] > 0)
            {
                int more = Math.Clamp(s_columns[i].Widest - widths[i], 0, Math.Max(room, 0));
                widths[i] += more;
                room -= more;
            }
        }

        return widths;
    }

    private static string CellText(Cell cell, WatchRow row, WatchSnapshot snapshot, int width, bool ascii) =>
        cell switch
        {
            Cell.Kind => ReportTerms.Of(row.Subject.Kind),
            Cell.Name => PrintableText.Of(row.Subject.Name, ascii: true),
            Cell.Size => Display.ShortBytes(row.Bytes),
            Cell.Change => row.Change is { } change ? Display.ShortChange(change) : "?",
            Cell.Rate => row.BytesPerHour is { } rate ? Display.ShortChange(rate) : "",
            Cell.Recent => Sparkline.Of(row.Recent.ToArray(), width, ascii),
            Cell.Free => row.FreeBytes is { } free ? Display.ShortBytes(free) : "",
            Cell.Items => row.Items is { } items ? Display.Count(items) : "",
            Cell.Failures => row.Failures is > 0 and { } failures ? Display.Count(failures) : "",
            Cell.Fill => row.Bound is { } bound ? Display.Percent(bound.Fill) : "",
            Cell.Limit => row.Bound is { } bound ? Limit(bound) : "",
            Cell.Owner => snapshot.Owners.Of(row.Subject) is [var owner, ..]
                ? PrintableText.Of(owner.Module, ascii: true)
                : "",
            _ => What(snapshot, row.Subject),
        };

    private static string Limit(WatchBound bound) =>
        (bound.IsBytes ? Display.Bytes(bound.Most) : Display.Count(bound.Most)) + (
            bound.Name is { } name ? " " + name : "");

    private static string What(WatchSnapshot snapshot, Subject subject)
    {
        KnowledgeBase knowledge = snapshot.Owners.Host.Knowledge;
        OwnerEntry? entry = subject.Kind switch
        {
            SubjectKind.Zone or SubjectKind.Mbuf => knowledge.Zone(subject.Name).FirstOrDefault(),
            SubjectKind.Malloc => knowledge.MallocType(subject.Name).FirstOrDefault(),
            _ => null,
        };
        string text = entry is null ? "" : entry.Represents.Length > 0 ? entry.Represents : entry.Subsystem;
        return PrintableText.Of(text, ascii: true);
    }
}
