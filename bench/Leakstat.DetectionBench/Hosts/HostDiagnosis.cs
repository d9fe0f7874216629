using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.DetectionBench.Hosts;

/// <summary>
/// What the product says of a simulated host: captures go through the ledger and the history into the rules, as those
/// of
/// <c>leakstat detect</c> do. Looks are taken in order of time; what was read is not read again.
/// </summary>
internal sealed class HostDiagnosis(SimulatedHost host, TrendOptions options)
{
    private static readonly KnowledgeBase Knowledge = BuiltInKnowledge.Load();

    private readonly HistoryBuilder _history = new();
    private readonly Diagnoser _diagnoser = new(Knowledge) { Trend = options };
    private Capture? _latest;

    /// <summary>Captures read so far.</summary>
    public int Count { get; private set; }

    /// <summary>The history so far.</summary>
    public HostHistory History => _history.Build();

    /// <summary>The latest capture read.</summary>
    public Capture Latest => _latest ?? throw new InvalidOperationException("nothing was read yet");

    /// <summary>Reads on up to so many captures.</summary>
    public void Read(int count)
    {
        for (; Count < count; Count++)
        {
            _latest = HostCaptures.At(host, Count);
            _history.Add(_latest, LedgerBuilder.From(_latest));
        }
    }

    /// <summary>What <c>detect</c> reports after so many captures.</summary>
    public DiagnosisReport After(int count)
    {
        Read(count);
        DiagnosisReport report = _diagnoser.Diagnose(host.Name, History, Latest, [], InputReport.Clean)!;
        return report with { Findings = [.. report.Findings.Where(f => RuleRegistry.OverHistory.Contains(f.Rule))] };
    }
}
