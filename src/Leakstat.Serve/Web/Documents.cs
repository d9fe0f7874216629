using System.Text.Json.Serialization;
using Leakstat.Fleet;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Views.Fleets;

namespace Leakstat.Serve.Web;

/// <summary>What is wrong with a request.</summary>
internal sealed record ErrorDocument(string Error);

/// <summary>A delivery that is durable.</summary>
internal sealed record AcceptedDocument(string Id, string Host, int Captures, bool New);

/// <summary>All hosts in a few numbers, and what they have in common.</summary>
internal sealed record FleetSummaryDocument(
    string Schema,
    ToolPart Tool,
    int Revision,
    string? AsOf,
    int Hosts,
    StatesPart States,
    IEnumerable<FleetJsonDocument.CausePart> Causes);

/// <summary>How many hosts are in each state.</summary>
internal sealed record StatesPart(int Wrong, int Unknown, int TooEarly, int Fine);

/// <summary>All hosts, worst first.</summary>
internal sealed record HostsDocument(int Revision, string? AsOf, IEnumerable<HostRowPart> Hosts);

/// <summary>A host in a list.</summary>
internal sealed record HostRowPart(
    string Name,
    string State,
    string? Severity,
    string? Rule,
    string? What,
    double? BytesPerHour,
    string? ExhaustionAt,
    string? Release,
    int Captures,
    string? LastSeen,
    string Url);

/// <summary>Series of a host, by kind and name.</summary>
internal sealed record SeriesListDocument(string Host, IEnumerable<SeriesNamePart> Series);

/// <summary>A series in a list.</summary>
internal sealed record SeriesNamePart(string Kind, string Name);

/// <summary>Every series of a name.</summary>
internal sealed record SeriesDocument(string Host, string Name, IEnumerable<SeriesPart> Series);

/// <summary>A series; of samples that are of a time and have a value.</summary>
internal sealed record SeriesPart(string Kind, long? ItemSize, IEnumerable<SamplePart> Samples);

/// <summary>A sample.</summary>
internal sealed record SamplePart(string At, long Value);

/// <summary>Deliveries of a host, the latest first.</summary>
internal sealed record DeliveriesDocument(string Host, IEnumerable<DeliveryPart> Captures);

/// <summary>A delivery in a list.</summary>
internal sealed record DeliveryPart(string Id, string Name, string Received, long Size, bool Stored, string Url);

/// <summary>How the documents are written.</summary>
internal static class ServeJson
{
    /// <summary>The serializer.</summary>
    public static ServeJsonContext Context { get; } = new(JsonForm.Options(indented: false));

    /// <summary>A host in a list.</summary>
    public static HostRowPart RowOf(string name, FleetHost host) => new(
        host.Label,
        Leakstat.Reports.Forms.Text.ReportTerms.Of(host.Verdict.State),
        host.Worst is { } worst ? Leakstat.Reports.Forms.Text.ReportTerms.Of(worst.Severity) : null,
        host.Worst?.Rule,
        FleetWords.WhatOf(host) is { Length: > 0 } what ? what : null,
        JsonForm.Number(host.Worst?.Growth?.BytesPerHour),
        JsonForm.Time(host.Worst?.Exhaustion?.At),
        host.Identity.Release?.Text,
        host.Captures,
        JsonForm.Time(host.LastSeen),
        $"/v1/hosts/{Uri.EscapeDataString(HostNames.Shown(name))}");
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(AcceptedDocument))]
[JsonSerializable(typeof(FleetSummaryDocument))]
[JsonSerializable(typeof(HostsDocument))]
[JsonSerializable(typeof(SeriesListDocument))]
[JsonSerializable(typeof(SeriesDocument))]
[JsonSerializable(typeof(DeliveriesDocument))]
internal sealed partial class ServeJsonContext : JsonSerializerContext;
