using System.Globalization;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;

namespace Leakstat.Reports.Views.Plots;

/// <summary>Wired memory over the captures, its accounts one on top of the other.</summary>
internal static class LedgerSeriesHtml
{
    private const int MostPoints = 300;
    private const int Colors = 8;

    /// <summary>Owners named under the pointer.</summary>
    private const int MostOfHover = 3;

    /// <summary>Accounts with a colour of their own; what is smaller is one more.</summary>
    private const int MostAccounts = 7;

    public static void Write(HtmlWriter html, DiagnosisReport report)
    {
        HostHistory history = report.History;
        Series[] all =
        [
            .. report.Ledger.Wired.Select(a => a.Name).Append(AccountName.Unaccounted).Distinct()
                .Select(n => history.Find(SeriesKind.Account, n)).OfType<Series>(),
        ];
        int[] known = [.. Enumerable.Range(0, history.Samples.Length).Where(i => all.Any(s => s[i] is not null))];
        if (known.Length < 2)
        {
            return;
        }

        // An account that most captures lack would come and go as if memory did.
        Series[] series = [.. all.Where(s => known.Count(i => s[i] is not null) > known.Length / 2)];
        known = [.. known.Where(i => series.All(s => s[i] is not null))];
        if (known.Length < 2)
        {
            return;
        }

        int[] samples = known.Length <= MostPoints
            ? known
            : [.. Enumerable.Range(0, MostPoints).Select(
                i => known[(int)((long)i * (known.Length - 1) / (MostPoints - 1))])];
        Series[] large = [.. series.OrderByDescending(s => samples.Max(i => s[i]!.Value)).ThenBy(
            s => s.Key.Name, StringComparer.Ordinal).Take(MostAccounts)];
        Series[] shown = [.. series.Where(large.Contains)];
        Series[] rest = [.. series.Except(shown)];
        List<(string Name, double[] Bytes)> layers = [.. shown.Select(
            s => (s.Key.Name, samples.Select(i => (double)Math.Max(s[i]!.Value, 0)).ToArray()))];
        if (rest.Length > 0)
        {
            layers.Add(
                (
                    $"{Display.Count(rest.Length)} smaller accounts",
                    [.. samples.Select(i => rest.Sum(s => (double)Math.Max(s[i]!.Value, 0)))]));
        }

        WriteFigure(html, history, samples, layers);
    }

    private static void WriteFigure(
        HtmlWriter html, HostHistory history, int[] samples, List<(string Name, double[] Bytes)> layers)
    {
        double top = Math.Max(Enumerable.Range(0, samples.Length).Max(i => layers.Sum(l => l.Bytes[i])), 1);
        var axis = new PlotAxis(history, samples[0], samples[^1]);
        string from = SeriesHtml.When(history, samples[0]);
        string to = SeriesHtml.When(history, samples[^1]);
        html.Markup("<figure>\n<figcaption>Wired memory by owner</figcaption>\n");
        PlotScale.Begin(html, new PlotRange(0, top));
        html.Markup(
                $"<svg class=\"plot stack\" viewBox=\"-10 -10 {SeriesHtml.Width + 20} {SeriesHtml.Height + 20}\" "
                    + "preserveAspectRatio=\"none\" ")
            .Markup(
                "role=\"img\" aria-labelledby=\"stack stack-desc\"");
        PlotPoints.Write(html, history, axis, samples, sample =>
        {
            int at = Array.IndexOf(samples, sample);
            return $"{Display.Bytes(layers.Sum(l => l.Bytes[at]))} ("
                + string.Join(
                    ", ", layers.OrderByDescending(l => l.Bytes[at]).Take(MostOfHover).Select(
                        l => $"{l.Name} {Display.Bytes(l.Bytes[at])}")) + ")";
        });
        html.Markup("><title id=\"stack\">Wired memory by owner over time</title><desc id=\"stack-desc\">")
            .Text(
                string.Join(
                    "; ",
                    layers.Select(l => $"{l.Name} from {Display.Bytes(l.Bytes[0])} to {Display.Bytes(l.Bytes[^1])}")))
            .Markup("</desc>");
        double[] below = new double[samples.Length];
        for (int layer = 0; layer < layers.Count; layer++)
        {
            double[] above = [.. below.Zip(layers[layer].Bytes, (a, b) => a + b)];
            IEnumerable<string> edge = samples.Select((s, i) => Point(s, above[i]))
                .Concat(samples.Select((s, i) => Point(s, below[i])).Reverse());
            html.Markup($"<polygon class=\"c{layer % Colors}\" points=\"{string.Join(' ', edge)}\"><title>").Text(
                layers[layer].Name)
                .Markup("</title></polygon>");
            below = above;
        }

        SeriesHtml.WriteFrame(html, history, axis);
        html.Markup("</svg>\n");
        PlotScale.End(html, axis, from, to);
        html.Markup("<p class=\"muted legend\">");
        for (int layer = layers.Count - 1; layer >= 0; layer--)
        {
            html.Markup("<span><svg class=\"swatch\" viewBox=\"0 0 1 1\" aria-hidden=\"true\">")
                .Markup($"<rect class=\"c{layer % Colors}\" width=\"1\" height=\"1\"/></svg>")
                .Text(
                    $"{layers[layer].Name} {Display.Bytes(layers[layer].Bytes[0])} to "
                        + $"{Display.Bytes(layers[layer].Bytes[^1])}")
                .Markup("</span> ");
        }

        html.Markup("</p>\n</figure>\n");
        string Point(int sample, double bytes) =>
            $"{Number(axis.Of(sample) * SeriesHtml.Width)},{Number(SeriesHtml.Height * (1 - (bytes / top)))}";
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
