using System.Globalization;
using System.Numerics;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>What is known of lost blocks of malloc(9) that may tell their type.</summary>
internal sealed record TypeEvidence
{
    /// <summary>Bytes of the bucket; of one allocation for those beyond buckets.</summary>
    public required long Size { get; init; }

    /// <summary>Whether they were allocated as whole pages, without a bucket.</summary>
    public bool IsLarge { get; init; }

    /// <summary>Subzone of malloc(9) that the blocks are from; null where the kernel has but one.</summary>
    public int? Subzone { get; init; }

    /// <summary>Live allocations like them, lost or not, where they are without a bucket.</summary>
    public long Live { get; init; }

    /// <summary>Blocks lost.</summary>
    public required long Lost { get; init; }

    /// <summary>
    /// Bytes lost: of this size, or of all sizes beyond buckets together, since any type may be the owner of those.
    /// </summary>
    public required long Bytes { get; init; }

    /// <summary>Lost blocks that were looked at.</summary>
    public required int Looked { get; init; }

    /// <summary>
    /// Whether the blocks say where they were allocated (DEBUG_REDZONE); that counts as pointing there.
    /// </summary>
    public bool HasStacks { get; init; }

    /// <summary>How many of these point into each module (the kernel left out).</summary>
    public required IReadOnlyDictionary<string, int> Modules { get; init; }

    /// <summary>How many of these have a lock of that name in them.</summary>
    public required IReadOnlyDictionary<string, int> Locks { get; init; }

    /// <summary>
    /// How many of these look like the most frequent one of those that have more in them than numbers.
    /// </summary>
    public required int Alike { get; init; }

    /// <summary>Blocks of the same bucket that look like them and are held.</summary>
    public required Neighbours Neighbours { get; init; }
}

/// <summary>
/// Which malloc(9) types lost blocks may be of. A block does not record its type; what there is: a type must have used
/// that bucket
/// and have as many live allocations; blocks point into the module that declares it, or have a lock of its name; blocks
/// that look
/// like them are held by that module; and the books of a type that allocates one size only must balance.
/// </summary>
internal static class TypeCandidates
{
    /// <summary>Candidates that are named.</summary>
    public const int Most = 3;

    /// <summary>Below this number of lost blocks, equal counts are chance.</summary>
    public const int FewBlocks = 20;

    /// <summary>
    /// How often the owner is one of the types that have as many live allocations, where nothing speaks for any
    /// (measured: <c>docs/leaks.md</c>).
    /// </summary>
    private const double OfHolders = 0.9;

    /// <summary>Candidates, likeliest first.</summary>
    public static IReadOnlyList<TypeCandidate> Find(KernelDump dump, TypeEvidence lost)
    {
        int bit = lost.IsLarge ? -1 : BitOf(dump, lost.Size);
        MallocType[] possible = [.. dump.MallocTypes.Where(t => CanBe(t, lost, bit))];
        WeighedType[] weighed = [.. possible.Select(
            t => new WeighedType(t, lost, AreAllOfOneSize(t, lost, bit), IsAlone(t, possible)))];
        int holders = weighed.Count(w => w.Most >= lost.Lost);
        bool oneKind = lost.Lost >= FewBlocks && lost.Alike >= lost.Looked * 0.9;
        long all = IsWhole(dump) ? possible.Total(t => t.BytesInUse) : long.MaxValue;
        var candidates = new List<TypeCandidate>();
        foreach (WeighedType type in weighed)
        {
            double confidence = type.Confidence(weighed);
            string why = type.Why();
            if (confidence == 0 && type.HoldsAll)
            {
                // Nothing speaks for it. If no other type has as many live allocations, blocks of one kind can be of no
                // other.
                double best = weighed.Where(w => w != type).Select(
                    w => Math.Max(w.Confidence(weighed), Left(w, all, lost))).DefaultIfEmpty().Max();
                bool last = holders == 1 && oneKind;
                confidence = (last ? 0.8 : Math.Min(0.5, OfHolders / holders)) * (1 - best);
                why += last ? "; no other type of this size has as many" : "; no pointer confirms it";
            }

            if (Left(type, all, lost) is var left && left > confidence)
            {
                confidence = left;
                why = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{type.Why()}; all others of such sizes have {all - type.Type.BytesInUse} bytes, and "
                        + $"{lost.Bytes} are lost");
            }

            if (confidence >= 0.05)
            {
                candidates.Add(new TypeCandidate(type.Type.Name, type.Type.Module, Math.Round(confidence, 2), why));
            }
        }

        return [.. candidates.OrderByDescending(c => c.Confidence).ThenBy(c => c.Type, StringComparer.Ordinal).Take(
            Most)];
    }

    /// <summary>
    /// Whether a type can have such blocks: it used the bucket, and the zones of its subzone where the kernel has
    /// several. An
    /// allocation without a bucket leaves no mark in the types' masks, whatever its size
    /// (<c>malloc_type_zone_allocated</c> with
    /// index −1, <c>sys/kern/kern_malloc.c</c>).
    /// </summary>
    private static bool CanBe(MallocType type, TypeEvidence lost, int bit) =>
        type.InUse > 0 && type.BytesInUse >= lost.Size
        && (lost.IsLarge
        || (bit >= 0 && (type.SizeMask >> bit & 1) != 0 && (lost.Subzone is null || type.Subzone == lost.Subzone)));

    /// <summary>
    /// Whether all live allocations of a type are of the lost blocks' size, in the bucket or out of all buckets alike.
    /// </summary>
    private static bool AreAllOfOneSize(MallocType type, TypeEvidence lost, int bit) =>
        (lost.IsLarge
            ? type.SizeMask == 0
            : bit >= 0 && BitOperations.PopCount(type.SizeMask) == 1) && type.BytesInUse == type.InUse * lost.Size;

    /// <summary>
    /// Whether no other type of its module can have such blocks: what the module holds is then this type's.
    /// </summary>
    private static bool IsAlone(MallocType type, MallocType[] possible) =>
        possible.Count(t => t.Module == type.Module) == 1;

    /// <summary>
    /// Books again: where all other types together have less than is lost, so much of it at least is this one's.
    /// </summary>
    private static double Left(WeighedType type, long all, TypeEvidence lost) =>
        Math.Clamp((double)(lost.Bytes - (all - type.Type.BytesInUse)) / lost.Bytes, 0, 0.98);

    /// <summary>Whether the types' books have all that malloc(9) has given out: none is missing.</summary>
    private static bool IsWhole(KernelDump dump)
    {
        long blocks = dump.Heap.Kegs.Where(k => k.IsMalloc).Total(
            k => (dump.Heap.Counts[k.Index].NotInSlabs - dump.Heap.Counts[k.Index].Cached) * k.ItemSize);
        long large = (long)dump.Heap.Large.Aggregate(0UL, (sum, l) => sum + l.Size);
        return dump.MallocTypes.Total(t => t.BytesInUse) >= (blocks + large) * 0.99;
    }

    /// <summary>Bit of a bucket in the types' size masks; −1 for sizes beyond buckets.</summary>
    private static int BitOf(KernelDump dump, long size)
    {
        for (int bit = 0; bit < dump.MallocBuckets.Count; bit++)
        {
            if (dump.MallocBuckets[bit] == size)
            {
                return bit;
            }
        }

        return -1;
    }
}
