using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Walking;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>The leaks of a dump as one page that needs nothing else: no script, no network.</summary>
internal static class DumpLeaksHtml
{
    private const int MostAddresses = 20;

    private const string Style = """
        :root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--line:#d0d0d0;--soft:#f4f4f4;--bad:#a3201c;--good:#1d6b38}
        @media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#161616;--line:#444;--soft:#222;--bad:#ff8a80;--good:#7fd69b}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:70rem;padding:1rem}
        h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid var(--line)}
        .bad{color:var(--bad)}.good{color:var(--good)}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}code,pre{font:13px/1.45 ui-monospace,monospace}
        pre{background:var(--soft);padding:.5rem;overflow-x:auto}svg{width:100%;height:auto}
        svg text{font:11px system-ui,sans-serif;fill:#fff;pointer-events:none}details{margin:.4rem 0}
        """;

    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Writes the page, UTF-8.</summary>
    public static void Write(Stream output, KernelDump dump, LeakReport report, double seconds)
    {
        using var html = new StreamWriter(output, new UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" };
        string title = report.Leaks.Count == 0
            ? report.IsWhole ? "No leak in this dump" : "No leak in what could be read of this dump"
            : $"{Display.Count(report.Leaks.Sum(l => (long)l.Count), "lost block", "lost blocks")}, {Display.Bytes(report.LeakedBytes)}";
        html.Write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Write("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n");
        html.Write("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
        html.Write($"{Text(title)} - leakstat</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<header>\n");
        html.Write($"<h1 class=\"{(report.Leaks.Count == 0 && report.IsWhole ? "good" : "bad")}\">{Text(title)}</h1>\n<p>{Text(Head(dump))}</p>\n</header>\n<main>\n");
        WriteGroups(html, dump, report);
        WriteTreemap(html, dump);
        WriteKnown(html, report);
        WriteCost(html, dump, report, seconds);
        html.Write($"</main>\n<footer>Written by {Text($"{Tool.Name} {Tool.Version}")}. Sizes are binary: 1 KiB is 1024 bytes.</footer>\n</body>\n</html>\n");
    }

    private static string Head(KernelDump dump)
    {
        string[] parts =
        [
            dump.Identity.HostName ?? "host of unknown name",
            dump.Identity.Release is { } release ? $"FreeBSD {release} {dump.Identity.Architecture}" : dump.Identity.Architecture,
            dump.Identity.DumpedAt is { } time ? Display.Time(time) : "time unknown",
            dump.Identity.Panic is { Length: > 0 } panic ? $"panic: {panic}" : "",
        ];
        return string.Join(" · ", parts.Where(p => p.Length > 0));
    }

    private static void WriteGroups(StreamWriter html, KernelDump dump, LeakReport report)
    {
        html.Write("<section id=\"leaks\">\n<h2>What nothing points to any more</h2>\n");
        if (report.Leaks.Count == 0)
        {
            html.Write($"<p>{Text(DumpLeaksText.Nothing(report))}</p>\n</section>\n");
            return;
        }

        html.Write("<table>\n<thead><tr><th>Kind</th><th>Name</th><th class=\"n\">Size</th><th class=\"n\">Count</th><th class=\"n\">Bytes</th><th class=\"n\">Heads</th><th>Evidence</th></tr></thead>\n<tbody>\n");
        var samples = new BlockSample(dump, report.Heap);
        foreach (LeakGroup[] row in DumpLeakRows.Of(report.Leaks, eachSize: false))
        {
            WriteRow(html, row, samples);
        }

        html.Write("</tbody>\n</table>\n<p>A head is a block that nothing at all points to; what hangs on it is counted with it. A lost ring has one head.</p>\n</section>\n");
    }

    private static void WriteRow(StreamWriter html, LeakGroup[] row, BlockSample samples)
    {
        LeakGroup first = row[0];
        html.Write($"<tr><td>{Text(first.Kind)}</td><td>{Text(first.Name)}</td><td class=\"n\">{Text(DumpLeakRows.Size(row))}</td><td class=\"n\">{Text(Display.Count(row.Sum(g => (long)g.Count)))}</td>");
        html.Write($"<td class=\"n\">{Text(Display.Bytes(row.Total(g => g.Bytes)))}</td><td class=\"n\">{Text(Display.Count(row.Sum(g => (long)g.Heads)))}</td><td>");
        foreach (TypeCandidate candidate in first.Candidates)
        {
            string module = candidate.Module is { } file ? $" ({file})" : "";
            html.Write($"<p>May be <b>{Text(candidate.Type)}</b>{Text(string.Create(CultureInfo.InvariantCulture, $"{module}, confidence {candidate.Confidence:0.00}: {candidate.Why}"))}</p>");
        }

        if (DumpLeakRows.Bounds(row) is { } bounds)
        {
            html.Write($"<details><summary>{Text(bounds)}</summary>\n<ul>");
            foreach (LeakGroup group in row)
            {
                html.Write($"<li>{Text(Display.Count(group.Count))} of {Text(Display.Count(group.Size))} bytes: <code>{Text(string.Join(", ", group.Addresses.Take(MostAddresses).Select(a => $"0x{a:x16}")))}</code></li>");
            }

            html.Write("</ul></details>\n");
        }

        WriteExamples(html, first, samples);
        html.Write("</td></tr>\n");
    }

    private static void WriteExamples(StreamWriter html, LeakGroup group, BlockSample samples)
    {
        html.Write("<details><summary>Contents and examples</summary>\n<ul>");
        foreach (ContentGroup content in group.Contents)
        {
            html.Write($"<li>{Text(Display.Count(content.Count))} with <code>{Text(content.Content)}</code>");
            if (content.Stack is { } stack)
            {
                html.Write($"<br>allocated at <code>{Text(string.Join(" < ", stack))}</code>");
            }

            html.Write("</li>");
        }

        html.Write("</ul>\n<pre>");
        html.Write(Text($"0x{group.Addresses[0]:x16}"));
        foreach (string line in samples.Lines(group.Addresses[0]))
        {
            html.Write("\n" + Text(line));
        }

        html.Write($"</pre>\n<p><code>{Text(string.Join(", ", group.Addresses.Take(MostAddresses).Select(a => $"0x{a:x16}")))}</code></p></details>");
    }

    private static void WriteTreemap(StreamWriter html, KernelDump dump)
    {
        KernelHeap heap = dump.Heap;
        int page = dump.Memory.PageSize;
        List<(string Name, long Bytes)> parts =
        [
            .. heap.Kegs.Select(k => (k.Name, heap.Counts[k.Index].Pages * page)),
            .. heap.Large.GroupBy(l => l.Kind).Select(g => (g.Key == LargeKind.Contiguous ? "contigmalloc" : "malloc, large", g.Total(l => (long)l.Size))),
            .. dump.PageOwners.Owner.CountBy(o => o)
                .Where(o => o.Key is not (PageOwner.Slab or PageOwner.Large or PageOwner.Free))
                .Select(o => (o.Key.InWords(), (long)o.Value * page)),
        ];
        html.Write("<section id=\"memory\">\n<h2>Kernel memory by owner</h2>\n<svg viewBox=\"0 0 1000 420\" role=\"img\" aria-label=\"Kernel memory by owner\">\n");
        int colour = 0;
        foreach (TreemapTile tile in Treemap.Lay(parts, 1000, 420))
        {
            string name = $"{tile.Name}, {Display.Bytes(tile.Bytes)}";
            html.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"<g><title>{Text(name)}</title><rect x=\"{tile.X:0.#}\" y=\"{tile.Y:0.#}\" width=\"{tile.Width:0.#}\" height=\"{tile.Height:0.#}\" fill=\"hsl({colour * 47 % 360} 45% 38%)\" stroke=\"#fff\" stroke-width=\".6\"/>"));
            if (tile.Width > (6.2 * tile.Name.Length) + 8 && tile.Height > 16)
            {
                html.Write(string.Create(CultureInfo.InvariantCulture, $"<text x=\"{tile.X + 4:0.#}\" y=\"{tile.Y + 13:0.#}\">{Text(tile.Name)}</text>"));
            }

            html.Write("</g>\n");
            colour++;
        }

        html.Write("</svg>\n</section>\n");
    }

    private static void WriteKnown(StreamWriter html, LeakReport report)
    {
        if (report.Known.Count == 0 && report.InBaseline == 0)
        {
            return;
        }

        html.Write("<section id=\"known\">\n<h2>Not reached, and not counted above</h2>\n<ul>\n");
        foreach (LeakGroup group in report.Known)
        {
            html.Write($"<li>{Text($"{group.Name}: {Display.Count(group.Count)}: {group.Cause!.Cause} ({group.Cause.Source})")}</li>\n");
        }

        if (report.InBaseline > 0)
        {
            html.Write($"<li>{Text(Display.Count(report.InBaseline, "block", "blocks"))} in the baseline</li>\n");
        }

        html.Write("</ul>\n</section>\n");
    }

    private static void WriteCost(StreamWriter html, KernelDump dump, LeakReport report, double seconds)
    {
        html.Write("<section id=\"cost\">\n<h2>What this rests on</h2>\n<table>\n<tbody>\n");
        Row("Zones walked", Display.Count(report.ZonesWalked));
        Row("Zones with slabs that are not in the dump", Display.Count(report.ZonesUnreadable));
        Row("Allocated blocks", Display.Count(report.Objects));
        Row("Blocks reached", Display.Count(report.Counts.Reached));
        Row("Roots", $"{Display.Count(report.Roots)}, {Display.Bytes(report.Counts.RootBytes)}");
        Row("Read", $"{Display.Bytes(report.Counts.Bytes)}, {Display.Count(report.Counts.Words)} words");
        Row("Words with a kernel address", Display.Count(report.Counts.Candidates));
        Row("of these in a block", Display.Count(report.Counts.Hits));
        Row("Time", string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"));
        Row("Memory for the marks", Display.Bytes(report.Counts.ExtraBytes + report.Heap.Input.Blocks.Bytes));
        html.Write("</tbody>\n</table>\n<ul>\n");
        foreach (string note in report.Notes.Concat(dump.Notes.All.Select(n => $"{n.Subject}: {n.Text}")))
        {
            html.Write($"<li>{Text(note)}</li>\n");
        }

        html.Write("</ul>\n</section>\n");

        void Row(string name, string value) => html.Write($"<tr><th>{Text(name)}</th><td class=\"n\">{Text(value)}</td></tr>\n");
    }

    private static string Text(string text) => s_encoder.Encode(PrintableText.Of(text));
}
