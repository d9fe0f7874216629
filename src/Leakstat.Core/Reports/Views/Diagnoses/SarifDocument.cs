using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>A SARIF log with one run. Members as SARIF 2.1.0 names them.</summary>
internal sealed record SarifDocument(
    [property: JsonPropertyName("$schema")] string SchemaAddress,
    string Version,
    IEnumerable<SarifDocument.RunPart> Runs)
{
    /// <summary>Where the schema of a log is found.</summary>
    public const string Address = "https://json.schemastore.org/sarif-2.1.0.json";

    /// <summary>The version of SARIF.</summary>
    public const string SarifVersion = "2.1.0";

    public static SarifDocument Of(DiagnosisReport report) => new(Address, SarifVersion, [RunPart.Of(report)]);

    /// <summary>One run of the program over one host.</summary>
    public sealed record RunPart
    {
        public required ToolPart Tool { get; init; }

        /// <summary>What tells the run from others of the log; null where it is the only one.</summary>
        public AutomationPart? AutomationDetails { get; init; }

        public required IEnumerable<InvocationPart> Invocations { get; init; }

        public required string ColumnKind { get; init; }

        public required RunPropertiesPart Properties { get; init; }

        public required IEnumerable<SarifResultPart> Results { get; init; }

        public static RunPart Of(DiagnosisReport report)
        {
            ImmutableArray<string> rules = Ids(report.Findings.Select(f => f.Rule));
            ImmutableArray<string> problems = Ids(report.Diagnostics.Select(d => d.Id));
            return new RunPart
            {
                Tool = new ToolPart(new DriverPart(
                    Forms.Text.Tool.Name,
                    Forms.Text.Tool.Version,
                    Forms.Text.Tool.Version,
                    rules.Select(SarifRulePart.Of),
                    problems.Select(id => new NotificationRulePart(id)))),
                Invocations =
                [
                    new InvocationPart(
                        ExecutionSuccessful: true,
                        report.Diagnostics.Select(d => NotificationPart.Of(d, problems.IndexOf(d.Id)))),
                ],
                ColumnKind = "utf16CodeUnits",
                Properties = new RunPropertiesPart(VerdictPart.Of(report)),
                Results = report.Findings.Select(f => SarifResultPart.Of(f, rules.IndexOf(f.Rule), report)),
            };
        }

        private static ImmutableArray<string> Ids(IEnumerable<string> ids) =>
            [.. ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>What the run is one of.</summary>
    public sealed record AutomationPart(string Id);

    /// <summary>The program.</summary>
    public sealed record ToolPart(DriverPart Driver);

    /// <summary>The program, its rules, and the kinds of input problems that it names.</summary>
    public sealed record DriverPart(
        string Name,
        string Version,
        string SemanticVersion,
        IEnumerable<SarifRulePart> Rules,
        IEnumerable<NotificationRulePart> Notifications);

    /// <summary>A kind of input problem.</summary>
    public sealed record NotificationRulePart(string Id);

    /// <summary>What went wrong in reading.</summary>
    public sealed record InvocationPart(
        bool ExecutionSuccessful, IEnumerable<NotificationPart> ToolExecutionNotifications);

    /// <summary>What the run says of the whole host.</summary>
    public sealed record RunPropertiesPart(VerdictPart Verdict);

    /// <summary>One input problem and where it is.</summary>
    public sealed record NotificationPart(
        DescriptorPart Descriptor, string Level, SarifMessagePart Message, IEnumerable<SarifLocationPart> Locations)
    {
        public static NotificationPart Of(Diagnostic diagnostic, int index) => new(
            new DescriptorPart(diagnostic.Id, index),
            diagnostic.Id is DiagnosticId.UnusedCommand or DiagnosticId.DuplicateOutput ? "note" : "warning",
            SarifMessagePart.Of(diagnostic.Text),
            [SarifLocationPart.Of(diagnostic.At)]);
    }

    /// <summary>Which kind of input problem it is.</summary>
    public sealed record DescriptorPart(string Id, int Index);
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SarifDocument))]
internal sealed partial class SarifJsonContext : JsonSerializerContext;
