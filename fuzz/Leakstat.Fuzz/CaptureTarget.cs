using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Fuzz;

/// <summary>Reads and diagnoses mutated captures.</summary>
public sealed class CaptureTarget(Corpus corpus) : IFuzzTarget
{
    private readonly KnowledgeBase _knowledge = BuiltInKnowledge.Load();

    /// <inheritdoc/>
    public void Run(ulong seed, long number, Action<string> report)
    {
        ISourceNode input = InputMaker.Make(corpus, seed, number);
        var set = SourceSet.Open([input], new NamePool(), ReadLimits.Default);
        foreach (HostSource host in set.Hosts)
        {
            // Ids are stable and places belong to the input, whatever it is.
            DiagnosisReport? diagnosis = new Diagnoser(_knowledge).Diagnose(host.Captures());
            foreach (Diagnostic diagnostic in diagnosis?.Diagnostics ?? [])
            {
                if (diagnostic.At.File is null || diagnostic.At.Line < 0 || !diagnostic.Id.StartsWith("LSD", StringComparison.Ordinal))
                {
                    report($"a diagnostic without a place: {diagnostic}");
                }
            }
        }
    }
}
