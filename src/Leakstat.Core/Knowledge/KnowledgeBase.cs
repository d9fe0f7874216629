using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>
/// What is known of FreeBSD's zones, malloc types, modules and past bugs. Data, never code. Tables are read on first
/// use: a report that asks for no owner pays for none.
/// </summary>
public sealed class KnowledgeBase
{
    private readonly Lazy<OwnerTable> _owners;
    private readonly Lazy<ModuleTable> _modules;
    private readonly Lazy<ImmutableHashSet<string>> _linuxKpi;
    private readonly Lazy<ImmutableArray<Signature>> _signatures;

    /// <summary>Takes the sources of the tables.</summary>
    internal KnowledgeBase(
        Func<ImmutableArray<OwnerEntry>> owners,
        Func<ModuleTable> modules,
        Func<ImmutableHashSet<string>> linuxKpi,
        Func<ImmutableArray<Signature>> signatures)
    {
        _owners = new(() => new OwnerTable(owners()));
        _modules = new(modules);
        _linuxKpi = new(linuxKpi);
        _signatures = new(signatures);
    }

    /// <summary>Known bugs and advisories, a user's own first.</summary>
    public ImmutableArray<Signature> Signatures => _signatures.Value;

    /// <summary>Every entry of the table of owners, a user's own first.</summary>
    public ImmutableArray<OwnerEntry> Owners => _owners.Value.Entries;

    /// <summary>The newest release whose modules are listed.</summary>
    public FreeBsdRelease? NewestModuleList => _modules.Value.Newest;

    /// <summary>This knowledge with a user's own entries in front of it.</summary>
    public KnowledgeBase With(ImmutableArray<OwnerEntry> owners, ImmutableArray<Signature> signatures) => new(
        () => owners.AddRange(Owners),
        () => _modules.Value,
        () => _linuxKpi.Value,
        () => signatures.AddRange(Signatures));

    /// <summary>Whether a module file (<c>zfs.ko</c>) is part of FreeBSD in any release that is known.</summary>
    public bool IsInTree(string moduleFile) => _modules.Value.Contains(moduleFile);

    /// <summary>Where a module file comes from on that release; the release may be unknown.</summary>
    public ModuleOrigin OriginOf(string moduleFile, FreeBsdRelease? release) =>
        _modules.Value.Origin(moduleFile, release);

    /// <summary>The releases whose source holds the module, of those that were looked at.</summary>
    public ImmutableArray<FreeBsdRelease> ReleasesWith(string moduleFile) => _modules.Value.Releases(moduleFile);

    /// <summary>
    /// Whether a module allocates through LinuxKPI, so that its memory does not show under its own name.
    /// </summary>
    public bool UsesLinuxKpi(string moduleFile) => _linuxKpi.Value.Contains(moduleFile);

    /// <summary>What is known of a zone, every entry of that name; empty where nothing is.</summary>
    public IEnumerable<OwnerEntry> Zone(string name) => _owners.Value.Find(isZone: true, name);

    /// <summary>What is known of a malloc type.</summary>
    public IEnumerable<OwnerEntry> MallocType(string name) => _owners.Value.Find(isZone: false, name);
}

/// <summary>
/// One entry of the table of owners (<c>zones-and-types.csv</c>, or a user's file of the same columns).
/// </summary>
/// <param name="IsZone">Zone, else malloc type.</param>
/// <param name="Name">Name as the host prints it.</param>
/// <param name="Subsystem">Subsystem.</param>
/// <param name="Module"><c>kernel</c>, <c>x.ko</c>, or both (<c>kernel;x.ko</c>).</param>
/// <param name="Source">Source file with the release it was seen in.</param>
/// <param name="Represents">What one item is; empty where not described.</param>
/// <param name="GrowsWith">What its number follows; empty where not described.</param>
/// <param name="Bound">What bounds it; empty where not described.</param>
public sealed record OwnerEntry(
    bool IsZone,
    string Name,
    string Subsystem,
    string Module,
    string Source,
    string Represents,
    string GrowsWith,
    string Bound);

/// <summary>A known bug or advisory and how to recognise it.</summary>
public sealed record Signature
{
    /// <summary>Stable slug.</summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// Kind of subject it shows in: <c>zone</c>, <c>malloc</c>, <c>mbuf</c>, <c>arc</c>, <c>wired</c>, <c>module</c>.
    /// </summary>
    public required string SubjectKind { get; init; }

    /// <summary>Subject names it shows in; <c>*</c> at an end stands for any text.</summary>
    public ImmutableArray<string> Subjects { get; init; } = [];

    /// <summary>Module files one of which must be loaded; empty for none.</summary>
    public ImmutableArray<string> Modules { get; init; } = [];

    /// <summary>
    /// Releases concerned as <c>from..to</c>, both included, either end open (<c>14.0..14.2</c>); empty for unknown.
    /// </summary>
    public ImmutableArray<string> Releases { get; init; } = [];

    /// <summary>Rules whose findings it can match; empty for any.</summary>
    public ImmutableArray<string> Rules { get; init; } = [];

    /// <summary>Branches concerned (<c>STABLE</c>); empty for all.</summary>
    public ImmutableArray<string> Branches { get; init; } = [];

    /// <summary>First patch level of a release that has the fix: <c>14.3-p10</c>.</summary>
    public ImmutableArray<string> FixedIn { get; init; } = [];

    /// <summary>
    /// Whether growth of that subject hardly has another cause; false for subjects that many things share (mbufs, the
    /// unaccounted part of wired memory).
    /// </summary>
    public bool IsSpecific { get; init; } = true;

    /// <summary>Whether it is a leak; false for what only looks like one (a cache, fragmentation).</summary>
    public bool IsLeak { get; init; } = true;

    /// <summary>What fixed it; null where nothing is known to.</summary>
    public string? FixedBy { get; init; }

    /// <summary>Where this is from.</summary>
    public required string Source { get; init; }

    /// <summary>How sure the cause is in the source: <c>high</c>, <c>medium</c>, <c>low</c>.</summary>
    public required string Certainty { get; init; }
}
