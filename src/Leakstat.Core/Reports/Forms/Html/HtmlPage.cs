using System.Security.Cryptography;
using System.Text;
using Leakstat.Model;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Forms.Html;

/// <summary>
/// What every page begins and ends with. A page opens from disk without a network: style and script stand in it, and
/// its content security policy lets nothing else in.
/// </summary>
internal static class HtmlPage
{
    /// <summary>Writes the head.</summary>
    /// <param name="html">The page.</param>
    /// <param name="title">Its title.</param>
    /// <param name="moreStyle">A style sheet beside the one that all pages have; null for none.</param>
    public static void Begin(HtmlWriter html, string title, string? moreStyle = null)
    {
        string style = Asset("report.css") + (moreStyle is null ? "" : Asset(moreStyle));
        html.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '")
            .Markup(Hash(style)).Markup("'; script-src '").Markup(Hash(Script()))
            .Markup("'; base-uri 'none'; form-action 'none'\">\n")
            .Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Markup("<meta name=\"referrer\" content=\"no-referrer\">\n<title>")
            .Text($"{title} - leakstat").Markup("</title>\n<style>").Markup(style).Markup("</style>\n</head>\n");
    }

    /// <summary>Ends the main part and the page.</summary>
    public static void End(HtmlWriter html) => html
        .Markup("</main>\n<footer>Written by ").Text($"{Tool.Name} {Tool.Version}")
        .Markup(". Sizes are binary: 1 KiB is 1024 bytes. Times are UTC.</footer>\n<script>").Markup(Script())
        .Markup("</script>\n</body>\n</html>\n");

    /// <summary>A style sheet or script that is part of the program, with its last line break.</summary>
    internal static string Asset(string name) => EmbeddedResource.Text(typeof(HtmlPage).Assembly, "Html/" + name);

    private static string Script() => Asset("report.js");

    private static string Hash(string content) =>
        "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
}
