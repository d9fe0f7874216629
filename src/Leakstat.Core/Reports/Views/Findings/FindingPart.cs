using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>One finding as the contract writes it.</summary>
internal sealed record FindingPart
{
    public required string Rule { get; init; }

    public required string Title { get; init; }

    public required string Severity { get; init; }

    public required string Verdict { get; init; }

    public required SubjectPart Subject { get; init; }

    public required double? Confidence { get; init; }

    public required IEnumerable<EvidencePart> Evidence { get; init; }

    public GrowthPart? Growth { get; init; }

    public ExhaustionPart? Exhaustion { get; init; }

    public required IEnumerable<OwnerPart> Owners { get; init; }

    public required IEnumerable<AdvicePart> Advice { get; init; }

    public static FindingPart Of(Finding finding) => new()
    {
        Rule = finding.Rule,
        Title = finding.Title,
        Severity = ReportTerms.Of(finding.Severity),
        Verdict = ReportTerms.Of(finding.Verdict),
        Subject = new SubjectPart(ReportTerms.Of(finding.Subject.Kind), finding.Subject.Name),
        Confidence = JsonForm.Probability(finding.Confidence),
        Evidence = finding.Evidence.Select(EvidencePart.Of),
        Growth = finding.Growth is { } growth ? GrowthPart.Of(growth) : null,
        Exhaustion = finding.Exhaustion is { } end ? ExhaustionPart.From(end) : null,
        Owners = finding.Owners.Select(owner => new OwnerPart(owner.Module, owner.Source, owner.Why)),
        Advice = finding.Advice.Select(AdvicePart.Of),
    };

    /// <summary>One line of evidence; the value is in the unit beside it.</summary>
    public sealed record EvidencePart(string Text, double? Value, string? Unit, string? At)
    {
        public static EvidencePart Of(Evidence line)
        {
            double? value = JsonForm.Number(line.Value);
            return new EvidencePart(
                line.Text, value, value is null ? null : ReportTerms.Of(line.Unit), JsonForm.At(line.At));
        }
    }

    /// <summary>Bytes and items an hour, with the bounds of the bytes.</summary>
    public sealed record GrowthPart(
        double? BytesPerHour, double? Low, double? High, string? Since, double? ItemsPerHour, long? Bytes)
    {
        public static GrowthPart Of(ObservedGrowth growth) => new(
            JsonForm.Number(growth.BytesPerHour),
            JsonForm.Number(growth.Low),
            JsonForm.Number(growth.High),
            JsonForm.Time(growth.Since),
            JsonForm.Number(growth.ItemsPerHour),
            growth.Bytes);
    }

    /// <summary>What runs out, and when.</summary>
    public sealed record ExhaustionPart(string Of, string? At, string? Low, string? High)
    {
        public static ExhaustionPart From(ExhaustionTime end) =>
            new(end.Of, JsonForm.Time(end.At), JsonForm.Time(end.Low), JsonForm.Time(end.High));
    }

    /// <summary>Who owns the memory.</summary>
    public sealed record OwnerPart(string? Module, string? Source, string? Why);

    /// <summary>One piece of advice with its commands and the line that makes it last.</summary>
    public sealed record AdvicePart(
        string Kind, string Text, IEnumerable<string> Commands, PersistPart? Persist, string? Risk, string? Revert)
    {
        public static AdvicePart Of(Advice advice) => new(
            advice.Kind,
            advice.Text,
            advice.Commands.Select(command => command.ToString()),
            advice.Persist is { } persist ? new PersistPart(persist.File, persist.Line) : null,
            advice.Risk,
            advice.Revert);
    }

    /// <summary>A line of a configuration file.</summary>
    public sealed record PersistPart(string File, string Line);
}
