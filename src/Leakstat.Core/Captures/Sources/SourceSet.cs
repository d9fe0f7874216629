using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Sources;

/// <summary>
/// Everything a person pointed leakstat at, as captures by host. Opening looks at every source once, briefly; the
/// captures themselves are read when <see cref="HostSource.Captures()"/> asks for them.
/// </summary>
public sealed class SourceSet
{
    private readonly ImmutableArray<string> _given;

    private SourceSet(
        ImmutableArray<HostSource> hosts, ImmutableArray<Diagnostic> problems, ImmutableArray<string> given)
    {
        Hosts = hosts;
        Problems = problems;
        _given = given;
    }

    /// <summary>The hosts: most captures first, then by name.</summary>
    public ImmutableArray<HostSource> Hosts { get; }

    /// <summary>Problems of sources as such: what could not be read, and what no capture is in.</summary>
    public ImmutableArray<Diagnostic> Problems { get; }

    /// <summary>The problems by the host they are of, by where they lie.</summary>
    public PlacedProblems PlaceProblems() => PlacedProblems.Of(Hosts, Problems, _given);

    /// <summary>Looks through sources.</summary>
    /// <param name="sources">The sources, in the order given.</param>
    /// <param name="names">Pool for names.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="zstd">Decompressor; null where there is none.</param>
    /// <param name="dumps">Reads crash dumps in folders; null where they are left alone.</param>
    public static SourceSet Open(
        IReadOnlyList<ISourceNode> sources, NamePool names, ReadLimits limits, IZstd? zstd =
            null, IDumpReader? dumps = null)
    {
        var context = new ReadContext(names, limits, zstd, dumps);
        var walk = new SourceWalk(context);
        foreach (ISourceNode source in sources)
        {
            walk.Add(source);
        }

        AdoptNameless(walk.Found);
        TellApart(walk.Found);
        JoinShortNames(walk.Found);
        IEnumerable<HostSource> hosts = walk.Found
            .GroupBy(planned => (planned.Host, planned.Nameless))
            .Select(group => new HostSource(group.Key.Host, InOrder(group), context))
            .OrderByDescending(host => host.Count)
            .ThenBy(host => host.Host, StringComparer.Ordinal);
        return new SourceSet([.. hosts], [.. walk.Problems], [.. sources.Select(source => source.Name)]);
    }

    /// <summary>A capture that does not say its host, among captures of one host only, is that host's.</summary>
    private static void AdoptNameless(IReadOnlyList<PlannedCapture> found)
    {
        foreach (IGrouping<string, PlannedCapture> folder in found.GroupBy(planned => planned.Parent))
        {
            if (folder.Key.Length == 0)
            {
                continue;
            }

            List<string?> hosts = [.. folder.Select(planned => planned.Host).Where(
                host => host is not null).Distinct().Take(
                2)];
            if (hosts.Count == 1)
            {
                HostFacts named = folder.Where(planned => planned.Host is not null)
                    .Aggregate(default(HostFacts), (facts, planned) => facts.With(planned.Facts));
                foreach (PlannedCapture planned in folder.Where(
                    planned => planned.Host is null && planned.Facts.MayBe(named)))
                {
                    planned.Host = hosts[0];
                }
            }
        }
    }

    /// <summary>
    /// Captures that do not say their host are of several where what does not change of a host differs.
    /// </summary>
    private static void TellApart(IReadOnlyList<PlannedCapture> found)
    {
        List<HostFacts> hosts = [];
        foreach (PlannedCapture planned in found)
        {
            if (planned.Host is not null)
            {
                continue;
            }

            // The one looked at last, of those it may be: captures of a host stand together.
            int host = hosts.FindLastIndex(facts => facts.MayBe(planned.Facts));
            if (host < 0)
            {
                host = hosts.Count;
                hosts.Add(planned.Facts);
            }

            hosts[host] = hosts[host].With(planned.Facts);
            planned.Nameless = host;
        }
    }

    /// <summary>
    /// A host that is called <c>fw</c> in one capture and <c>fw.example.org</c> in another is one host, where no other
    /// host's full name begins alike.
    /// </summary>
    private static void JoinShortNames(IReadOnlyList<PlannedCapture> found)
    {
        Dictionary<string, string?> fullNames = new(StringComparer.OrdinalIgnoreCase);
        foreach (string full in found.Select(planned => planned.Host).OfType<string>().Where(IsFullName).Distinct(
            StringComparer.OrdinalIgnoreCase))
        {
            string first = full[..full.IndexOf('.', StringComparison.Ordinal)];
            fullNames[first] = fullNames.ContainsKey(first) ? null : full;
        }

        foreach (PlannedCapture planned in found)
        {
            if (planned.Host is { } host && fullNames.GetValueOrDefault(host) is { } full)
            {
                planned.Host = full;
            }
        }
    }

    /// <summary>Letters in front of the first dot: an address is no name.</summary>
    private static bool IsFullName(string host)
    {
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && dot < host.Length - 1 && host.AsSpan(0, dot).ContainsAnyInRange('A', 'z');
    }

    /// <summary>By the rule of <see cref="CaptureOrder"/>, from where they were found.</summary>
    private static List<PlannedCapture> InOrder(IEnumerable<PlannedCapture> captures)
    {
        List<PlannedCapture> given = [.. GroupsInGivenOrder([.. captures])];
        DateTimeOffset last = DateTimeOffset.MinValue;
        List<CapturePosition> positions = new(given.Count);
        foreach (PlannedCapture planned in given)
        {
            var position = new CapturePosition(planned.OrderTime, last, planned.Parent, planned.Source);
            positions.Add(position);
            planned.Position = position;
            last = planned.OrderTime ?? last;
        }

        return [.. CaptureOrder.Of(positions).Select(place => given[place])];
    }

    private static IEnumerable<PlannedCapture> GroupsInGivenOrder(List<PlannedCapture> captures) =>
        captures
            .Select((planned, place) => (planned, place))
            .GroupBy(entry => entry.planned.Parent)
            .OrderBy(group => group.Min(entry => entry.place))
            .SelectMany(group => group.Key.Length == 0
                ? group.Select(entry => entry.planned)
                : group.OrderBy(entry => entry.planned.Source, NaturalOrder.Instance)
                    .ThenBy(entry => entry.planned.Member)
                    .Select(entry => entry.planned));
}
