using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Watch;

/// <summary>
/// One view of a watch, <c>leakstat.watch/1</c>. Sizes are bytes, rates bytes per hour; every row is there, in the
/// order asked for.
/// </summary>
internal sealed record WatchDocument
{
    public required string Schema { get; init; }

    public required ToolPart Tool { get; init; }

    public required HostPart Host { get; init; }

    public required string Source { get; init; }

    public string? TakenAt { get; init; }

    public required int Captures { get; init; }

    public string? Since { get; init; }

    public required LedgerPart Ledger { get; init; }

    public required IEnumerable<RowPart> Rows { get; init; }

    public required IEnumerable<FindingPart> Findings { get; init; }

    public static WatchDocument Of(string schema, WatchSnapshot snapshot, WatchState state) => new()
    {
        Schema = schema,
        Tool = ToolPart.This,
        Host = HostPart.Of(snapshot.Latest.Host),
        Source = snapshot.Latest.Source,
        TakenAt = JsonForm.Time(snapshot.Latest.TakenAt),
        Captures = snapshot.Samples,
        Since = JsonForm.Time(snapshot.Since),
        Ledger = LedgerPart.Of(snapshot.Ledger),
        Rows = WatchOrder.Of(snapshot, state).Select(row => RowPart.Of(row, snapshot)),
        Findings = (snapshot.Report?.Findings ?? []).Select(FindingPart.Of),
    };

    /// <summary>One zone, type or account.</summary>
    public sealed record RowPart
    {
        public required string Kind { get; init; }

        public required string Name { get; init; }

        public required long Bytes { get; init; }

        public long? Items { get; init; }

        public long? FreeBytes { get; init; }

        public long? Change { get; init; }

        public double? BytesPerHour { get; init; }

        public long? Failures { get; init; }

        public BoundPart? Bound { get; init; }

        public string? Owner { get; init; }

        public bool? Stale { get; init; }

        public string? At { get; init; }

        public static RowPart Of(WatchRow row, WatchSnapshot snapshot) => new()
        {
            Kind = ReportTerms.Of(row.Subject.Kind),
            Name = row.Subject.Name,
            Bytes = row.Bytes,
            Items = row.Items,
            FreeBytes = row.FreeBytes,
            Change = row.Change,
            BytesPerHour = JsonForm.Number(row.BytesPerHour),
            Failures = row.Failures,
            Bound = row.Bound is { } bound
                ? new BoundPart(bound.Name, bound.Most, bound.Used, bound.IsBytes ? "bytes" : "items")
                : null,
            Owner = snapshot.Owners.Of(row.Subject) is [var owner, ..] ? owner.Module : null,
            Stale = row.IsStale ? true : null,
            At = JsonForm.At(row.At),
        };
    }

    /// <summary>What the row may hold at most.</summary>
    public sealed record BoundPart(string? Name, long Most, long Used, string Unit);
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(WatchDocument))]
internal sealed partial class WatchJsonContext : JsonSerializerContext;
