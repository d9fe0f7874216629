using System.Globalization;
using System.Numerics;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// Which malloc(9) types lost blocks may be of. A block does not record its type; what there is: a type must have used that bucket
/// and have as many live allocations, and blocks point into the module that declares it.
/// </summary>
internal static class TypeCandidates
{
    private const int Most = 3;

    /// <summary>Candidates, likeliest first.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="size">Bytes of the bucket; 0 for allocations beyond buckets.</param>
    /// <param name="lost">Blocks lost.</param>
    /// <param name="modules">Of the lost blocks that were looked at: how many point into each module (the kernel left out).</param>
    /// <param name="looked">Blocks looked at.</param>
    public static IReadOnlyList<TypeCandidate> Find(
        KernelDump dump, long size, long lost, IReadOnlyDictionary<string, int> modules, int looked)
    {
        int bit = BitOf(dump, size);
        MallocType[] possible = [.. dump.MallocTypes.Where(t =>
            t.InUse > 0 && t.BytesInUse >= size && (bit < 0 ? t.BytesInUse > 65_536 : (t.SizeMask >> bit & 1) != 0))];
        var candidates = new List<TypeCandidate>();
        foreach (MallocType type in possible)
        {
            double share = type.Module is { } module && modules.TryGetValue(module, out int count) && looked > 0 ? (double)count / looked : 0;
            int siblings = possible.Count(t => t.Module == type.Module && share > 0);
            bool holdsAll = type.InUse >= lost;
            bool only = bit >= 0 && BitOperations.PopCount(type.SizeMask) == 1;
            double confidence = share > 0
                ? (0.5 + (0.45 * share)) / siblings * (holdsAll ? 1 : 0.5)
                : holdsAll ? (only ? 0.5 : 0.3) / Math.Max(1, possible.Count(t => t.InUse >= lost)) : 0;
            if (confidence >= 0.05)
            {
                candidates.Add(new TypeCandidate(type.Name, type.Module, Math.Round(confidence, 2), Why(type, share, lost, only, holdsAll)));
            }
        }

        return [.. candidates.OrderByDescending(c => c.Confidence).ThenBy(c => c.Type, StringComparer.Ordinal).Take(Most)];
    }

    private static string Why(MallocType type, double share, long lost, bool only, bool holdsAll)
    {
        string use = string.Create(CultureInfo.InvariantCulture, $"{type.InUse} live allocations{(holdsAll ? "" : $", fewer than the {lost} lost")}");
        string sizes = only ? "all of this size" : "this size among others";
        return share > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{share:P0} of the blocks point into {type.Module}, which declares the type; it has {use}, {sizes}")
            : $"has {use}, {sizes}; no pointer confirms it";
    }

    /// <summary>Bit of a bucket in the types' size masks; −1 for sizes beyond buckets.</summary>
    private static int BitOf(KernelDump dump, long size)
    {
        ReadOnlySpan<int> sizes = dump.Identity.Major is 0 or >= 13
            ? [16, 32, 64, 128, 256, 384, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]
            : [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];
        return size <= 65_536 ? sizes.IndexOf((int)size) : -1;
    }
}
