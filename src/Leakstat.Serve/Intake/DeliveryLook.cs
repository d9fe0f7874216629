using System.Collections.Immutable;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;
using Leakstat.Platform;
using Leakstat.Serve.Settings;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Intake;

/// <summary>Why a delivery is refused.</summary>
internal enum DeliveryFault
{
    /// <summary>It is not refused.</summary>
    None,

    /// <summary>Nothing in it is output that leakstat reads.</summary>
    NothingRead,

    /// <summary>It is of a host that its sender does not speak for.</summary>
    OtherHost,

    /// <summary>It expands to more than is taken, leads outside, or nests too deep.</summary>
    Beyond,
}

/// <summary>
/// Looks through a delivery: whether captures are in it, how many, and whose they say they are. Everything that it may
/// expand to is bounded; nothing of it is written.
/// </summary>
internal sealed class DeliveryLook
{
    /// <summary>What of a problem makes a body one that no collector sends.</summary>
    private static readonly ImmutableArray<string> s_beyond =
        [DiagnosticId.ArchiveTooLarge, DiagnosticId.PathEscape, DiagnosticId.TooDeep, DiagnosticId.TooLarge];

    private readonly ReadLimits _limits;

    /// <summary>Takes the bounds.</summary>
    public DeliveryLook(LimitSettings limits) => _limits = ReadLimits.Default with
    {
        FileBytes = (int)Math.Min(limits.Expanded, ReadLimits.Default.FileBytes),
        CaptureBytes = limits.Expanded,
        ArchiveBytes = limits.Expanded,
        ArchiveEntries = limits.Entries,
    };

    /// <summary>Looks through what a sender that speaks for one host delivers.</summary>
    /// <param name="host">The host.</param>
    /// <param name="data">The bytes.</param>
    /// <returns>How many captures are in it, why it is refused, and that in words.</returns>
    public (int Captures, DeliveryFault Fault, string Why) At(string host, ReadOnlyMemory<byte> data)
    {
        SourceSet set = Open([new MemorySource("body", data)]);
        if (set.Problems.FirstOrDefault(p => s_beyond.Contains(p.Id)) is { } beyond)
        {
            return (0, DeliveryFault.Beyond, $"{beyond.At}: {beyond.Text}");
        }

        if (set.Hosts.IsEmpty)
        {
            return (0, DeliveryFault.NothingRead, set.Problems is [var first, ..]
                ? $"nothing in it is output of a command that leakstat reads ({first.At}: {first.Text})"
                : "nothing in it is output of a command that leakstat reads");
        }

        return set.Hosts.FirstOrDefault(h => h.Host is { } name && !IsSame(host, name)) is { Host: var other }
            ? (0, DeliveryFault.OtherHost, $"it is of host {other}; the token is that of {host}")
            : (set.Hosts.Sum(h => h.Count), DeliveryFault.None, "");
    }

    /// <summary>
    /// The hosts that a delivery says it is of, each once: <c>fw</c> is <c>fw.example.org</c> where both are in it.
    /// </summary>
    public ImmutableArray<string> HostsOf(string name, ReadOnlyMemory<byte> data)
    {
        ILookup<bool, string> named = Open([new MemorySource(name, data)]).Hosts
            .Select(h => h.Host).OfType<string>().Where(h => h.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase).ToLookup(h => h.Contains('.', StringComparison.Ordinal));
        HashSet<string> known = new(named[true].Select(h => h.Split('.')[0]), StringComparer.OrdinalIgnoreCase);
        return [.. named[true], .. named[false].Where(h => !known.Contains(h))];
    }

    /// <summary>
    /// Reads the captures of deliveries of one host, one at a time; in time order where they say whose they are.
    /// </summary>
    public IEnumerable<Capture> Captures(ImmutableArray<Delivery> deliveries)
    {
        SourceSet set = Open([.. deliveries.Select(d => new MemorySource(d.Name, d.Data))]);
        string host = deliveries[0].Host;
        foreach (Capture capture in set.Hosts.SelectMany(h => h.Captures()))
        {
            yield return capture with { Host = capture.Host with { Name = host } };
        }
    }

    /// <summary>Whether two names are of one host: <c>fw</c> is <c>FW.example.org</c>.</summary>
    private static bool IsSame(string a, string b)
    {
        (string shortA, string shortB) = (a.Split('.')[0], b.Split('.')[0]);
        return string.Equals(a, b, StringComparison.OrdinalIgnoreCase)
            || ((shortA.Length == a.Length || shortB.Length == b.Length)
                && string.Equals(shortA, shortB, StringComparison.OrdinalIgnoreCase));
    }

    private SourceSet Open(IReadOnlyList<ISourceNode> nodes) =>
        SourceSet.Open(nodes, new NamePool(), _limits, new Zstandard());
}
