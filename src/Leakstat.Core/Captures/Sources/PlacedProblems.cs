using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>
/// Problems of sources by the host they are of: what lies in a folder or archive with captures of one host only is that
/// host's. What lies beside the folders of several hosts is of none of them: a host may have been there.
/// </summary>
public sealed class PlacedProblems
{
    private readonly Dictionary<HostSource, List<Diagnostic>> _ofHosts;

    private PlacedProblems(
        Dictionary<HostSource, List<Diagnostic>> ofHosts,
        ImmutableArray<(string Place, ImmutableArray<Diagnostic> Problems)> lost,
        ImmutableArray<Diagnostic> others)
    {
        _ofHosts = ofHosts;
        Lost = lost;
        Others = others;
    }

    /// <summary>Places where something could not be read that may be a host of its own, in the order found.</summary>
    public ImmutableArray<(string Place, ImmutableArray<Diagnostic> Problems)> Lost { get; }

    /// <summary>Problems of no host that took nothing away.</summary>
    public ImmutableArray<Diagnostic> Others { get; }

    /// <summary>Problems of a host of the sources.</summary>
    public ImmutableArray<Diagnostic> Of(HostSource host) =>
        _ofHosts.TryGetValue(host, out List<Diagnostic>? problems) ? [.. problems] : [];

    /// <summary>Places problems.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="problems">The problems.</param>
    /// <param name="given">What a person named.</param>
    internal static PlacedProblems Of(
        ImmutableArray<HostSource> hosts, ImmutableArray<Diagnostic> problems, ImmutableArray<string> given)
    {
        Dictionary<string, HostSource?> owners = problems.IsEmpty ? [] : Owners(hosts);
        Dictionary<HostSource, List<Diagnostic>> ofHosts = [];
        Dictionary<string, List<Diagnostic>> lost = [];
        List<string> places = [];
        List<Diagnostic> others = [];
        foreach (Diagnostic problem in problems)
        {
            (HostSource? host, string place) = PlaceOf(problem.At.File.Path, owners, given);
            if (host is not null)
            {
                Entry(ofHosts, host).Add(problem);
            }
            else if (problem.IsLoss)
            {
                if (!lost.ContainsKey(place))
                {
                    places.Add(place);
                }

                Entry(lost, place).Add(problem);
            }
            else
            {
                others.Add(problem);
            }
        }

        return new PlacedProblems(ofHosts, [.. places.Select(p => (p, lost[p].ToImmutableArray()))], [.. others]);
    }

    /// <summary>Whose captures lie in a folder or archive, by its path; null for several hosts.</summary>
    private static Dictionary<string, HostSource?> Owners(ImmutableArray<HostSource> hosts)
    {
        Dictionary<string, HostSource?> owners = [];
        foreach (HostSource host in hosts)
        {
            foreach (string place in host.Places)
            {
                for (string path = place; path.Length > 0; path = Above(path))
                {
                    owners[path] = !owners.TryGetValue(path, out HostSource? owner) || owner == host ? host : null;
                }
            }
        }

        return owners;
    }

    /// <summary>The host of a path, or the largest place around it with no capture in it.</summary>
    private static (HostSource? Host, string Place) PlaceOf(
        string path, Dictionary<string, HostSource?> owners, ImmutableArray<string> given)
    {
        string below = path;
        for (string around = path; around.Length > 0; around = Above(around))
        {
            if (owners.TryGetValue(around, out HostSource? host))
            {
                return (host, below);
            }

            below = around;
        }

        return (null, given.FirstOrDefault(g => path.StartsWith(g, StringComparison.Ordinal)) ?? below);
    }

    /// <summary>The folder or archive around a path; empty where there is none.</summary>
    private static string Above(string path) => path[..Math.Max(path.AsSpan().LastIndexOfAny('/', '!', '#'), 0)];

    private static List<Diagnostic> Entry<TKey>(Dictionary<TKey, List<Diagnostic>> lists, TKey key)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out List<Diagnostic>? list))
        {
            lists[key] = list = [];
        }

        return list;
    }
}
