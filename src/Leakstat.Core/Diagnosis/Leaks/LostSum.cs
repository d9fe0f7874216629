using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Leaks;

/// <summary>How sure it is that blocks which nothing points to are a leak.</summary>
internal enum LossWeight
{
    /// <summary>A handful: FreeBSD loses as many itself, and one pointer of an unknown form makes as many.</summary>
    Few,

    /// <summary>Worth a look, and no proof.</summary>
    Suspect,

    /// <summary>More than anything but a leak explains.</summary>
    Leak,
}

/// <summary>All lost blocks of one name: large allocations of every size together.</summary>
internal sealed class LostSum
{
    /// <summary>Missing pointers below which nothing is called a leak.</summary>
    public const int LeastMissingPointers = 16;

    /// <summary>Missing pointers from which the share of the zone does not matter any more.</summary>
    public const int ManyMissingPointers = 256;

    /// <summary>
    /// Part of all allocated blocks, below which fewer than <see cref="ManyMissingPointers"/> are no leak.
    /// </summary>
    public const double LeastShare = 0.001;

    /// <summary>Missing pointers that are worth a look.</summary>
    public const int WorthALook = 8;

    /// <summary>Blocks that are worth a look, however few the pointers.</summary>
    public const int BlocksWorthALook = 256;

    /// <summary>Memory that is worth a look, however few the pointers.</summary>
    public const long BytesWorthALook = 1 << 20;

    /// <summary>Words of a page that could each have held a block.</summary>
    private const long WordsOfPage = 512;

    /// <summary>Confidence from which a type names the finding.</summary>
    private const double TypeNames = 0.9;

    /// <summary>Part of its live blocks, or of their bytes, that must be lost for a type to name the finding.</summary>
    private const double TypeShare = 0.1;

    private LostSum(DiagnosisCase context, IEnumerable<LeakGroup> groups)
    {
        Groups = [.. groups.OrderByDescending(g => g.Bytes).ThenBy(g => g.Size)];
        Largest = Groups[0];
        Count = Arithmetic.Sum(Groups.Select(g => g.Count));
        Bytes = Arithmetic.Sum(Groups.Select(g => g.Bytes));
        Direct = Arithmetic.Sum(Groups.Select(g => g.Direct));
        MissingPointers = Arithmetic.Sum(Groups.Select(g => g.MissingPointers));
        Allocated = Groups.All(g => g.Allocated is not null)
            ? Arithmetic.Sum(Groups.Select(g => g.Allocated!.Value))
            : null;
        IsDoubtful = Largest.Kind == LeakKind.Zone
            && Allocated is { } all
            && Count >= all
            && context.Knowledge.Zone(Largest.Name).Any();
        Type = Proven(context);
        Weight = Weigh(context);
    }

    /// <summary>Groups, the largest first.</summary>
    public ImmutableArray<LeakGroup> Groups { get; }

    /// <summary>The largest.</summary>
    public LeakGroup Largest { get; }

    /// <summary>Blocks.</summary>
    public long Count { get; }

    /// <summary>Bytes.</summary>
    public long Bytes { get; }

    /// <summary>Blocks that not even a lost block points to.</summary>
    public long Direct { get; }

    /// <summary>Pointers that are missing.</summary>
    public long MissingPointers { get; }

    /// <summary>Allocated blocks; null where not known.</summary>
    public long? Allocated { get; }

    /// <summary>The malloc type, where its evidence is strong enough to name it; null elsewhere.</summary>
    public TypeCandidate? Type { get; }

    /// <summary>
    /// Whether it is enough for a leak, were it not for what makes the whole dump or the zone doubtful.
    /// </summary>
    public bool IsMany { get; private set; }

    /// <summary>
    /// Whether the pages that are not in the dump have room for every pointer that is missing: then it says next to
    /// nothing.
    /// </summary>
    public bool MayBeHeldElsewhere { get; private set; }

    /// <summary>How sure it is.</summary>
    public LossWeight Weight { get; }

    /// <summary>
    /// Whether it is a zone that FreeBSD itself has, and nothing of it is held any more: that a zone is lost whole is
    /// less likely than that its pointers are kept in a form that is not known. Of a module's own zone all may be lost:
    /// what it did not lose it has freed.
    /// </summary>
    public bool IsDoubtful { get; }

    /// <summary>What it is called in a sentence.</summary>
    public string What => Largest.Kind switch
    {
        LeakKind.Zone => $"zone {Largest.Name}",
        LeakKind.Malloc => $"malloc bucket {Largest.Name}",
        _ => Largest.Name == AccountName.Contiguous ? "contigmalloc" : "large malloc allocations",
    };

    /// <summary>
    /// What the finding is about: the type where it is certain enough, else the zone, bucket or account.
    /// </summary>
    public Subject Subject => Type is { } type ? Subject.Malloc(type.Type) : Place;

    /// <summary>Zone, bucket or account, whatever the type.</summary>
    public Subject Place => Largest.Kind != LeakKind.Large ? Subject.Zone(Largest.Name)
        : new Subject(
            SubjectKind.Wired,
            Largest.Name == AccountName.Contiguous ? AccountName.Contiguous : AccountName.LargeMalloc);

    /// <summary>The sums of a table, most bytes first.</summary>
    public static ImmutableArray<LostSum> Of(DiagnosisCase context, LeakTable table) =>
    [
        .. table.Groups.GroupBy(g => (g.Kind, g.Name)).Select(g => new LostSum(context, g))
            .OrderByDescending(s => s.Bytes).ThenBy(s => s.Largest.Name, StringComparer.Ordinal).ThenBy(
                s => s.Largest.Kind),
    ];

    /// <summary>How many of the blocks are indirect leaks, led to from lost blocks of another sum.</summary>
    public long WentWith(LostSum other) =>
        Arithmetic.Sum(
            Groups.SelectMany(g => g.Holders).Where(t => t.Kind == other.Largest.Kind
                && t.Name == other.Largest.Name).Select(t => t.Count));

    private LossWeight Weigh(DiagnosisCase context)
    {
        LeakTable table = context.Latest.Leaks!;
        long cpus = context.Sysctl("kern.smp.cpus", "hw.ncpu") is { Value: > 0 and < 1 << 16 } known ? known.Value : 1;

        IsMany = Exceeds(MissingPointers, cpus);

        // What a page that is not there may have held is taken off first.
        long elsewhere = Arithmetic.Multiply(table.MissingPages, WordsOfPage);
        MayBeHeldElsewhere = elsewhere > 0 && MissingPointers <= elsewhere;
        if (Exceeds(MissingPointers - elsewhere, cpus) && !table.IsLive && !IsDoubtful)
        {
            return LossWeight.Leak;
        }

        return MissingPointers >= WorthALook || Count >= BlocksWorthALook || Bytes >= BytesWorthALook
            ? LossWeight.Suspect
            : LossWeight.Few;
    }

    private bool Exceeds(long losses, long cpus) =>
        losses >= Math.Max(LeastMissingPointers, 2 * cpus)
            && (losses >= ManyMissingPointers || Allocated is not { } all || Count >= LeastShare * all);

    /// <summary>
    /// The one type that is likelier than all others together, and that has lost a good part of what it has: where
    /// blocks are of a type of the kernel that the module uses too (devbuf), the module's own type has other blocks.
    /// </summary>
    private TypeCandidate? Proven(DiagnosisCase context)
    {
        if (Largest.Kind == LeakKind.Zone || Largest.Candidates is not [var first, ..] || first.Confidence < TypeNames
            || Groups.Any(
                g => g.Candidates is not [var other, ..] || other.Type != first.Type || other.Confidence < TypeNames)
            || Largest.Candidates.Skip(1).Any(c => c.Confidence > 1 - TypeNames))
        {
            return null;
        }

        return context.Latest.MallocTypes?.Find(first.Type) is { InUse: > 0 } books
            && Count <= books.InUse && (Count >= TypeShare * books.InUse || Bytes >= TypeShare * books.Memory)
                ? first
                : null;
    }
}
