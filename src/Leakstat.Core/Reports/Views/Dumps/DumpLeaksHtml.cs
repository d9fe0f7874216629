using System.Globalization;
using System.Text;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>The leaks of a dump as one page that needs nothing else: no script, no network.</summary>
public static class DumpLeaksHtml
{
    private const int MostAddresses = 20;
    private const int PictureWidth = 1000;
    private const int PictureHeight = 420;

    /// <summary>Writes the page, UTF-8.</summary>
    public static void Write(DumpLeaksView view, Stream output)
    {
        ArgumentNullException.ThrowIfNull(view);
        using var text = new StreamWriter(output, new UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" };
        var html = new HtmlWriter(text);
        bool isGood = view.Leaks.IsEmpty && view.Scan.IsWhole;
        string title = isGood ? "No leak in this dump"
            : view.Leaks.IsEmpty ? "No leak in what could be read of this dump"
            : $"{Display.Count(view.LeakedBlocks, "lost block", "lost blocks")}, {Display.Bytes(view.LeakedBytes)}";
        html.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                + "'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n")
            .Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Text(title).Markup(" - leakstat</title>\n<style>\n").Markup(HtmlPage.Asset("leaks.css"))
                .Markup("</style>\n</head>\n<body>\n<header>\n")
            .Markup($"<h1 class=\"{(isGood ? "good" : "bad")}\">").Text(title).Markup("</h1>\n<p>").Text(Head(view))
                .Markup("</p>\n</header>\n<main>\n");
        WriteGroups(html, view);
        WriteTreemap(html, view);
        WriteKnown(html, view);
        WriteScan(html, view);
        html.Markup("</main>\n<footer>Written by ").Text($"{Tool.Name} {Tool.Version}")
            .Markup(". Sizes are binary: 1 KiB is 1024 bytes.</footer>\n</body>\n</html>\n");
    }

    private static string Head(DumpView view)
    {
        string[] parts = [.. DumpText.Who(view), view.PanicText is { Length: > 0 } panic ? $"panic: {panic}" : ""];
        return string.Join(" · ", parts.Where(p => p.Length > 0));
    }

    private static void WriteGroups(HtmlWriter html, DumpLeaksView view)
    {
        html.Markup("<section id=\"leaks\">\n<h2>What nothing points to any more</h2>\n");
        if (view.Leaks.IsEmpty)
        {
            html.Element("p", view.Nothing).Markup("\n</section>\n");
            return;
        }

        html.Markup(
            "<table>\n<thead><tr><th>Kind</th><th>Name</th><th class=\"n\">Size</th><th class=\"n\">Count</th><th "
                + "class=\"n\">Bytes</th><th class=\"n\">Direct</th><th>Evidence</th></tr></thead>\n<tbody>\n");
        foreach (LeakGroup[] row in DumpLeakRows.Of(view.Leaks, eachSize: false))
        {
            WriteRow(html, row, view);
        }

        html.Markup(
            "</tbody>\n</table>\n<p>Nothing at all points to a direct leak; an indirect one is pointed to from lost "
                + "blocks only. Of a lost ring one block is counted as direct.</p>\n</section>\n");
    }

    private static void WriteRow(HtmlWriter html, LeakGroup[] row, DumpLeaksView view)
    {
        LeakGroup first = row[0];
        html.Markup("<tr>").Element("td", first.Kind.InWords()).Element("td", first.Name)
            .Element("td class=\"n\"", DumpLeakRows.Size(row))
            .Element("td class=\"n\"", Display.Count(row.Total(g => g.Count)))
                .Element("td class=\"n\"", Display.Bytes(row.Total(g => g.Bytes)))
            .Element("td class=\"n\"", Display.Count(row.Total(g => g.Direct))).Markup("<td>");
        foreach (TypeCandidate candidate in first.Candidates)
        {
            string module = candidate.Module is { } file ? $" ({file})" : "";
            html.Markup("<p>May be ").Element("b", candidate.Type)
                .Text(string.Create(CultureInfo.InvariantCulture,
                    $"{module}, confidence {candidate.Confidence:0.00}: {candidate.Why}")).Markup("</p>");
        }

        if (DumpLeakRows.Bounds(row) is { } bounds)
        {
            html.Markup("<details>").Element("summary", bounds).Markup("\n<ul>");
            foreach (LeakGroup group in row)
            {
                html.Markup("<li>").Text(Display.Count(group.Count)).Markup(" of ").Text(Display.Count(group.Size))
                    .Markup(" bytes: ")
                    .Element("code", Addresses(group)).Markup("</li>");
            }

            html.Markup("</ul></details>\n");
        }

        WriteExamples(html, first, view);
        html.Markup("</td></tr>\n");
    }

    private static string Addresses(LeakGroup group) =>
        string.Join(", ", group.Addresses.Take(MostAddresses).Select(a => $"0x{a:x16}"));

    private static void WriteExamples(HtmlWriter html, LeakGroup group, DumpLeaksView view)
    {
        html.Markup("<details><summary>Contents and examples</summary>\n<ul>");
        foreach (ContentGroup content in group.Contents)
        {
            html.Markup("<li>").Text(Display.Count(content.Count)).Markup(" with ").Element("code", content.Words);
            if (!content.Stack.IsEmpty)
            {
                html.Markup("<br>allocated at ").Element("code", string.Join(" < ", content.Stack));
            }

            html.Markup("</li>");
        }

        html.Markup("</ul>\n<pre>").Text($"0x{group.Addresses[0]:x16}");
        foreach (string line in view.ContentsOf(group.Addresses[0]))
        {
            html.Markup("\n").Text(line);
        }

        html.Markup("</pre>\n<p>").Element("code", Addresses(group)).Markup("</p></details>");
    }

    private static void WriteTreemap(HtmlWriter html, DumpLeaksView view)
    {
        html.Markup(
            "<section id=\"memory\">\n<h2>Kernel memory by owner</h2>\n<svg viewBox=\"0 0 1000 420\" role=\"img\" "
                + "aria-label=\"Kernel memory by owner\">\n");
        int colour = 0;
        foreach (TreemapTile tile in Treemap.Lay(view.MemoryByOwner, PictureWidth, PictureHeight))
        {
            html.Markup("<g>").Element("title", $"{tile.Name}, {Display.Bytes(tile.Bytes)}").Markup(string.Create(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{tile.X:0.#}\" y=\"{tile.Y:0.#}\" width=\"{tile.Width:0.#}\" height=\"{tile.Height:0.#}\" "
                    + $"fill=\"hsl({colour * 47 % 360} 45% 38%)\" stroke=\"#fff\" stroke-width=\".6\"/>"));
            if (tile.Width > (6.2 * tile.Name.Length) + 8 && tile.Height > 16)
            {
                html.Markup(string.Create(CultureInfo.InvariantCulture,
                    $"<text x=\"{tile.X + 4:0.#}\" y=\"{tile.Y + 13:0.#}\">")).Text(tile.Name).Markup("</text>");
            }

            html.Markup("</g>\n");
            colour++;
        }

        html.Markup("</svg>\n</section>\n");
    }

    private static void WriteKnown(HtmlWriter html, DumpLeaksView view)
    {
        if (view.Known.IsEmpty && view.Scan.InBaseline == 0)
        {
            return;
        }

        html.Markup("<section id=\"known\">\n<h2>Not reached, and not counted above</h2>\n<ul>\n");
        foreach (LeakGroup group in view.Known)
        {
            html.Element(
                "li", $"{group.Name}: {Display.Count(group.Count)}: {group.Cause!.Cause} ({group.Cause.Source})")
                    .Markup("\n");
        }

        if (view.Scan.InBaseline > 0)
        {
            html.Markup("<li>").Text(Display.Count(view.Scan.InBaseline, "block", "blocks"))
                .Markup(" in the baseline</li>\n");
        }

        html.Markup("</ul>\n</section>\n");
    }

    private static void WriteScan(HtmlWriter html, DumpLeaksView view)
    {
        LeakScan scan = view.Scan;
        html.Markup("<section id=\"cost\">\n<h2>What this rests on</h2>\n<table>\n<tbody>\n");
        Row("Zones walked", Display.Count(scan.ZonesWalked));
        Row("Zones with slabs that are not in the dump", Display.Count(scan.ZonesUnreadable));
        Row("Allocated blocks", Display.Count(scan.Objects));
        Row("Blocks reached", Display.Count(scan.Reached));
        Row("Roots", $"{Display.Count(scan.Roots)}, {Display.Bytes(scan.RootBytes)}");
        Row("Read", $"{Display.Bytes(scan.Bytes)}, {Display.Count(scan.Words)} words");
        Row("Words with a kernel address", Display.Count(scan.Candidates));
        Row("of these in a block", Display.Count(scan.Hits));
        Row("Time", string.Create(CultureInfo.InvariantCulture, $"{scan.Seconds:0.00} s"));
        Row("Memory for the marks", Display.Bytes(scan.ExtraBytes));
        html.Markup("</tbody>\n</table>\n<ul>\n");
        foreach (string note in scan.Notes.Concat(view.Notes))
        {
            html.Element("li", note).Markup("\n");
        }

        html.Markup("</ul>\n</section>\n");

        void Row(string name, string value) =>
            html.Markup("<tr>").Element("th", name).Element("td class=\"n\"", value).Markup("</tr>\n");
    }
}
