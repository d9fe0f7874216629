using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Comparisons;

/// <summary>Two hosts side by side: <c>comparison</c>. The document around it is that of B.</summary>
internal sealed record ComparisonPart
{
    public required SidePart A { get; init; }

    public required SidePart B { get; init; }

    public required bool Judged { get; init; }

    public UptimePart? Uptime { get; init; }

    public required IEnumerable<string> Notes { get; init; }

    public required IEnumerable<ChangePart> Changes { get; init; }

    public required IEnumerable<LoadPart> Load { get; init; }

    public required long Unchanged { get; init; }

    public required IEnumerable<SeriesPart> Series { get; init; }

    public static ComparisonPart Of(HostDifferential compared) => new()
    {
        A = SidePart.Of(compared.A, compared.NameOfA),
        B = SidePart.Of(compared.B, compared.NameOfB),
        Judged = compared.IsJudged,
        Uptime = compared.Overlap is { } overlap && overlap.To >= overlap.From
            ? new UptimePart(JsonForm.Number(overlap.From), JsonForm.Number(overlap.To), overlap.Points.Length)
            : null,
        Notes = compared.Notes,
        Changes = compared.Changes.Select(c => new ChangePart(c.Kind, c.Text, JsonForm.At(c.At))),
        Load = compared.Load.Select(l => new LoadPart(l.Name, JsonForm.Number(l.A), JsonForm.Number(l.B))),
        Unchanged = compared.Unchanged,
        Series = compared.Series.Select(SeriesPart.Of),
    };

    /// <summary>What differs, in a word.</summary>
    internal static string Word(GrowthChange change) => change switch
    {
        GrowthChange.Begins => "begins",
        GrowthChange.Faster => "faster",
        GrowthChange.Slower => "slower",
        GrowthChange.Ends => "ends",
        GrowthChange.Explained => "explained",
        _ => "none",
    };

    /// <summary>One of the two hosts.</summary>
    public sealed record SidePart(
        string Label,
        string? Name,
        string? Release,
        string? Arch,
        long? PhysicalMemory,
        int Captures,
        string First,
        string Last)
    {
        public static SidePart Of(DiagnosisCase side, string label) => new(
            label,
            side.Latest.Host.Name,
            side.Latest.Host.Release?.Text,
            side.Latest.Host.Architecture,
            side.Latest.Host.PhysicalMemory?.Value,
            side.History.Samples.Length,
            side.History.Samples[0].Source,
            side.History.Samples[^1].Source);
    }

    /// <summary>The uptime that both were seen at.</summary>
    public sealed record UptimePart(double? FromHours, double? ToHours, int Points);

    /// <summary>What differs between the hosts besides memory.</summary>
    public sealed record ChangePart(string Kind, string Text, string? At);

    /// <summary>A counter of load, per hour, on each.</summary>
    public sealed record LoadPart(string Name, double? A, double? B);

    /// <summary>A rate in bytes an hour with its bounds, and the bytes there are.</summary>
    public sealed record RatePart(long? Bytes, double? BytesPerHour, double? Low, double? High)
    {
        public static RatePart? Of(ComparedRate? rate, long? bytes) => rate is null && bytes is null
            ? null
            : new RatePart(
                bytes, JsonForm.Number(rate?.PerHour), JsonForm.Number(rate?.Low), JsonForm.Number(rate?.High));
    }

    /// <summary>One series on both hosts.</summary>
    public sealed record SeriesPart
    {
        public required SubjectPart Subject { get; init; }

        public required string In { get; init; }

        public IReadOnlyList<string>? NamesInA { get; init; }

        public IReadOnlyList<string>? NamesInB { get; init; }

        public RatePart? A { get; init; }

        public RatePart? B { get; init; }

        public RatePart? Difference { get; init; }

        public required string Change { get; init; }

        public required bool Significant { get; init; }

        public double? Chance { get; init; }

        public double? Scale { get; init; }

        public string? Reason { get; init; }

        public string? Owner { get; init; }

        public static SeriesPart Of(ComparedSeries series) => new()
        {
            Subject = new SubjectPart(ReportTerms.Of(series.Subject.Kind), series.Subject.Name),
            In = series.Presence switch { Presence.OnlyInA => "a", Presence.OnlyInB => "b", _ => "both" },
            NamesInA = JsonForm.NotEmpty(series.NamesInA),
            NamesInB = JsonForm.NotEmpty(series.NamesInB),
            A = RatePart.Of(series.RateInA, series.BytesInA),
            B = RatePart.Of(series.RateInB, series.BytesInB),
            Difference = RatePart.Of(series.Difference, null),
            Change = Word(series.Change),
            Significant = series.Chance < 1,
            Chance = series.Chance < 1 ? series.Chance : null,
            Scale = series.Scale > 1 ? JsonForm.Number(series.Scale) : null,
            Reason = series.Reason,
            Owner = series.Owners.IsEmpty ? null : series.Owners[0].Module,
        };
    }
}
