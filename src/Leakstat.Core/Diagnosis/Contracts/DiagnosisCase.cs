using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>
/// Everything a rule may look at: one host, its latest capture, and what earlier captures left behind.
/// </summary>
/// <param name="Latest">The latest capture of the host.</param>
/// <param name="Ledger">Its ledger.</param>
/// <param name="History">
/// All captures of the host as series, the latest among them; one sample where there is one capture.
/// </param>
/// <param name="Knowledge">Owners, in-tree modules, signatures.</param>
/// <param name="Input">What was noticed about the input as a whole.</param>
public sealed record DiagnosisCase(
    Capture Latest, Ledger Ledger, HostHistory History, KnowledgeBase Knowledge, InputReport Input)
{
    private LoadedModules? _modules;

    /// <summary>The host's modules, to be looked up by name.</summary>
    public LoadedModules Modules => _modules is { } known && ReferenceEquals(known.Latest, Latest)
        ? known
        : _modules = new LoadedModules(Latest, History, Knowledge);

    /// <summary>Problems met in the input, of all captures.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>Verdicts of the trend engine; null where the captures are too few for a trend.</summary>
    public TrendJudgement? Trends { get; init; }

    /// <summary>This host beside another, or beside itself before a change; null where it is looked at alone.</summary>
    public HostDifferential? Differential { get; init; }

    /// <summary>What rose over the rounds of an exercise; null where the captures are no rounds.</summary>
    public RoundJudgement? Rounds { get; init; }

    /// <summary>Release, where known.</summary>
    public FreeBsdRelease? Release => Latest.Host.Release;

    /// <summary>A sysctl's number.</summary>
    public Reading? Sysctl(params ReadOnlySpan<string> names) => Latest.Sysctls.Number(names);

    /// <summary>Page size, bytes; <see cref="HostIdentity.BytesPerPage"/>.</summary>
    public long PageSize => Latest.Host.BytesPerPage;
}
