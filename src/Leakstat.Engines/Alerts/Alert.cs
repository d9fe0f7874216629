using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Leakstat.Engines.Alerts;

/// <summary>
/// One alert: a cause in a fleet, however many hosts have it. Identity, labels and start stay the same until it is
/// resolved; the text says how it is now. Immutable.
/// </summary>
public sealed record Alert
{
    /// <summary>Name of every alert of leakstat's in Alertmanager.</summary>
    public const string Name = "LeakstatCause";

    /// <summary>
    /// Identity: the same cause with the same severity has the same, on every machine and in every run.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>What the cause is about, in the contract's words: <c>malloc</c>.</summary>
    public required string SubjectKind { get; init; }

    /// <summary>Which: <c>leakmod</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>critical, warning, info.</summary>
    public required string Severity { get; init; }

    /// <summary>Whether it rests on growth, so that only hosts whose growth was judged can be free of it.</summary>
    public bool IsGrowth { get; init; }

    /// <summary>One line: what is wrong, on how many hosts.</summary>
    public required string Summary { get; init; }

    /// <summary>More lines: the hosts, what separates them, the time that is left.</summary>
    public required string Description { get; init; }

    /// <summary>Hosts that have it, and when each was last seen in what was judged, by name.</summary>
    public required ImmutableSortedDictionary<string, DateTimeOffset> Hosts { get; init; }

    /// <summary>When it was first seen.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When no host had it any more; null while it is active.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>What was told of it, by receiver.</summary>
    public ImmutableSortedDictionary<string, AlertStatus> Told { get; init; } =
        ImmutableSortedDictionary.Create<string, AlertStatus>(StringComparer.Ordinal);

    /// <summary>Its state now.</summary>
    public AlertStatus Status => ResolvedAt is null ? AlertStatus.Firing : AlertStatus.Resolved;

    /// <summary>
    /// Names what is told: the same alert, started at the same time, with the same status. Receivers drop repeats by
    /// it.
    /// </summary>
    public string EventId => Hash($"{Id}\0{StartsAt.ToUnixTimeMilliseconds()}\0{Status}");

    /// <summary>Identity of a cause.</summary>
    /// <param name="subjectKind">What it is about.</param>
    /// <param name="subject">Which.</param>
    /// <param name="severity">How much it matters.</param>
    public static string IdOf(string subjectKind, string subject, string severity) =>
        Hash($"{subjectKind}\0{subject}\0{severity}");

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}

/// <summary>What an alert is, or was last told to be.</summary>
public enum AlertStatus
{
    /// <summary>There.</summary>
    Firing,

    /// <summary>Gone.</summary>
    Resolved,
}
