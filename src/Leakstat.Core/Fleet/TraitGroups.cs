using System.Collections.Immutable;

namespace Leakstat.Fleet;

/// <summary>Hosts by whether they have one value of a trait.</summary>
internal sealed record TraitGroup
{
    /// <summary>Traits and values that part the hosts just so, the plainest first.</summary>
    public required ImmutableArray<(HostTrait Trait, string Value)> Traits { get; init; }

    /// <summary>By host: whether it has the value; null where that is unknown.</summary>
    public required ImmutableArray<bool?> Has { get; init; }

    /// <summary>Hosts that have it.</summary>
    public required ImmutableArray<int> With { get; init; }

    /// <summary>Whether it is known of every host.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>Takes what is known of each host.</summary>
    public static TraitGroup Of(
        ImmutableArray<(HostTrait Trait, string Value)> traits, ImmutableArray<bool?> has) => new()
        {
            Traits = traits,
            Has = has,
            With = [.. Enumerable.Range(0, has.Length).Where(i => has[i] == true)],
            IsWhole = has.All(h => h is not null),
        };
}

/// <summary>
/// Every way in which the traits of a fleet part its hosts, each once: what parts them alike cannot be told apart by
/// any number of hosts, and is named together.
/// </summary>
internal static class TraitGroups
{
    /// <summary>Fewest hosts on either side; fewer show nothing after correction.</summary>
    public const int FewestHosts = 5;

    /// <summary>The groups, in a fixed order.</summary>
    public static ImmutableArray<TraitGroup> Of(IReadOnlyList<FleetHost> hosts)
    {
        Dictionary<string, List<(HostTrait Trait, string Value)>> found = [];
        foreach (HostTrait trait in hosts.SelectMany(h => h.Traits.Known).Distinct()
            .OrderBy(t => t.Kind).ThenBy(t => t.Name, StringComparer.Ordinal))
        {
            string?[] values = [.. hosts.Select(h => h.Traits.Of(trait))];
            foreach (IGrouping<string, string> value in values.OfType<string>()
                .GroupBy(v => v).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                int with = value.Count();
                if (with < FewestHosts || values.Count(v => v is not null) - with < FewestHosts)
                {
                    continue;
                }

                string pattern = string.Create(values.Length, (values, value.Key), static (text, state) =>
                {
                    for (int i = 0; i < text.Length; i++)
                    {
                        text[i] = state.values[i] is not { } known ? '?' : known == state.Key ? '1' : '0';
                    }
                });
                if (!found.TryGetValue(pattern, out List<(HostTrait Trait, string Value)>? traits))
                {
                    found[pattern] = traits = [];
                }

                traits.Add((trait, value.Key));
            }
        }

        return
        [
            .. found.Select(f => TraitGroup.Of(
                [.. f.Value], [.. f.Key.Select(c => c == '?' ? (bool?)null : c == '1')])),
        ];
    }
}
