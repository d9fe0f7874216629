using System.Collections.Frozen;
using System.Collections.Immutable;
using Leakstat.History;
using Leakstat.Knowledge;

namespace Leakstat.Diagnosis.Growth;

/// <summary>
/// Which counters may explain the growth of which zones and types. A name that is not here may be explained by the
/// general counters only, and only where these grew at least as much.
/// </summary>
internal static class GrowthExplanations
{
    /// <summary>The counter of vnodes.</summary>
    public const string VnodeCounter = "vnodes";

    /// <summary>The counter of the ARC's size.</summary>
    public const string ArcCounter = "ARC size";

    private static readonly ImmutableArray<string> s_general = WithItems(
        "",
        [VnodeCounter, "sockets", "TCP connections", ExplainingCounters.Threads, ExplainingCounters.Processes,
            "open files"]);

    private static readonly FrozenDictionary<string, ImmutableArray<string>> s_countersOf = ZoneFacts.All
        .Where(fact => !fact.Follows.IsEmpty)
        .ToFrozenDictionary(fact => fact.Name, fact => WithItems(fact.Name, fact.Follows));

    /// <summary>Counters that may explain a zone's or type's growth.</summary>
    public static ImmutableArray<string> For(string name) =>
        ZoneFacts.Find(name) is { Follows.IsEmpty: false } fact ? s_countersOf[fact.Name] : s_general;

    /// <summary>Whether the name is one that the table has: then its counters are what it follows by design.</summary>
    public static bool IsListed(string name) => ZoneFacts.Find(name) is { Follows.IsEmpty: false };

    /// <summary>Whether the zone holds what the ARC holds.</summary>
    public static bool IsOfArc(string name) => ZoneFacts.Has(name, ZoneTraits.ArcContent);

    /// <summary>
    /// Zones that never name a finding: the allocator's own, and malloc's where the types are known. A type names the
    /// finding rather than the bucket that moves with it.
    /// </summary>
    public static bool IsFollower(string zone, bool typesKnown) =>
        ZoneFacts.Has(zone, ZoneTraits.Internal | ZoneTraits.Borrowed)
        || (typesKnown && ZoneKinds.IsMallocBucket(zone));

    /// <summary>
    /// What follows processes or threads follows the zones they lie in too, for captures that list neither; those zones
    /// themselves do not.
    /// </summary>
    private static ImmutableArray<string> WithItems(string name, ImmutableArray<string> counters)
    {
        if (name is KnownNames.Process or KnownNames.Thread)
        {
            return counters;
        }

        ImmutableArray<string>.Builder all = counters.ToBuilder();
        if (counters.Contains(ExplainingCounters.Processes))
        {
            all.Add(ExplainingCounters.ProcessItems);
        }

        if (counters.Contains(ExplainingCounters.Threads))
        {
            all.Add(ExplainingCounters.ThreadItems);
        }

        return all.DrainToImmutable();
    }
}
