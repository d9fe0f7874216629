using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Accounting;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;

namespace Leakstat.Reports.Views.Ledgers;

/// <summary>The ledger as two bars, each with the table that says the same.</summary>
internal static class LedgerHtml
{
    private const int Colors = 8;

    public static void Write(HtmlWriter html, Ledger ledger)
    {
        if (ledger.Pages.IsEmpty && ledger.Wired.IsEmpty)
        {
            return;
        }

        html.Markup(
            "<section id=\"ledger\" aria-labelledby=\"ledger-title\">\n<h2 id=\"ledger-title\">Memory ledger</h2>\n");
        WriteSide(
            html,
            "physical",
            "Physical memory",
            ledger.Pages,
            null,
            ledger.Total,
            ledger.Physical?.At);
        WriteSide(
            html,
            "wired",
            "Wired memory by owner",
            ledger.Wired,
            ledger.Unaccounted,
            ledger.WiredTotal?.Bytes,
            ledger.WiredTotal?.At);
        if (!ledger.Missing.IsEmpty)
        {
            html.Markup("<p>Accounts without a source in this capture, and what would fill them:</p>\n<ul>\n");
            foreach (MissingAccount missing in ledger.Missing)
            {
                html.Markup("<li>").Text(missing.Name).Markup(": ").Element("code", missing.Command).Markup("</li>\n");
            }

            html.Markup("</ul>\n");
        }

        html.Markup("</section>\n");
    }

    private static void WriteSide(
        HtmlWriter html,
        string id,
        string title,
        ImmutableArray<Account> accounts,
        long? unaccounted,
        long? knownTotal,
        SourceLine? totalAt)
    {
        if (accounts.IsEmpty)
        {
            return;
        }

        // Without a total nothing has a share: a part is not shown as the whole.
        long total = knownTotal ?? 0;
        html.Markup("<figure>\n<figcaption>")
            .Text(total > 0 ? $"{title}: {Display.Bytes(total)}" : $"{title}: the total is not in the capture")
            .Markup("</figcaption>\n");
        if (total > 0)
        {
            WriteBar(html, id, title, accounts, unaccounted, total);
        }

        html.Markup(
            "</figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                + $"aria-labelledby=\"{id}-caption\">\n<table>\n")
            .Markup($"<caption id=\"{id}-caption\">{title}, account by account</caption>\n")
            .Markup(
                "<thead><tr><th scope=\"col\">Account</th><th scope=\"col\" class=\"n\">Size</th><th scope=\"col\" "
                    + "class=\"n\">Share</th>")
            .Markup("<th scope=\"col\" class=\"n\">Bytes</th><th scope=\"col\">From</th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < accounts.Length; i++)
        {
            WriteRow(html, accounts[i].Name, i, accounts[i].Bytes, total, accounts[i].How, accounts[i].At);
        }

        if (unaccounted is { } remainder)
        {
            WriteRow(
                html, AccountName.Unaccounted, accounts.Length, remainder, total, "what is left: nobody owns it", null);
        }

        html.Markup("</tbody>\n<tfoot><tr><th scope=\"row\">Total</th><td class=\"n\">").Text(total > 0
            ? Display.Bytes(total) : "unknown")
            .Markup("</td><td class=\"n\"></td><td class=\"n\">").Text(total > 0 ? Display.Count(total) : "").Markup(
                "</td><td class=\"long\"><span class=\"at\">")
            .Text(totalAt?.ToString() ?? (total > 0 ? "sum of the accounts" : "not in the capture")).Markup(
                "</span></td></tr></tfoot>\n</table>\n</div>\n<br>\n");
    }

    private static void WriteBar(
        HtmlWriter html, string id, string title, ImmutableArray<Account> accounts, long? unaccounted, long total)
    {
        html.Markup(
            "<svg class=\"bar\" viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\" role=\"img\" "
                + $"aria-labelledby=\"{id}-bar {id}-desc\">")
            .Markup($"<title id=\"{id}-bar\">{title}</title><desc id=\"{id}-desc\">");
        html.Text(string.Join(", ", accounts.Select(a => $"{a.Name} {Display.Bytes(a.Bytes)}"))).Markup("</desc>");
        double x = 0;
        for (int i = 0; i <= accounts.Length; i++)
        {
            long bytes = i < accounts.Length ? accounts[i].Bytes : unaccounted ?? 0;
            double width = total > 0 ? Math.Min(Math.Max((double)bytes / total, 0) * 1000, 1000 - x) : 0;
            if (width <= 0.05)
            {
                continue;
            }

            string name = i < accounts.Length ? accounts[i].Name : AccountName.Unaccounted;
            html.Markup(
                $"<rect class=\"c{i % Colors}\" x=\"{Number(x)}\" y=\"0\" width=\"{Number(width)}\" "
                    + "height=\"40\"><title>")
                .Text($"{name} {Display.Bytes(bytes)}").Markup("</title></rect>");
            x += width;
        }

        html.Markup("</svg>\n");
    }

    private static void WriteRow(
        HtmlWriter html, string name, int color, long bytes, long total, string how, SourceLine? at)
    {
        html.Markup("<tr><th scope=\"row\"><svg class=\"swatch\" viewBox=\"0 0 1 1\" aria-hidden=\"true\">")
            .Markup($"<rect class=\"c{color % Colors}\" width=\"1\" height=\"1\"/></svg>").Text(name)
            .Markup("</th><td class=\"n\">").Text(Display.Bytes(bytes))
            .Markup("</td><td class=\"n\">").Text(total > 0 ? Display.Percent((double)bytes / total) : "")
            .Markup("</td><td class=\"n\">").Text(Display.Count(bytes))
            .Markup("</td><td class=\"long\">").Text(how);
        if (at is { } place)
        {
            html.Markup(" <span class=\"at\">").Text(place.ToString()).Markup("</span>");
        }

        html.Markup("</td></tr>\n");
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
