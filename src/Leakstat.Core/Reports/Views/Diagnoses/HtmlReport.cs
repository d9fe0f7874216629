using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Views.Comparisons;
using Leakstat.Reports.Views.Detections;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Ledgers;
using Leakstat.Reports.Views.Plots;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>
/// The diagnosis as one self-contained page. It opens from disk without a network: style and script stand in it, and
/// its content security policy lets nothing else in.
/// </summary>
public static class HtmlReport
{
    /// <summary>Writes the page, UTF-8.</summary>
    public static void Write(DiagnosisReport report, Stream output)
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" };
        var html = new HtmlWriter(text);
        Headline headline = Headline.Of(report);
        HtmlPage.Begin(html, headline.Text);
        html.Markup("<body>\n<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n");
        WriteHeader(html, report, headline);
        SuspectSeries[] suspects = SuspectsOf(report);
        WriteNavigation(html, report, SeriesHtml.IsWorthDrawing(report, suspects));
        html.Markup("<main>\n");
        WriteSections(html, report, suspects);
        HtmlPage.End(html);
    }

    /// <summary>Writes everything that a page of one host says of it below its head.</summary>
    internal static void WriteWhole(HtmlWriter html, DiagnosisReport report)
    {
        Headline headline = Headline.Of(report);
        WriteHeader(html, report, headline);
        SuspectSeries[] suspects = SuspectsOf(report);
        WriteNavigation(html, report, SeriesHtml.IsWorthDrawing(report, suspects));
        html.Markup("<main id=\"content\">\n");
        WriteSections(html, report, suspects);
    }

    private static void WriteSections(HtmlWriter html, DiagnosisReport report, SuspectSeries[] suspects)
    {
        WriteFindings(html, report, hasRules: true);
        DifferentialHtml.Write(html, report);
        SeriesHtml.Write(html, report, suspects);
        RisingHtml.Write(html, report);
        LedgerHtml.Write(html, report.Ledger);
        TablesHtml.WriteZones(html, report);
        TablesHtml.WriteMallocTypes(html, report);
        InputHtml.Write(html, report);
        RulePagesHtml.Write(html, report.Findings);
    }

    /// <summary>
    /// Writes a host as a part of a page of several: the verdict, findings, plots of suspects, the ledger and what it
    /// rests on. All its zones and types stand on its own page alone: a page of a thousand hosts has to open.
    /// </summary>
    /// <param name="report">The host.</param>
    /// <param name="html">The page; its scope tells the ids of this host from those of others.</param>
    internal static void WriteHost(DiagnosisReport report, HtmlWriter html)
    {
        Headline headline = Headline.Of(report);
        html.Markup("<section class=\"one-host\" id=\"host\" aria-labelledby=\"host-title\">\n")
            .Markup($"<div class=\"verdict {ClassOf(headline.Tone)}\">\n<h2 id=\"host-title\">").Text(headline.Text)
            .Markup("</h2>\n").Element("p", headline.Detail).Markup("\n</div>\n");
        WriteWho(html, report);
        WriteFindings(html, report, hasRules: false);
        SeriesHtml.WritePlots(html, report, SuspectsOf(report));
        LedgerHtml.Write(html, report.Ledger);
        InputHtml.Write(html, report);
        html.Markup("</section>\n");
    }

    private static SuspectSeries[] SuspectsOf(DiagnosisReport report) =>
    [
        .. report.Findings
            .Select(f => SuspectSeries.Of(f, report.History)).OfType<SuspectSeries>()
            .DistinctBy(s => s.Finding.Subject).Take(6),
    ];

    private static void WriteHeader(HtmlWriter html, DiagnosisReport report, Headline headline)
    {
        html.Markup($"<header>\n<div class=\"verdict {ClassOf(headline.Tone)}\">\n")
            .Element("h1", headline.Text).Markup("\n")
            .Element("p", headline.Detail).Markup("\n</div>\n");
        WriteWho(html, report);
        html.Markup("</header>\n");
    }

    private static void WriteWho(HtmlWriter html, DiagnosisReport report)
    {
        HostIdentity host = report.Host;
        string[] who =
        [
            host.Name ?? "host of unknown name",
            host.Release is { } release ? $"FreeBSD {release.Text}" : "release unknown",
            host.Architecture ?? "",
            host.PhysicalMemory is { } memory ? $"{Display.Bytes(memory.Value)} of memory" : "",
            DiagnosisBasis.Span(report),
        ];
        html.Markup("<p class=\"host\">").Text(string.Join(" · ", who.Where(w => w.Length > 0))).Markup("</p>\n");
        if (HostLabel.Text(host) is { } label)
        {
            html.Markup("<p class=\"host\">").Text(label).Markup("</p>\n");
        }
    }

    /// <summary>The style of a verdict.</summary>
    internal static string ClassOf(Tone tone) =>
        tone switch { Tone.Critical => "critical", Tone.Warning => "warning", Tone.Open => "open", _ => "good" };

    private static void WriteNavigation(HtmlWriter html, DiagnosisReport report, bool hasSeries)
    {
        html.Markup("<nav aria-label=\"Sections\"><ul>\n<li><a href=\"#findings\">Findings</a></li>\n");
        Link(report.Differential is not null, "comparison", "Side by side");
        Link(hasSeries, "time", "Over time");
        Link(!report.Ledger.Pages.IsEmpty || !report.Ledger.Wired.IsEmpty, "ledger", "Memory ledger");
        Link(report.Latest.Zones is not null, "zones", "Zones");
        Link(report.Latest.MallocTypes is not null, "types", "Malloc types");
        Link(true, "input", "What this rests on");
        Link(!report.Findings.IsEmpty, "rules", "Rules");
        html.Markup("</ul></nav>\n");

        void Link(bool there, string id, string name)
        {
            if (there)
            {
                html.Markup($"<li><a href=\"#{id}\">{name}</a></li>\n");
            }
        }
    }

    private static void WriteFindings(HtmlWriter html, DiagnosisReport report, bool hasRules)
    {
        Finding[] open = [.. report.Findings.Where(f => f.Verdict != Verdict.Healthy)];
        Finding[] harmless = [.. report.Findings.Where(f => f.Verdict == Verdict.Healthy)];
        html.Markup(
            "<section id=\"findings\" aria-labelledby=\"findings-title\">\n<h2 id=\"findings-title\">Findings <small>")
            .Text(Headline.Tally([.. open])).Markup("</small></h2>\n");
        if (open.Length == 0)
        {
            html.Markup("<p>Nothing needs attention.</p>\n");
        }

        for (int i = 0; i < open.Length; i++)
        {
            FindingHtml.Write(html, open[i], isOpen: i < 2 && (i == 0 || open[i].Severity != Severity.Info), hasRules);
        }

        html.Markup("</section>\n");
        if (harmless.Length == 0)
        {
            return;
        }

        // Without a name it is no landmark: a page of many hosts would have many of the same name.
        html.Markup("<section id=\"fine\">\n<h2>Also noted</h2>\n");
        foreach (Finding finding in harmless)
        {
            FindingHtml.Write(html, finding, isOpen: false, hasRules);
        }

        html.Markup("</section>\n");
    }
}
