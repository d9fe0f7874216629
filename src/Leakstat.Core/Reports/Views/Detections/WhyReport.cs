using System.Globalization;
using Leakstat.Detection;
using Leakstat.Detection.Weighing;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Detections;

/// <summary>Why series of one name are judged as they are: <c>leakstat detect --why NAME</c>.</summary>
/// <param name="Diagnosis">The host.</param>
/// <param name="Name">Zone, type or <c>unaccounted</c>.</param>
public sealed record WhyReport(DiagnosisReport Diagnosis, string Name)
{
    private const double Day = 24;

    private static readonly WhyJsonContext s_context = new(JsonForm.Options());

    /// <summary>Series of that name that were judged, in order of their kind.</summary>
    private IEnumerable<(SeriesKey Key, TrendResult Result)> Found() => Diagnosis.Trends is not { } trends
        ? []
        : trends.Results.Where(r => r.Key.Name == Name).OrderBy(r => r.Key.Kind).Select(r => (r.Key, r.Value));

    /// <summary>Text for a terminal.</summary>
    internal static void WriteText(WhyReport report, TextWriter output, TerminalOptions layout)
    {
        var canvas = new TerminalCanvas(output, layout);
        bool any = false;
        foreach ((SeriesKey key, TrendResult result) in report.Found())
        {
            any = true;
            Write(canvas, report.Diagnosis, key, result);
        }

        if (!any)
        {
            canvas.Paragraph(0, 0, new Run(report.Nothing()));
        }
    }

    /// <summary>JSON: one object with a member for each test.</summary>
    internal static void WriteJson(WhyReport report, Stream output) => JsonForm.Write(
        new WhyDocument("leakstat.why/1", report.Name, report.Found().Select(found => Part(report, found))),
        s_context.WhyDocument,
        output);

    private static WhyDocument.SeriesPart Part(WhyReport report, (SeriesKey Key, TrendResult Result) found) => new(
        SeriesKindName.Of(found.Key.Kind),
        TrendSummary.Describe(found.Result.Class),
        JsonForm.Number(found.Result.Chance),
        JsonForm.Number(found.Result.Suspicion?.Probability),
        Named(report.Diagnosis, found.Key),
        (found.Result.Suspicion?.Pieces ?? []).Select(piece => new WhyDocument.EvidencePart(
            piece.Kind.ToString(),
            JsonForm.Number(piece.Weight),
            SuspicionEvidence.Words(piece.Kind, found.Result.Suspicion!))));

    private static void Write(TerminalCanvas canvas, DiagnosisReport report, SeriesKey key, TrendResult result)
    {
        canvas.Paragraph(
            0, 0, new Run($"{RisingBlock.Name(key)}: {TrendSummary.Describe(result.Class)}", Style.Strong));
        TrendOptions options = TrendOptions.Default;
        canvas.Paragraph(2, 2, new Run(
            $"Slope: chance of error {Number(result.Chance)} after all corrections; a leak takes one below "
                + $"{Number(options.LeakChance)}"
            + (double.IsNaN(result.LineOverPlateau)
            ? "."
            : $", and a line that fits better than every plateau (here by {result.LineOverPlateau:0.0}, at "
                + "least 4).")));
        if (result.ExplainedBy is { } by)
        {
            canvas.Paragraph(2, 2, new Run($"Explained by {by}."));
        }

        if (result.Suspicion is { } weighed)
        {
            canvas.Paragraph(2, 2, new Run(
                $"All evidence: {Display.Percent(weighed.Probability)} that it is not given back; a suspect takes "
                    + $"{Display.Percent(options.SuspectProbability)}."));
            foreach (EvidencePiece piece in weighed.Pieces)
            {
                canvas.Paragraph(4, 6, new Run($"{SuspicionEvidence.Odds(piece.Weight),-12}"), new Run(
                    $"{Title(piece.Kind)}: {SuspicionEvidence.Words(piece.Kind, weighed)}"));
            }
        }
        else
        {
            canvas.Paragraph(
                2, 2, new Run("It does not lie higher at the end than at the beginning: nothing to weigh."));
        }

        if (Named(report, key) is { } perDay)
        {
            canvas.Paragraph(2, 2, new Run(
                $"A steady leak of {Display.Bytes(perDay)} a day on top of it would have been named by now."));
        }

        canvas.Blank();
    }

    private static long? Named(DiagnosisReport report, SeriesKey key)
    {
        TrendJudgement trends = report.Trends!;
        TrendResult result = trends.Of(key)!;
        SeriesInput? series = trends.Host.Series.FirstOrDefault(s => s.Key == result.Key);
        double hours = trends.Host.Hours[^1] - trends.Host.Hours[0];
        return trends.CanProve && series is not null && !result.IsLeak && result.Class != TrendClass.Suspect
            && hours > 0
            && trends.Host.PhysicalBytes > 0
            && new SensitivityProbe().Slowest(trends.Host, [series], trends.Host.PhysicalBytes / hours) is { } perHour
            ? (long)Math.Ceiling(perHour * Day)
            : null;
    }

    private static string Title(EvidenceKinds kind) => kind switch
    {
        EvidenceKinds.OneSided => "one-sided",
        EvidenceKinds.Retention => "troughs",
        EvidenceKinds.Floor => "floor",
        EvidenceKinds.Boots => "boots",
        EvidenceKinds.Share => "amount",
        EvidenceKinds.Owner => "owner",
        EvidenceKinds.Company => "company",
        EvidenceKinds.Saturation => "shape",
        EvidenceKinds.Counters => "counters",
        _ => "slope",
    };

    private static string Number(double chance) =>
        chance.ToString(chance < 1e-3 ? "0.0e+0" : "0.###", CultureInfo.InvariantCulture);

    private string Nothing() => Diagnosis.Trends is null
        ? "There are too few captures with times for any trend."
        : Diagnosis.History.Series.Any(s => s.Key.Name == Name)
            ? $"{Name} never changed over the captures: it neither leaks nor gives back."
            : $"No zone, malloc type or account is called {Name} in these captures.";
}
