using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leakstat.Knowledge;

/// <summary>
/// The table of zones and malloc types (<c>Knowledge/Data/zone-facts.json</c>): one row for each name of which more is
/// known than who owns it. A name that has no row of its own is spoken for by the first pattern that it fits.
/// </summary>
internal static class ZoneFacts
{
    private static readonly Lazy<Table> s_table = new(Table.Read);

    /// <summary>Every row, in the order of the file.</summary>
    public static ImmutableArray<ZoneFact> All => s_table.Value.Rows;

    /// <summary>The row of a name, whether a zone or a malloc type has it; null where nothing is known.</summary>
    public static ZoneFact? Find(string name)
    {
        Table table = s_table.Value;
        if (table.ByName.TryGetValue(name, out ZoneFact? exact))
        {
            return exact;
        }

        foreach (ZoneFact pattern in table.Patterns)
        {
            if (pattern.Fits(name))
            {
                return pattern;
            }
        }

        return null;
    }

    /// <summary>Whether a name has one of the traits.</summary>
    public static bool Has(string name, ZoneTraits traits) =>
        (Find(name)?.Traits & traits) is not (null or ZoneTraits.None);

    /// <summary>The names that have a trait, in the order of the table.</summary>
    public static IEnumerable<string> NamesWith(ZoneTraits trait, OwnerKind kind = OwnerKind.Zone) =>
        All.Where(fact => fact.Kind == kind && (fact.Traits & trait) != ZoneTraits.None).Select(fact => fact.Name);

    private sealed record Table(
        ImmutableArray<ZoneFact> Rows, FrozenDictionary<string, ZoneFact> ByName, ImmutableArray<ZoneFact> Patterns)
    {
        public static Table Read()
        {
            ImmutableArray<ZoneFact> rows = JsonSerializer.Deserialize(
                BuiltInKnowledge.Bytes("zone-facts.json"), ZoneFactsContext.Default.ImmutableArrayZoneFact);
            return new Table(
                rows,
                rows.Where(row => !row.IsPattern).ToFrozenDictionary(row => row.Name),
                [.. rows.Where(row => row.IsPattern)]);
        }
    }
}

/// <summary>Reads the table; a key that no row has is an error, so that no fact is lost by a slip of the pen.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ImmutableArray<ZoneFact>))]
internal sealed partial class ZoneFactsContext : JsonSerializerContext;
