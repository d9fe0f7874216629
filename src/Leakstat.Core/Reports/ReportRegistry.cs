using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Gate;
using Leakstat.Diagnosis.Growth;
using Leakstat.Fleet;
using Leakstat.Reports.Forms;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Comparisons;
using Leakstat.Reports.Views.Detections;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Reports.Views.Fleets;
using Leakstat.Reports.Views.Gates;
using Leakstat.Reports.Views.Ledgers;
using Leakstat.Reports.Views.Traces;
using Leakstat.Reports.Views.Tuning;

namespace Leakstat.Reports;

/// <summary>
/// Every report and the forms it is written in. A new form is one file in its view and one line here.
/// </summary>
public static class ReportRegistry
{
    /// <summary>Files that every report of a whole host can be written to.</summary>
    private static readonly ImmutableArray<IReportForm<DiagnosisReport>> s_files =
    [
        ReportForm.Bytes<DiagnosisReport>("html", HtmlReport.Write),
        ReportForm.Bytes<DiagnosisReport>("sarif", SarifReport.Write),
        ReportForm.Text<DiagnosisReport>("bugreport", (report, writer, _) => BugReport.Write(report, writer)),
    ];

    /// <summary><c>leakstat diagnose</c>.</summary>
    public static ReportForms<DiagnosisReport> Diagnosis { get; } = new(
        ReportForm.Text<DiagnosisReport>(ReportForm.Terminal, TerminalReport.Write),
        ReportForm.Bytes<DiagnosisReport>(ReportForm.Json, JsonReport.Write),
        s_files);

    /// <summary><c>leakstat detect</c>.</summary>
    public static ReportForms<DetectionReport> Detection { get; } = new(
        ReportForm.Text<DetectionReport>(
            ReportForm.Terminal,
            (report, writer, layout) => DetectTerminalReport.Write(report.Diagnosis, report.Needs, writer, layout)),
        ReportForm.Bytes<DetectionReport>(
            ReportForm.Json, (report, output) => JsonReport.Write(report.Diagnosis, report.Needs, output)),
        Files<DetectionReport>(report => report.Diagnosis));

    /// <summary><c>leakstat detect --why</c>.</summary>
    public static ReportForms<WhyReport> Why { get; } = new(
        ReportForm.Text<WhyReport>(ReportForm.Terminal, WhyReport.WriteText), ReportForm.Bytes<WhyReport>(
            ReportForm.Json, WhyReport.WriteJson), []);

    /// <summary><c>leakstat detect --compare</c>.</summary>
    public static ReportForms<DiagnosisReport> Comparison { get; } = new(
        ReportForm.Text<DiagnosisReport>(ReportForm.Terminal, DifferentialTerminalReport.Write),
        Diagnosis.Json,
        s_files);

    /// <summary><c>leakstat ledger</c>.</summary>
    public static ReportForms<LedgerReport> Ledger { get; } = new(
        ReportForm.Text<LedgerReport>(
            ReportForm.Terminal,
            (report, writer, layout) => LedgerTerminalReport.Write(report.Capture, report.Ledger, writer, layout)),
        ReportForm.Bytes<LedgerReport>(
            ReportForm.Json, (report, output) => LedgerJsonReport.Write(report.Capture, report.Ledger, output)),
        []);

    /// <summary><c>leakstat tune</c>.</summary>
    public static ReportForms<DiagnosisReport> Tuning { get; } = new(
        ReportForm.Text<DiagnosisReport>(
            ReportForm.Terminal, (report, writer, _) => TuneReport.WriteText(report, writer)),
        ReportForm.Bytes<DiagnosisReport>(ReportForm.Json, TuneReport.WriteJson),
        []);

    /// <summary><c>leakstat gate</c>.</summary>
    public static ReportForms<GateResult> Gate { get; } = new(
        ReportForm.Text<GateResult>(ReportForm.Terminal, GateTerminalReport.Write),
        ReportForm.Bytes<GateResult>(ReportForm.Json, GateJson.Write),
        [.. Files<GateResult>(result => result.Report), ReportForm.Bytes<GateResult>("junit", JUnitReport.Write)]);

    /// <summary><c>leakstat trace</c>.</summary>
    public static ReportForms<TraceReport> Trace { get; } = new(
        ReportForm.Text<TraceReport>(ReportForm.Terminal, TraceReport.WriteText),
        ReportForm.Bytes<TraceReport>(ReportForm.Json, TraceReport.WriteJson),
        [
            ReportForm.Text<TraceReport>("flame", (report, writer, _) => FlameGraphSvg.Write(report.Trace, writer)),
            ReportForm.Text<TraceReport>("folded", (report, writer, _) => FoldedStacks.Write(report.Trace, writer)),
            ReportForm.Bytes<TraceReport>("pprof", (report, output) => PprofProfile.Write(report.Trace, output)),
        ]);

    /// <summary><c>leakstat diagnose</c> of several hosts.</summary>
    public static FleetForms Diagnoses { get; } = Hosts(
        FleetTerminalReport.Write, (_, report, output) => JsonReport.Write(report, output));

    /// <summary><c>leakstat detect</c> of several hosts.</summary>
    public static FleetForms Detections { get; } = Hosts(
        FleetTerminalReport.Write, (_, report, output) => JsonReport.Write(report, TrendNeeds.Of(report), output));

    /// <summary><c>leakstat fleet</c>.</summary>
    public static FleetForms Fleet { get; } = Hosts(
        FleetTable.Write, (_, report, output) => JsonReport.WriteBrief(report, output));

    private static FleetForms Hosts(
        Action<FleetDocument, TextWriter, TerminalOptions> text,
        Action<FleetHost, DiagnosisReport, Stream> json) => new(
        new ReportForms<FleetDocument>(
            ReportForm.Text(ReportForm.Terminal, text),
            ReportForm.Bytes<FleetDocument>(ReportForm.Json, FleetJson.Write),
            [
                ReportForm.Bytes<FleetDocument>("html", FleetHtml.Write),
                ReportForm.Bytes<FleetDocument>("sarif", FleetSarif.Write),
                ReportForm.Text<FleetDocument>(
                    "bugreport", (document, writer, _) => BugReport.Write(document.Worst[0], writer)),
            ]),
        [
            new FleetPart(ReportForm.Json, json),
            new FleetPart("html", FleetHtml.WritePart),
            new FleetPart("sarif", FleetSarif.WritePart),
        ]);

    private static ImmutableArray<IReportForm<TWhole>> Files<TWhole>(Func<TWhole, DiagnosisReport> part) =>
        [.. s_files.Select(form => form.Within(part))];
}
