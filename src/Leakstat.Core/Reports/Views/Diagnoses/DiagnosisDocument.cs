using System.Text.Json.Serialization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Comparisons;
using Leakstat.Reports.Views.Detections;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>The whole diagnosis of one host. Its members are named and ordered as they are printed.</summary>
internal sealed record DiagnosisDocument
{
    public required string Schema { get; init; }

    public required ToolPart Tool { get; init; }

    public required HostPart Host { get; init; }

    public required IEnumerable<CapturePart> Captures { get; init; }

    public required LedgerPart Ledger { get; init; }

    public required VerdictPart Verdict { get; init; }

    public required IEnumerable<FindingPart> Findings { get; init; }

    public required IEnumerable<DiagnosticPart> Diagnostics { get; init; }

    public required IEnumerable<EventPart> Events { get; init; }

    public InputPart? Input { get; init; }

    public TrendsPart? Trends { get; init; }

    public SensitivityPart? Sensitivity { get; init; }

    public IEnumerable<RisingPart>? Rising { get; init; }

    public ComparisonPart? Comparison { get; init; }

    /// <summary>The document of a report; <paramref name="needs"/> where a history was asked about.</summary>
    /// <param name="report">The report.</param>
    /// <param name="needs">What the history lacks; null where it was not asked about.</param>
    /// <param name="hasSensitivity">
    /// Whether it says what would have been found, and what rose without being a finding: that takes several times as
    /// long as to judge the host.
    /// </param>
    public static DiagnosisDocument Of(DiagnosisReport report, TrendNeeds? needs, bool hasSensitivity = true)
    {
        SensitivityPart? sensitivity = hasSensitivity ? SensitivityPart.Of(report) : null;
        return new DiagnosisDocument
        {
            Schema = "leakstat.diagnosis/1",
            Tool = ToolPart.This,
            Host = HostPart.Of(report.Host),
            Captures = report.Captures.Select(CapturePart.Of),
            Ledger = LedgerPart.Of(report.Ledger),
            Verdict = VerdictPart.Of(report),
            Findings = report.Findings.Select(FindingPart.Of),
            Diagnostics = report.Diagnostics.Select(DiagnosticPart.Of),
            Events = report.History.Events.Select(happened => EventPart.Of(happened, report.History)),
            Input = InputPart.Of(report.Input),
            Trends = needs is null ? null : TrendsPart.Of(report, needs),
            Sensitivity = sensitivity,
            Rising = sensitivity is null ? null : RisingBlock.Of(report).Select(RisingPart.Of),
            Comparison = report.Differential is { } compared ? ComparisonPart.Of(compared) : null,
        };
    }

    /// <summary>One capture; its files are not known where it comes from a store.</summary>
    public sealed record CapturePart(string Source, string? TakenAt, IReadOnlyList<FilePart>? Files)
    {
        public static CapturePart Of(CaptureSummary capture) => new(
            capture.Source,
            JsonForm.Time(capture.TakenAt),
            JsonForm.NotEmpty<FilePart>([.. capture.Files.Select(FilePart.Of)]));
    }

    /// <summary>One file of a capture and what was read of it.</summary>
    public sealed record FilePart(string Name, string Format, int Rows, int SkippedLines, string Use)
    {
        public static FilePart Of(CaptureFile file) =>
            new(file.Name, file.Format, file.Rows, file.SkippedLines, ReportTerms.Of(file.Use));
    }

    /// <summary>What happened to the host between captures.</summary>
    public sealed record EventPart(string Kind, string Text, string? Capture, string? Before, string? At)
    {
        public static EventPart Of(HistoryEvent happened, HostHistory history)
        {
            Sample? sample = happened.Sample >= 0 && happened.Sample < history.Samples.Length
                ? history.Samples[happened.Sample]
                : null;
            return new EventPart(
                happened.Kind,
                happened.Text,
                sample?.Source,
                JsonForm.Time(sample?.TakenAt),
                JsonForm.At(happened.At));
        }
    }

    /// <summary>What of the input was not judged as it stood.</summary>
    public sealed record InputPart(
        IEnumerable<OtherHostPart> OtherHosts, IEnumerable<ClockPart> ClockBackwards, IEnumerable<string> Repeated)
    {
        public static InputPart? Of(InputReport input) =>
            input.OtherHosts.IsEmpty && input.ClockBackwards.IsEmpty && input.Repeated.IsEmpty
                ? null
                : new InputPart(
                    input.OtherHosts.Select(host => new OtherHostPart(host.Host, host.Captures)),
                    input.ClockBackwards.Select(pair => new ClockPart(pair.Earlier, pair.Later)),
                    input.Repeated);
    }

    /// <summary>A host that this document is not about, and how many captures of it there are.</summary>
    public sealed record OtherHostPart(string Name, int Captures);

    /// <summary>Two captures whose times and contents disagree about which is the earlier.</summary>
    public sealed record ClockPart(string Earlier, string Later);

    /// <summary>How many captures a trend takes, and what else it lacks.</summary>
    public sealed record TrendsPart(int Captures, int Needed, bool Enough, int? Judged, IEnumerable<string> Missing)
    {
        public static TrendsPart Of(DiagnosisReport report, TrendNeeds needs) => new(
            needs.Captures, needs.Needed, needs.IsEnough, report.Trends?.Results.Count, needs.Missing);
    }
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DiagnosisDocument))]
internal sealed partial class DiagnosisJsonContext : JsonSerializerContext;
