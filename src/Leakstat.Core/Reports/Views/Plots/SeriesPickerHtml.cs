using System.Text;
using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Plots;

/// <summary>
/// Any series of the history by its name: the numbers stand in the page as JSON, the script draws the one that is asked
/// for. Names are made printable, and the encoder leaves no character that means anything to a page.
/// </summary>
internal static class SeriesPickerHtml
{
    private const int MostPoints = 300;
    private const int MostSeries = 4000;
    private const int MostEvents = 50;

    public static void Write(HtmlWriter html, DiagnosisReport report, SuspectSeries? first)
    {
        HostHistory history = report.History;
        Series[] series = [.. history.Series.Where(s => s.Values.Any(v => v is not null)).Take(MostSeries)];
        if (history.Samples.Length < 2 || series.Length == 0)
        {
            return;
        }

        int count = history.Samples.Length;
        int[] samples = count <= MostPoints
            ? [.. Enumerable.Range(0, count)]
            : [.. Enumerable.Range(0, MostPoints).Select(i => (int)((long)i * (count - 1) / (MostPoints - 1)))];
        html.Markup(
            "<h3 id=\"pick\">Any series</h3>\n<div class=\"filter\" id=\"series-pick\" hidden><label "
                + "for=\"series-name\">Name of the series</label>")
            .Markup("<input id=\"series-name\" list=\"series-names\" autocomplete=\"off\" spellcheck=\"false\">")
            .Markup(
                "<datalist id=\"series-names\"></datalist></div>\n<p class=\"muted\" id=\"series-said\" "
                    + "role=\"status\">")
            .Text(
                $"{count} captures{(count > samples.Length ? $", {samples.Length} of them drawn" : "")}; the script "
                    + "of this page draws them.")
            .Markup("</p>\n");
        PlotScale.BeginOpen(html, "series-ticks");
        html.Markup(
                $"<svg class=\"plot\" id=\"series-plot\" viewBox=\"-10 -10 {SeriesHtml.Width + 20} "
                    + $"{SeriesHtml.Height + 20}\" ")
            .Markup("preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"series-said\"></svg>\n");
        PlotScale.End(
            html, new PlotAxis(history, samples[0], samples[^1]), SeriesHtml.When(history, samples[0]),
            SeriesHtml.When(history, samples[^1]));
        html.Markup("<script type=\"application/json\" id=\"series-data\">").Markup(
            Data(report, series, samples, first)).Markup("</script>\n");
    }

    private static string Data(DiagnosisReport report, Series[] series, int[] samples, SuspectSeries? first)
    {
        HostHistory history = report.History;
        var axis = new PlotAxis(history, samples[0], samples[^1]);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("first", PrintableText.Of(Label(Chosen(series, first).Key)));
            json.WriteStartArray("x");
            foreach (int sample in samples)
            {
                json.WriteNumberValue(Math.Round(axis.Of(sample) * SeriesHtml.Width, 1));
            }

            json.WriteEndArray();
            json.WriteStartArray("t");
            foreach (int sample in samples)
            {
                json.WriteStringValue(PrintableText.Of(SeriesHtml.When(history, sample)));
            }

            json.WriteEndArray();
            json.WriteStartArray("events");
            foreach (HistoryEvent happened in history.Events.Where(
                e => e.Sample > 0 && e.Sample < history.Samples.Length).Take(MostEvents))
            {
                json.WriteStartArray();
                json.WriteNumberValue(Math.Round(axis.Of(happened.Sample) * SeriesHtml.Width, 1));
                json.WriteStringValue(PrintableText.Of(happened.Text));
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteStartArray("series");
            foreach (Series one in series)
            {
                bool hasLimit = one.Key.Kind == SeriesKind.ZoneUsed;
                WriteSeries(
                    json, one, samples, hasLimit ? MbufZoneSeries.LimitOf(report.Latest, one.Key.Name) : null);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Values as pairs of place and value, where the value changes only.</summary>
    private static void WriteSeries(Utf8JsonWriter json, Series series, int[] samples, long? limit)
    {
        json.WriteStartObject();
        json.WriteString("n", PrintableText.Of(Label(series.Key)));
        if (series.Key.Kind is SeriesKind.MallocBytes or SeriesKind.Account)
        {
            json.WriteNumber("b", 1);
        }

        if (limit is { } most)
        {
            json.WriteNumber("l", most);
        }

        json.WriteStartArray("v");
        long? before = null;
        for (int i = 0; i < samples.Length; i++)
        {
            long? value = series[samples[i]];
            if (i > 0 && value == before)
            {
                continue;
            }

            json.WriteNumberValue(i);
            if (value is { } known)
            {
                json.WriteNumberValue(known);
            }
            else
            {
                json.WriteNullValue();
            }

            before = value;
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static Series Chosen(Series[] series, SuspectSeries? first)
    {
        SeriesKind kind = first?.Finding.Subject.Kind switch
        {
            SubjectKind.Malloc => SeriesKind.MallocBytes,
            SubjectKind.Wired or SubjectKind.Arc => SeriesKind.Account,
            _ => SeriesKind.ZoneUsed,
        };
        return Array.Find(series, s => first is not null && s.Key == new SeriesKey(kind, first.Finding.Subject.Name))
            ?? Array.Find(series, s => !s.IsConstant) ?? series[0];
    }

    private static string Label(SeriesKey key) => key.Kind switch
    {
        SeriesKind.ZoneUsed => $"zone {key.Name}: items in use",
        SeriesKind.ZoneFree => $"zone {key.Name}: free items",
        SeriesKind.ZoneFailures => $"zone {key.Name}: failures",
        SeriesKind.MallocInUse => $"malloc {key.Name}: allocations",
        SeriesKind.MallocBytes => $"malloc {key.Name}: bytes",
        SeriesKind.Account => $"account {key.Name}: bytes",
        SeriesKind.Counter => $"counter {key.Name}",
        SeriesKind.KegPages => $"keg {key.Name}: pages",
        SeriesKind.ZoneRequests => $"zone {key.Name}: requests since boot",
        SeriesKind.MallocRequests => $"malloc {key.Name}: requests since boot",
        SeriesKind.MbufCurrent => $"netstat -m {key.Name}: in use",
        SeriesKind.MbufCache => $"netstat -m {key.Name}: in cache",
        _ => $"keg {key.Name}: items",
    };
}
