using System.Text;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Serve.Pages;

/// <summary>
/// What every page of the server begins and ends with. Style and script are files of the server: the policy that goes
/// with a page lets nothing else run.
/// </summary>
internal static class PageFrame
{
    /// <summary>The content security policy of every answer.</summary>
    public const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Writes a page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="body">Writes what is between the navigation and the end, the main part among it.</param>
    /// <param name="live">
    /// How it follows events: <c>fleet</c> is fetched anew, <c>host</c> says that there is news; null for neither.
    /// </param>
    /// <param name="revision">The state of the fleet that it shows.</param>
    public static byte[] Write(string title, Action<HtmlWriter> body, string? live = null, int revision = 0)
    {
        using var page = new MemoryStream();
        using (var text = new StreamWriter(page, new UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" })
        {
            var html = new HtmlWriter(text);
            html.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .Markup("<title>").Text($"{title} - leakstat")
                .Markup("</title>\n<link rel=\"icon\" href=\"data:,\">\n")
                .Markup("<link rel=\"stylesheet\" href=\"/assets/report.css\">\n")
                .Markup("<link rel=\"stylesheet\" href=\"/assets/fleet.css\">\n")
                .Markup("<link rel=\"stylesheet\" href=\"/assets/serve.css\">\n")
                .Markup("<script src=\"/assets/report.js\" defer></script>\n")
                .Markup("<script src=\"/assets/serve.js\" defer></script>\n</head>\n<body")
                .Markup(live is null ? ">" : $" data-live=\"{live}\" data-revision=\"{revision}\">")
                .Markup("\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n")
                .Markup("<nav class=\"top\" aria-label=\"Server\"><a class=\"home\" href=\"/\">leakstat</a>\n")
                .Markup("<form action=\"/search\" method=\"get\" role=\"search\"><label for=\"q\">Zone or type</label>")
                .Markup("<input type=\"search\" id=\"q\" name=\"q\" autocomplete=\"off\" spellcheck=\"false\">")
                .Markup("<button type=\"submit\">Search</button></form>\n")
                .Markup("<p id=\"live\" role=\"status\" class=\"muted\"></p></nav>\n");
            body(html);
            html.Markup("</main>\n<footer>").Text($"{Tool.Name} {Tool.Version}")
                .Markup(". Sizes are binary: 1 KiB is 1024 bytes. Times are UTC. ")
                .Markup("<a href=\"/openapi.json\">API</a>, <a href=\"/metrics\">metrics</a>, ")
                .Markup("<a href=\"/logout\">log out</a></footer>\n</body>\n</html>\n");
        }

        return page.ToArray();
    }

    /// <summary>A page with one sentence: nothing is there, something went wrong.</summary>
    public static byte[] Message(string title, string text) => Write(title, html => html
        .Markup("<header>\n<div class=\"verdict open\">\n").Element("h1", title).Element("p", text)
        .Markup("</div>\n</header>\n<main id=\"content\">\n"));
}
