using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Tests.Reports;

public sealed partial class HtmlReportTests
{
    public static TheoryData<string> Names => ReportCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_files(string name) =>
        Golden.Matches($"html/{name}.html", Assets().Replace(Html(ReportCases.Get(name)), "<$1>…</$1>"));

    [Theory]
    [MemberData(nameof(Names))]
    public void Elements_are_balanced_and_ids_unique(string name)
    {
        XDocument document = Parse(Html(ReportCases.Get(name)));
        string[] ids = [.. document.Descendants().Attributes("id").Select(a => a.Value)];
        Assert.Equal(ids.Distinct(), ids);
        foreach (XAttribute reference in document.Descendants().Attributes()
            .Where(a => a.Name.LocalName is "aria-labelledby" or "for"))
        {
            Assert.All(reference.Value.Split(' '), id => Assert.Contains(id, ids));
        }

        foreach (XAttribute link in document.Descendants("a").Attributes("href"))
        {
            Assert.Contains(link.Value.TrimStart('#'), ids);
        }
    }

    [Fact]
    public void Untrusted_names_stay_text()
    {
        string page = Html(ReportCases.Hostile());
        XDocument document = Parse(page);
        Assert.Single(document.Descendants("script"), s => s.Attribute("type") is null);
        Assert.All(document.Descendants("script").Where(s => s.Attribute("type") is not null), s => Assert.Equal("application/json", s.Attribute("type")!.Value));
        Assert.DoesNotContain(page, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain('\u202e', page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_series_stay_data()
    {
        const string evil = "</script><script>alert(1)</script>\u202e<!--";
        DiagnosisReport report = ReportCases.Leak();
        DiagnosisReport named = report with
        {
            History = new HostHistory(
                report.History.Samples,
                [new Series(new SeriesKey(SeriesKind.ZoneUsed, evil), [.. Enumerable.Range(0, 13).Select(i => (long?)i)], 8)],
                report.History.Events),
        };

        XDocument document = Parse(Html(named));

        Assert.Single(document.Descendants("script"), s => s.Attribute("type") is null);
        using var data = System.Text.Json.JsonDocument.Parse(
            document.Descendants("script").Single(s => s.Attribute("type") is not null).Value);
        Assert.StartsWith(
            "zone </script><script>alert(1)</script>\\u202e<!--",
            data.RootElement.GetProperty("series")[0].GetProperty("n").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_forecast_meets_the_bound_where_memory_runs_out()
    {
        // 13 captures over 6 h; memory is out at 20 h, with 80 % between 18:30 h and 23 h, and the plot goes on until then.
        XDocument page = Parse(Html(ReportCases.Leak()));
        XElement band = page.Descendants("polygon").First(p => (string?)p.Attribute("class") == "band");
        double[] numbers = [.. ((string)band.Attribute("points")!).Split(' ', ',').Select(n => double.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
        string bound = (string)page.Descendants("path").First(p => (string?)p.Attribute("class") == "bound").Attribute("d")!;

        Assert.Equal(1000 * 6 / 23.0, numbers[0], 0.1);
        Assert.Equal(1000 * 18.5 / 23.0, numbers[2], 0.1);
        Assert.Equal(1000, numbers[4], 0.1);
        Assert.True(numbers[3] < numbers[1], "the forecast rises");
        Assert.All([numbers[3], numbers[5], numbers[7]], y => Assert.Equal($"M0 {y}H1000", bound));
    }

    [Fact]
    public void A_plot_says_what_stands_under_the_pointer()
    {
        XElement plot = Parse(Html(ReportCases.Leak())).Descendants("svg").First(s => s.Attribute("data-points") is not null);
        string[] parts = ((string)plot.Attribute("data-points")!).Split('|');

        // One of the 13 captures lacks the type.
        Assert.Equal(24, parts.Length);
        Assert.Equal("0", parts[0]);
        Assert.Matches("^2026-11-20 18:00 UTC: [0-9.]+ [KMG]iB", parts[1]);
    }

    [Theory]
    [InlineData(5, 5, 0, 10)]
    [InlineData(0, 0, 0, 1)]
    [InlineData(60, 100, 60, 100)]
    [InlineData(40, 100, 0, 100)]
    public void What_never_changes_does_not_lie_at_the_bottom(double low, double high, double floor, double top) => Assert.Equal(
        new Leakstat.Reports.Views.Plots.PlotRange(floor, top), Leakstat.Reports.Views.Plots.PlotRange.Of(low, high));

    [Fact]
    public void The_rule_of_a_finding_leads_to_what_it_means()
    {
        XDocument page = Parse(Html(ReportCases.Leak()));

        XElement link = page.Descendants("a").First(a => a.Value == "What LS0101 means");
        XElement rule = page.Descendants("details").Single(d => "#" + (string?)d.Attribute("id") == (string?)link.Attribute("href"));
        Assert.Equal("rule-LS0101", (string?)rule.Attribute("id"));
        Assert.Contains("What it means", rule.Value, StringComparison.Ordinal);
        Assert.DoesNotContain('`', rule.Value);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_fetched_and_nothing_runs_but_the_script_in_the_page(string name)
    {
        XDocument document = Parse(Html(ReportCases.Get(name)));
        foreach (XAttribute attribute in document.Descendants().Attributes())
        {
            string attributeName = attribute.Name.LocalName;
            Assert.False(attributeName is "src" or "style" or "action" || attributeName.StartsWith("on", StringComparison.Ordinal));
            Assert.True(attributeName != "href" || attribute.Value.StartsWith('#'));
        }

        string policy = document.Descendants("meta").Single(m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy")
            .Attribute("content")!.Value;
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    internal static XDocument Parse(string page)
    {
        // The page keeps to elements that are closed; the few void ones and bare attributes are closed here.
        string xml = page.Replace("<!DOCTYPE html>\n", "", StringComparison.Ordinal);
        xml = Assets().Replace(xml, "<$1></$1>");
        xml = VoidElements().Replace(xml, "<$1$2/>");
        xml = BareAttributes().Replace(xml, "$1 $2=\"\"$3");
        using var reader = XmlReader.Create(new StringReader(xml));
        return XDocument.Load(reader);
    }

    private static string Html(DiagnosisReport report)
    {
        using var output = new MemoryStream();
        HtmlReport.Write(report, output);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    [GeneratedRegex("<(script|style)>.*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex Assets();

    [GeneratedRegex("<(meta|input|br)([^>]*)>")]
    private static partial Regex VoidElements();

    [GeneratedRegex("(<(?:details|div)[^>]*) (open|hidden)(>)")]
    private static partial Regex BareAttributes();
}
