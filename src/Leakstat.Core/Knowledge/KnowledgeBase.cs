using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>What is known of FreeBSD's zones, malloc types, modules and past bugs. Data, never code.</summary>
public sealed class KnowledgeBase
{
    private readonly ILookup<(bool IsZone, string Name), OwnerEntry> _owners;
    private readonly Dictionary<string, string> _inTree;

    /// <summary>Takes the tables.</summary>
    public KnowledgeBase(
        IEnumerable<OwnerEntry> owners, IReadOnlyDictionary<string, string> inTreeModules, ImmutableArray<Signature> signatures)
    {
        _owners = owners.ToLookup(o => (o.IsZone, o.Name));
        _inTree = new Dictionary<string, string>(inTreeModules);
        Signatures = signatures;
    }

    /// <summary>Known bugs and advisories.</summary>
    public ImmutableArray<Signature> Signatures { get; }

    /// <summary>Whether a module file (<c>zfs.ko</c>) is part of FreeBSD in any release that is known.</summary>
    public bool IsInTree(string moduleFile) => _inTree.ContainsKey(moduleFile);

    /// <summary>What is known of a zone, every entry of that name; empty where nothing is.</summary>
    public IEnumerable<OwnerEntry> Zone(string name) => _owners[(true, name)];

    /// <summary>What is known of a malloc type.</summary>
    public IEnumerable<OwnerEntry> MallocType(string name) => _owners[(false, name)];
}

/// <summary>One entry of the table of owners (<c>zones-and-types.csv</c>, or a user's file of the same columns).</summary>
/// <param name="IsZone">Zone, else malloc type.</param>
/// <param name="Name">Name as the host prints it.</param>
/// <param name="Subsystem">Subsystem.</param>
/// <param name="Module"><c>kernel</c>, <c>x.ko</c>, or both (<c>kernel;x.ko</c>).</param>
/// <param name="Source">Source file with the release it was seen in.</param>
/// <param name="Represents">What one item is; empty where not described.</param>
/// <param name="GrowsWith">What its number follows; empty where not described.</param>
/// <param name="Bound">What bounds it; empty where not described.</param>
public sealed record OwnerEntry(
    bool IsZone, string Name, string Subsystem, string Module, string Source, string Represents, string GrowsWith, string Bound);

/// <summary>A known bug or advisory and how to recognise it.</summary>
public sealed record Signature
{
    /// <summary>Stable slug.</summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public required string Title { get; init; }

    /// <summary>Kind of subject it shows in: <c>zone</c>, <c>malloc</c>, <c>mbuf</c>, <c>arc</c>, <c>wired</c>, <c>module</c>.</summary>
    public required string SubjectKind { get; init; }

    /// <summary>Subject names it shows in; <c>*</c> at an end stands for any text.</summary>
    public ImmutableArray<string> Subjects { get; init; } = [];

    /// <summary>Module files one of which must be loaded; empty for none.</summary>
    public ImmutableArray<string> Modules { get; init; } = [];

    /// <summary>Releases concerned as <c>from..to</c>, both included, either end open (<c>14.0..14.2</c>); empty for unknown.</summary>
    public ImmutableArray<string> Releases { get; init; } = [];

    /// <summary>What fixed it; null where nothing is known to.</summary>
    public string? FixedBy { get; init; }

    /// <summary>Where this is from.</summary>
    public required string Source { get; init; }

    /// <summary>How sure the cause is in the source: <c>high</c>, <c>medium</c>, <c>low</c>.</summary>
    public required string Certainty { get; init; }
}
