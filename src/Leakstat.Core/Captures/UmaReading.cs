using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>Gathers <c>vm.uma.ZONE.LEAF</c> into one record per zone.</summary>
internal static class UmaReading
{
    private const string Root = "vm.uma.";

    /// <summary>The table; null where no <c>vm.uma</c> name with a zone was printed.</summary>
    public static UmaTable? From(SysctlTable sysctls)
    {
        // A node is known by its first leaf, which every zone has.
        List<string> nodes = [];
        Dictionary<string, SortedSet<int>> domains = [];
        foreach (string name in sysctls.Names)
        {
            if (!name.StartsWith(Root, StringComparison.Ordinal))
            {
                continue;
            }

            ReadOnlySpan<char> rest = name.AsSpan(Root.Length);
            int dot = rest.IndexOf('.');
            if (dot <= 0)
            {
                continue;
            }

            ReadOnlySpan<char> leaf = rest[(dot + 1)..];
            if (leaf is "size")
            {
                nodes.Add(rest[..dot].ToString());
            }
            else if (leaf.StartsWith("domain.") || leaf.StartsWith("keg.domain."))
            {
                ReadOnlySpan<char> number = leaf[(leaf.IndexOf("domain.") + 7)..];
                int end = number.IndexOf('.');
                if (end > 0
                    && int.TryParse(number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int domain)
                    && domain < 256)
                {
                    string node = rest[..dot].ToString();
                    if (!domains.TryGetValue(node, out SortedSet<int>? seen))
                    {
                        domains[node] = seen = [];
                    }

                    seen.Add(domain);
                }
            }
        }

        if (nodes.Count == 0)
        {
            return null;
        }

        nodes.Sort(StringComparer.Ordinal);
        ImmutableArray<UmaZone>.Builder zones = ImmutableArray.CreateBuilder<UmaZone>(nodes.Count);
        foreach (string node in nodes)
        {
            zones.Add(Zone(sysctls, node, domains.TryGetValue(node, out SortedSet<int>? seen) ? seen : []));
        }

        return new UmaTable(zones.DrainToImmutable());
    }

    private static UmaZone Zone(SysctlTable sysctls, string node, IReadOnlyCollection<int> seen)
    {
        string prefix = Root + node + ".";
        string? keg = sysctls.Text(prefix + "keg.name");
        bool cache = keg == "cache zone";
        return new UmaZone
        {
            Node = node,
            Size = sysctls.Number(prefix + "size"),
            Flags = sysctls.Text(prefix + "flags") ?? "",
            KegName = cache ? null : keg,
            IsCacheZone = cache,
            KegItemSize = sysctls.Number(prefix + "keg.rsize"),
            PagesPerSlab = sysctls.Number(prefix + "keg.ppera"),
            ItemsPerSlab = sysctls.Number(prefix + "keg.ipers"),
            Live = sysctls.Number(prefix + "stats.current"),
            Limit = sysctls.Number(prefix + "limit.max_items"),
            Domains = Domains(sysctls, prefix, seen),
        };
    }

    private static ImmutableArray<UmaDomain> Domains(SysctlTable sysctls, string prefix, IReadOnlyCollection<int> seen)
    {
        var domains = ImmutableArray.CreateBuilder<UmaDomain>(seen.Count);
        foreach (int d in seen)
        {
            var domain = new UmaDomain(
                d,
                sysctls.Number(FormattableString.Invariant($"{prefix}keg.domain.{d}.pages")),
                sysctls.Number(FormattableString.Invariant($"{prefix}keg.domain.{d}.free_items")),
                sysctls.Number(FormattableString.Invariant($"{prefix}domain.{d}.nitems")));
            if (domain.Pages is not null || domain.FreeItems is not null || domain.CachedItems is not null)
            {
                domains.Add(domain);
            }
        }

        return domains.ToImmutable();
    }
}
