using System.Globalization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>
/// Zones and malloc types of the latest capture, those that changed most first where there is a history, else the
/// largest; the script sorts and filters them.
/// </summary>
internal static class TablesHtml
{
    private const int MostRows = 5000;

    public static void WriteZones(HtmlWriter html, DiagnosisReport report)
    {
        if (report.Latest.Zones is not { } zones)
        {
            return;
        }

        bool several = report.History.Samples.Length > 1;
        HashSet<string> shared = Shared(zones.Rows.Select(z => z.Name));
        Begin(html, "zones", "Zones", zones.File.Path, zones.Rows.Length);
        Head(html, "Zone", false);
        Head(html, "In use", true, sorted: !several);
        if (several)
        {
            Head(html, "Change", sorted: true);
        }

        Head(html, "Free");
        Head(html, "Items used");
        Head(html, "Item size");
        Head(html, "Limit");
        Head(html, "Failures");
        Head(html, "Sleeps");
        Head(html, "Line");
        html.Markup("</tr></thead>\n<tbody>\n");
        foreach ((ZoneRow row, long? change) in zones.Rows
            .Select(z => (Row: z, Change: several && !shared.Contains(z.Name)
                ? ChangeOf(report.History, SeriesKind.ZoneUsed, z.Name, z.Size)
                : null))
            .OrderByDescending(z => z.Change).ThenByDescending(z => z.Row.UsedBytes).ThenBy(z => z.Row.Line)
            .Take(MostRows))
        {
            html.Markup("<tr>").Element("th scope=\"row\"", row.Name);
            Bytes(html, row.UsedBytes);
            if (several)
            {
                Change(html, change);
            }

            Bytes(html, row.FreeBytes);
            Count(html, row.Used);
            Count(html, row.Size);
            Count(html, row.Limit > 0 ? row.Limit : null);
            Count(html, row.Failures);
            Count(html, row.Sleeps);
            Count(html, row.Line);
            html.Markup("</tr>\n");
        }

        End(html);
    }

    public static void WriteMallocTypes(HtmlWriter html, DiagnosisReport report)
    {
        if (report.Latest.MallocTypes is not { } types)
        {
            return;
        }

        bool several = report.History.Samples.Length > 1;
        HashSet<string> shared = Shared(types.Rows.Select(t => t.Name));
        Begin(html, "types", "Malloc types", types.File.Path, types.Rows.Length);
        Head(html, "Type", false);
        Head(html, "In use", true, sorted: !several);
        if (several)
        {
            Head(html, "Change", sorted: true);
        }

        Head(html, "Allocations");
        Head(html, "Since boot");
        Head(html, "Line");
        html.Markup("</tr></thead>\n<tbody>\n");
        foreach ((MallocTypeRow row, long? change) in types.Rows
            .Select(t => (Row: t, Change: several && !shared.Contains(t.Name)
                ? ChangeOf(report.History, SeriesKind.MallocBytes, t.Name, 1)
                : null))
            .OrderByDescending(t => t.Change).ThenByDescending(t => t.Row.Memory).ThenBy(t => t.Row.Line)
            .Take(MostRows))
        {
            html.Markup("<tr>").Element("th scope=\"row\"", row.Name);
            Bytes(html, row.Memory);
            if (several)
            {
                Change(html, change);
            }

            Count(html, row.InUse);
            Count(html, row.Requests);
            Count(html, row.Line);
            html.Markup("</tr>\n");
        }

        End(html);
    }

    private static void Begin(HtmlWriter html, string id, string title, string path, int rows)
    {
        html.Markup($"<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title} <small>")
            .Text(Display.Count(rows)).Markup("</small></h2>\n")
            .Markup($"<div class=\"filter\" hidden><label for=\"{id}-table-filter\">Name contains</label>")
            .Markup($"<input type=\"search\" id=\"{id}-table-filter\" autocomplete=\"off\" spellcheck=\"false\">")
            .Markup($"<span id=\"{id}-table-count\" role=\"status\" class=\"muted\"></span></div>\n")
            .Markup($"<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{id}-caption\">\n")
            .Markup(
                $"<table class=\"sortable\" id=\"{id}-table\">\n<caption id=\"{id}-caption\">{title} of the latest "
                    + "capture, from <span class=\"at\">")
            .Text(path).Markup("</span>").Text(rows > MostRows ? $"; the largest {Display.Count(MostRows)}" : "")
            .Markup("</caption>\n<thead><tr>");
    }

    private static void End(HtmlWriter html) => html.Markup("</tbody>\n</table>\n</div>\n</section>\n");

    private static void Head(HtmlWriter html, string title, bool number = true, bool sorted = false) => html.Markup(
        $"<th scope=\"col\"{(number ? " class=\"n\"" : "")}{(sorted ? " aria-sort=\"descending\"" : "")}>{title}</th>");

    private static void Bytes(HtmlWriter html, long bytes) => Cell(html, bytes, Display.Bytes(bytes));

    private static void Count(HtmlWriter html, long? count) =>
        Cell(html, count, count is { } known ? Display.Count(known) : "");

    /// <summary>
    /// Names that stand more than once: their series is the sum, so that no row can be given a change.
    /// </summary>
    private static HashSet<string> Shared(IEnumerable<string> names) =>
        [.. names.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Skip(1).Any()).Select(g => g.Key)];

    /// <summary>Bytes from the first capture of this boot to the latest; null where either lacks the row.</summary>
    private static long? ChangeOf(HostHistory history, SeriesKind kind, string name, long size) =>
        history.Find(kind, name) is { } series
            && series[history.CurrentBootStart] is { } first && series[series.Count - 1] is { } last
            ? Arithmetic.Multiply(Arithmetic.Subtract(last, first), size)
            : null;

    private static void Change(HtmlWriter html, long? change) =>
        Cell(html, change, change is { } known ? Display.Change(known) : "");

    private static void Cell(HtmlWriter html, long? value, string text) => html
        .Markup($"<td class=\"n\" data-v=\"{value?.ToString(CultureInfo.InvariantCulture)}\">").Text(text).Markup(
            "</td>");
}
