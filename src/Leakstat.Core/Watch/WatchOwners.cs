using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Watch;

/// <summary>Owners of rows, each looked up once for as long as the same modules are loaded.</summary>
public sealed class WatchOwners
{
    private readonly Dictionary<Subject, ImmutableArray<Owner>> _known = [];
    private readonly ImmutableArray<string> _modules;

    internal WatchOwners(Capture capture, KnowledgeBase knowledge)
    {
        Host = CaseOf(capture, new Ledger(), knowledge);
        _modules = ModulesOf(capture);
    }

    /// <summary>The case that owners are looked up in.</summary>
    internal DiagnosisCase Host { get; }

    /// <summary>Likeliest owners first; empty for what is not a zone, kind of mbuf or malloc type.</summary>
    public ImmutableArray<Owner> Of(Subject subject)
    {
        if (!_known.TryGetValue(subject, out ImmutableArray<Owner> owners))
        {
            _known[subject] = owners = OwnerLookup.Of(Host, subject);
        }

        return owners;
    }

    /// <summary>These, or those of a capture with other modules.</summary>
    internal WatchOwners For(Capture capture) =>
        capture.KernelFiles is null || (_modules.AsSpan().SequenceEqual(ModulesOf(capture).AsSpan()) && Host.Release == capture.Host.Release)
            ? this
            : new WatchOwners(capture, Host.Knowledge);

    /// <summary>A case of one capture alone.</summary>
    internal static DiagnosisCase CaseOf(Capture capture, Ledger ledger, KnowledgeBase knowledge) =>
        new(capture, ledger, new HostHistory([], [], []), knowledge, InputReport.Clean);

    private static ImmutableArray<string> ModulesOf(Capture capture) => [.. capture.KernelFiles?.Files.Select(f => f.Name) ?? []];
}
