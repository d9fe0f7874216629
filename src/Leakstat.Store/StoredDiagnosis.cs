using Leakstat.Captures.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Store;

/// <summary>Judges a host of a store: the one way, so that every command and the server say the same of it.</summary>
public static class StoredDiagnosis
{
    /// <summary>Judges a host.</summary>
    /// <param name="store">The store; a connection is for one thread.</param>
    /// <param name="host">The host; empty for captures that do not say theirs.</param>
    /// <param name="knowledge">Owners, modules, signatures.</param>
    /// <returns>
    /// The diagnosis, null where the store holds no captures of the host; and whether its latest capture was kept:
    /// without it only the history is judged.
    /// </returns>
    public static (DiagnosisReport? Report, bool HasLatest) Of(StoreReader store, string host, KnowledgeBase knowledge)
    {
        StoredHistory? stored = store.LoadWhole(host);
        return stored is null
            ? (null, false)
            : (new Diagnoser(knowledge).Diagnose(
                host.Length > 0 ? host : null,
                stored.History,
                stored.Latest,
                stored.Problems,
                new InputReport
                {
                    ClockBackwards = NameOrder.ClockBackwards(
                        stored.History.Samples.Select(s => (s.Source, s.TakenAt))),
                }), stored.Latest is not null);
    }
}
