using Leakstat.Captures.Sources;
using Leakstat.Cli.Dumps;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Knowledge;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Crashes;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Cli.Cores;

/// <summary>
/// The findings of <c>leakstat diagnose</c> on the dump of a crash and on its summary; what both say is said once.
/// </summary>
internal sealed class CrashFindings(Terminal terminal)
{
    private const int Columns = 79;

    private readonly HashSet<(int Number, string Rule, Subject Subject)> _said = [];

    /// <summary>Findings in the dump, proven leaks among them.</summary>
    public CrashOutcome OfDump(
        CrashText report, CrashOutcome outcome, KernelDump dump, CrashFile file, LeakReport leaks) =>
        Write(
            report,
            outcome,
            file,
            () => SourceReading.Open([new CaptureSource(DumpCapture.Of(dump, file.Path, leaks))]));

    /// <summary>Findings in what crashinfo(8) wrote.</summary>
    public CrashOutcome OfSummary(CrashText report, CrashOutcome outcome, CrashFile file) =>
        Write(report, outcome, file, () => SourceReading.Open([file.Path], terminal));

    private CrashOutcome Write(CrashText report, CrashOutcome outcome, CrashFile file, Func<SourceSet> open)
    {
        try
        {
            DiagnosisReport diagnosis = SourceReading.Diagnose(open(), BuiltInKnowledge.Load(), terminal);
            (int, string, Subject)[] keys = [.. diagnosis.Findings.Select(
                f => (outcome.Entry.Number, f.Rule, f.Subject))];
            diagnosis = diagnosis with { Findings = [.. diagnosis.Findings.Where((_, i) => !_said.Contains(keys[i]))] };
            _said.UnionWith(keys);
            report.Section($"Findings in {file.Name}");
            using var text = new StringWriter { NewLine = "\n" };
            TerminalReport.Write(diagnosis, text, new TerminalOptions
            {
                Width = Columns,
                Ascii = true,
                Detail = Detail.Verbose,
            });
            report.Block(text.ToString());
            return outcome with
            {
                Headlines = [.. outcome.Headlines, .. diagnosis.Findings.Where(f => f.Severity > Severity.Info).Select(
                    f => f.Title)],
            };
        }
        catch (CommandException e)
        {
            return outcome with { Problems = [.. outcome.Problems, e.Message] };
        }
    }
}
