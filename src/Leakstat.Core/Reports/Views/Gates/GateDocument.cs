using System.Globalization;
using System.Text.Json.Serialization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Gate;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Gates;

/// <summary>A gate's decision. Its members are named and ordered as they are printed.</summary>
internal sealed record GateDocument
{
    public required string Schema { get; init; }

    public required ToolPart Tool { get; init; }

    public required HostPart Host { get; init; }

    public required bool Clean { get; init; }

    public required string State { get; init; }

    public string? Unjudged { get; init; }

    public required int Rounds { get; init; }

    public string? Module { get; init; }

    public required int Judged { get; init; }

    public required IEnumerable<FindingPart> Findings { get; init; }

    public required IEnumerable<KnownPart> Known { get; init; }

    public required IEnumerable<string> Baseline { get; init; }

    public required IEnumerable<ModulePart> Modules { get; init; }

    public required IEnumerable<RisingPart> Rising { get; init; }

    public static GateDocument Of(GateResult result) => new()
    {
        Schema = "leakstat.gate/1",
        Tool = ToolPart.This,
        Host = HostPart.Of(result.Report.Host),
        Clean = result.IsClean,
        State = result.IsFailed ? "failed" : result.IsClean ? "clean" : "unknown",
        Unjudged = result.IsFailed ? null : result.Unjudged,
        Rounds = result.Rounds.Plan.Rounds,
        Module = result.Rounds.Plan.Module,
        Judged = result.Rounds.Judged,
        Findings = result.Leaks.Select(FindingPart.Of),
        Known = result.Known.Select(KnownPart.Of),
        Baseline = GateWords.BaselineNotes(result),
        Modules = result.Modules.Select(note => new ModulePart(note.Fails, note.Text, JsonForm.At(note.At))),
        Rising = result.Rounds.Subjects.Select(RisingPart.Of),
    };

    private static SubjectPart SubjectOf(Subject subject) => new(BaselineEntry.KindOf(subject), subject.Name);

    /// <summary>A leak that the baseline knows.</summary>
    public sealed record KnownPart(string Title, SubjectPart Subject, string? Until, string? Why, string? At)
    {
        public static KnownPart Of(KnownLeak known) => new(
            known.Finding.Title,
            SubjectOf(known.Finding.Subject),
            known.Entry.Until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            known.Entry.Why,
            JsonForm.At(known.Entry.At));
    }

    /// <summary>What the kernel said about the module.</summary>
    public sealed record ModulePart(bool Fails, string Text, string? At);

    /// <summary>What was kept after the rounds, round by round.</summary>
    public sealed record RisingPart(
        SubjectPart Subject,
        string Outcome,
        string? Why,
        double? ItemsPerRound,
        long? BytesPerRound,
        bool OfModule,
        IEnumerable<long> Counts,
        string? At)
    {
        public static RisingPart Of(RoundSubject kept) => new(
            SubjectOf(kept.Subject),
            GateWords.Word(kept),
            GateWords.Why(kept) is { Length: > 0 } why ? why : null,
            JsonForm.Number(kept.Test.PerRound),
            kept.BytesPerRound,
            kept.IsOwn,
            kept.Counts,
            JsonForm.At(kept.LastAt));
    }
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(GateDocument))]
internal sealed partial class GateJsonContext : JsonSerializerContext;
