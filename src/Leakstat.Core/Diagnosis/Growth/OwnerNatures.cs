using Leakstat.Detection.Weighing;
using Leakstat.History;
using Leakstat.Knowledge;

namespace Leakstat.Diagnosis.Growth;

/// <summary>What an owner is known to be, for the trend engine: what fills a cache, what each process has.</summary>
internal static class OwnerNatures
{
    private static readonly string[] s_perProcess =
        [ExplainingCounters.Processes, ExplainingCounters.Threads, "open files"];

    private static readonly string[] s_perRequest = ["sockets", "TCP connections", "unix sockets", "syncache entries"];

    /// <summary>
    /// The nature of a zone or type. One that goes with a cache of which a counter is known is no cache where that
    /// counter did not rise with it: what the cache does not count is not in it.
    /// </summary>
    public static OwnerNature Of(string name, HostHistory history)
    {
        if (IsCache(name) || GrowthExplanations.IsOfArc(name))
        {
            return OwnerNature.Cache;
        }

        if (!GrowthExplanations.IsListed(name))
        {
            return OwnerNature.Unknown;
        }

        string first = GrowthExplanations.For(name)[0];
        return first switch
        {
            GrowthExplanations.VnodeCounter or GrowthExplanations.ArcCounter or "host cache entries" =>
                CounterRose(history, first) ? OwnerNature.Cache : OwnerNature.Unknown,
            _ when s_perProcess.Contains(first) => OwnerNature.PerProcess,
            _ when s_perRequest.Contains(first) => OwnerNature.PerRequest,
            _ => OwnerNature.Unknown,
        };
    }

    /// <summary>Whether the owner goes with what a cache holds, of whose bound no counter tells.</summary>
    public static bool IsCache(string name) => ZoneFacts.Has(name, ZoneTraits.Cache);

    // A counter that is not in the captures may have risen.
    private static bool CounterRose(HostHistory history, string counter) =>
        history.Find(SeriesKind.Counter, counter) is not { } series
        || GrowthObservation.Of(series, history.CurrentBootStart) is not { } seen
        || seen.After > seen.Before * 1.05;
}
