using System.Text.Json;
using System.Text.Json.Serialization;
using Leakstat.Engines.Metrics;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Engines.Dashboards;

/// <summary>The panels as a dashboard that Grafana imports.</summary>
public static class DashboardFile
{
    private const int Columns = 24;
    private const int Width = 12;
    private const int Height = 8;

    private static readonly DashboardContext s_context = new(JsonForm.Options());

    /// <summary>The file, as JSON.</summary>
    public static string Write()
    {
        var source = new DataSource("prometheus", "${datasource}");
        PanelPart[] panels =
        [
            .. PanelTable.All.Select((p, i) => new PanelPart(
                i + 1,
                p.IsTable ? "table" : "timeseries",
                p.Title,
                source,
                new Place(Height, Width, i * Width % Columns, i * Width / Columns * Height),
                [
                    new Target("A", p.Query, p.Legend, source)
                    {
                        Instant = p.IsTable ? true : null,
                        Format = p.IsTable ? "table" : null,
                    },
                ],
                new FieldConfig(new FieldDefaults(p.Unit), []))),
        ];
        var document = new DashboardDocument(
            "leakstat",
            "leakstat: kernel memory of FreeBSD hosts",
            ["freebsd", "leakstat"],
            39,
            1,
            "5m",
            new TimeRange("now-7d", "now"),
            new Templating(
            [
                new Variable("datasource", "datasource", "Data source") { Query = "prometheus" },
                new Variable("host", "query", "Host")
                {
                    Datasource = source,
                    Query = $"label_values({MetricName.UptimeSeconds}, {MetricTable.HostLabel})",
                    Refresh = 2,
                    Multi = true,
                    IncludeAll = true,
                    AllValue = ".+",
                },
            ]),
            panels);
        return JsonSerializer.Serialize(document, s_context.DashboardDocument) + "\n";
    }

    internal sealed record DashboardDocument(
        string Uid, string Title, IReadOnlyList<string> Tags, int SchemaVersion, int Version, string Refresh,
        TimeRange Time, Templating Templating, IReadOnlyList<PanelPart> Panels);

    internal sealed record TimeRange(string From, string To);

    internal sealed record Templating(IReadOnlyList<Variable> List);

    internal sealed record Variable(string Name, string Type, string Label)
    {
        public DataSource? Datasource { get; init; }

        public string? Query { get; init; }

        public int? Refresh { get; init; }

        public bool? Multi { get; init; }

        public bool? IncludeAll { get; init; }

        public string? AllValue { get; init; }
    }

    internal sealed record DataSource(string Type, string Uid);

    internal sealed record Place(int H, int W, int X, int Y);

    internal sealed record Target(string RefId, string Expr, string LegendFormat, DataSource Datasource)
    {
        public bool? Instant { get; init; }

        public string? Format { get; init; }
    }

    internal sealed record FieldDefaults(string Unit);

    internal sealed record FieldConfig(FieldDefaults Defaults, IReadOnlyList<string> Overrides);

    internal sealed record PanelPart(
        int Id, string Type, string Title, DataSource Datasource, Place GridPos, IReadOnlyList<Target> Targets,
        FieldConfig FieldConfig);
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DashboardFile.DashboardDocument))]
internal sealed partial class DashboardContext : JsonSerializerContext;
