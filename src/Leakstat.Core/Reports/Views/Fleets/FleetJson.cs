using System.Text.Json.Serialization;
using Leakstat.Fleet;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>Several hosts as JSON, <c>leakstat.fleet/1</c>: one diagnosis each, worst first, and the causes.</summary>
internal static class FleetJson
{
    private static readonly FleetJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes one UTF-8 object with a line end behind it.</summary>
    public static void Write(FleetDocument document, Stream output) =>
        JsonForm.Write(FleetJsonDocument.Of(document), s_context.FleetJsonDocument, output);
}

/// <summary>Its members are named and ordered as they are printed.</summary>
internal sealed record FleetJsonDocument(
    string Schema,
    ToolPart Tool,
    string? AsOf,
    IEnumerable<RawPart> Hosts,
    IEnumerable<FleetJsonDocument.CausePart> Causes,
    IEnumerable<DiagnosticPart> Diagnostics)
{
    public static FleetJsonDocument Of(FleetDocument document) => new(
        "leakstat.fleet/1",
        ToolPart.This,
        JsonForm.Time(document.Fleet.AsOf),
        document.Fleet.Hosts.Select(h => new RawPart(document.Part("json", h))),
        document.Fleet.Causes.Select(CausePart.Of),
        document.Fleet.Diagnostics.Select(DiagnosticPart.Of));

    /// <summary>One thing that is wrong, and where.</summary>
    public sealed record CausePart(
        SubjectPart Subject,
        string Verdict,
        bool? Pooled,
        IEnumerable<string> Hosts,
        int Certain,
        PooledGrowthPart? GrowthPerHost,
        IEnumerable<SeparationPart> SeparatedBy)
    {
        public static CausePart Of(FleetCause cause) => new(
            new SubjectPart(ReportTerms.Of(cause.Subject.Kind), cause.Subject.Name),
            ReportTerms.Of(cause.Verdict),
            cause.Finding is null ? true : null,
            cause.Hosts.Select(h => h.Label),
            cause.Certain,
            cause.Growth is { } growth
                ? new PooledGrowthPart(
                    JsonForm.Number(growth.BytesPerDay), JsonForm.Number(growth.Low), JsonForm.Number(growth.High))
                : null,
            cause.SeparatedBy.Select(SeparationPart.Of));
    }

    /// <summary>How fast it grows, pooled over hosts.</summary>
    public sealed record PooledGrowthPart(double? BytesPerDay, double? Low, double? High);

    /// <summary>What separates the hosts that have it.</summary>
    public sealed record SeparationPart(
        IEnumerable<TraitPart> Traits,
        GroupPart With,
        GroupPart Without,
        double Chance,
        double? OddsRatio,
        double? OddsLow,
        double? OddsHigh)
    {
        public static SeparationPart Of(Separation separation)
        {
            FourfoldTable table = separation.Table;
            (double ratio, double low, double high) = table.Odds;
            return new SeparationPart(
                separation.Traits.Select(t => new TraitPart(FleetWords.NameOf(t.Trait), t.Value, t.Trait.Command)),
                new GroupPart(table.With, table.OfWith),
                new GroupPart(table.Without, table.OfWithout),
                separation.Chance,
                JsonForm.Number(ratio),
                JsonForm.Number(low),
                JsonForm.Number(high));
        }
    }

    /// <summary>A trait, its value, and the command that it is read from.</summary>
    public sealed record TraitPart(string Name, string Value, string Command);

    /// <summary>Hosts that have the cause, and hosts of the group.</summary>
    public sealed record GroupPart(int Hosts, int Of);
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FleetJsonDocument))]
internal sealed partial class FleetJsonContext : JsonSerializerContext;
