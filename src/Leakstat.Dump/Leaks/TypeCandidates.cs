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

    /// <summary>Blocks lost.</summary>
    public required long Lost { get; init; }

    /// <summary>Bytes lost: of this size, or of all sizes beyond buckets together, since any type may be the owner of those.</summary>
    public required long Bytes { get; init; }

    /// <summary>Lost blocks that were looked at.</summary>
    public required int Looked { get; init; }

    /// <summary>Whether the blocks say where they were allocated (DEBUG_REDZONE); that counts as pointing there.</summary>
    public bool HasStacks { get; init; }

    /// <summary>How many of these point into each module (the kernel left out).</summary>
    public required IReadOnlyDictionary<string, int> Modules { get; init; }

    /// <summary>How many of these have a lock of that name in them.</summary>
    public required IReadOnlyDictionary<string, int> Locks { get; init; }

    /// <summary>How many of these look like the most frequent one of those that have more in them than numbers.</summary>
    public required int Alike { get; init; }

    /// <summary>Blocks of the same bucket that look like them and are held.</summary>
    public required Neighbours Neighbours { get; init; }
}

/// <summary>
/// Which malloc(9) types lost blocks may be of. A block does not record its type; what there is: a type must have used that bucket
/// and have as many live allocations; blocks point into the module that declares it, or have a lock of its name; blocks that look
/// like them are held by that module; and the books of a type that allocates one size only must balance.
/// </summary>
internal static class TypeCandidates
{
    private const int Most = 3;

    /// <summary>Below this number of lost blocks, equal counts are chance.</summary>
    private const int FewBlocks = 20;

    /// <summary>Candidates, likeliest first.</summary>
    public static IReadOnlyList<TypeCandidate> Find(KernelDump dump, TypeEvidence lost)
    {
        int bit = BitOf(dump, lost.Size);
        MallocType[] possible = [.. dump.MallocTypes.Where(t =>
            t.InUse > 0 && t.BytesInUse >= lost.Size && (bit < 0 ? t.BytesInUse > 65_536 : (t.SizeMask >> bit & 1) != 0))];
        Weighed[] weighed = [.. possible.Select(t => new Weighed(t, lost, bit >= 0 && BitOperations.PopCount(t.SizeMask) == 1 && t.BytesInUse == t.InUse * lost.Size))];
        int holders = possible.Count(t => t.InUse >= lost.Lost);
        bool oneKind = lost.Lost >= FewBlocks && lost.Alike >= lost.Looked * 0.9;
        long all = IsWhole(dump) ? possible.Total(t => t.BytesInUse) : long.MaxValue;
        var candidates = new List<TypeCandidate>();
        foreach (Weighed type in weighed)
        {
            double confidence = type.Confidence(weighed);
            string why = type.Why();
            if (confidence == 0 && type.HoldsAll)
            {
                // Nothing speaks for it. If no other type has as many live allocations, blocks of one kind can be of no other.
                double best = weighed.Where(w => w != type).Select(w => Math.Max(w.Confidence(weighed), Left(w, all, lost))).DefaultIfEmpty().Max();
                bool last = holders == 1 && oneKind;
                confidence = (last ? 0.8 : (type.Only ? 0.5 : 0.3) / holders) * (1 - best);
                why += last ? "; no other type of this size has as many" : "; no pointer confirms it";
            }

            if (Left(type, all, lost) is var left && left > confidence)
            {
                confidence = left;
                why = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{type.Why()}; all others of such sizes have {all - type.Type.BytesInUse} bytes, and {lost.Bytes} are lost");
            }

            if (confidence >= 0.05)
            {
                candidates.Add(new TypeCandidate(type.Type.Name, type.Type.Module, Math.Round(confidence, 2), why));
            }
        }

        return [.. candidates.OrderByDescending(c => c.Confidence).ThenBy(c => c.Type, StringComparer.Ordinal).Take(Most)];
    }

    /// <summary>Books again: where all other types together have less than is lost, so much of it at least is this one's.</summary>
    private static double Left(Weighed type, long all, TypeEvidence lost) =>
        Math.Clamp((double)(lost.Bytes - (all - type.Type.BytesInUse)) / lost.Bytes, 0, 0.98);

    /// <summary>Whether the types' books have all that malloc(9) has given out: none is missing.</summary>
    private static bool IsWhole(KernelDump dump)
    {
        long blocks = dump.Heap.Kegs.Where(k => k.IsMalloc).Total(k => (dump.Heap.Counts[k.Index].NotInSlabs - dump.Heap.Counts[k.Index].Cached) * k.ItemSize);
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

    /// <summary>A type with what speaks for it.</summary>
    private sealed class Weighed
    {
        private readonly TypeEvidence _lost;
        private readonly double _share;
        private readonly int _held;
        private readonly double _neighbours;
        private readonly double _locked;
        private readonly string? _lock;

        public Weighed(MallocType type, TypeEvidence lost, bool only)
        {
            Type = type;
            Only = only;
            _lost = lost;
            if (type.Module is { } module && module != "kernel")
            {
                _share = lost.Looked > 0 && lost.Modules.TryGetValue(module, out int count) ? (double)count / lost.Looked : 0;
                _held = lost.Neighbours.HeldBy.GetValueOrDefault(module);

                // Of blocks that look so and whose holder is known, how many are the module's (with four more that are not, so that
                // few say little). Half of them says nothing.
                double part = _held == 0 || type.InUse < _held ? 0 : (_held + 1.0) / (lost.Neighbours.Alike + 4);
                _neighbours = part > 0.5 ? 0.95 * part : 0;
            }

            foreach ((string name, int count) in lost.Locks)
            {
                if (LockNames.Names(name, type.Name) && lost.Looked > 0 && (double)count / lost.Looked > _locked)
                {
                    (_lock, _locked) = (name, (double)count / lost.Looked);
                }
            }
        }

        public MallocType Type { get; }

        /// <summary>Whether the type allocates this size only.</summary>
        public bool Only { get; }

        /// <summary>Whether it has as many live allocations as are lost, and as are held beside them.</summary>
        public bool HoldsAll => Type.InUse >= _lost.Lost + (_neighbours > 0 && Only ? _held : 0);

        /// <summary>Whether what is lost, and held beside it, is what the type has allocated: to the block where nothing is held.</summary>
        private bool Balances => Only && _lost.Lost >= FewBlocks && _lost.Neighbours.IsWhole
            && Math.Abs(Type.InUse - _held - _lost.Lost) <= (_held > 0 ? Math.Max(1, _lost.Lost / 100) : 0);

        /// <summary>How much of what speaks for a module goes to this type of it.</summary>
        private double Weight => Balances ? 8 : Only ? 2 : 1;

        /// <summary>0 where nothing speaks for it.</summary>
        public double Confidence(IReadOnlyList<Weighed> all)
        {
            double pointers = _share > 0 ? 0.5 + (0.45 * _share) : 0;
            double module = 1 - ((1 - pointers) * (1 - _neighbours));
            if (module > 0)
            {
                module *= Weight / all.Where(w => w.Type.Module == Type.Module).Sum(w => w.Weight);
            }

            double named = _lock is not null ? 0.6 + (0.3 * _locked) : 0;
            double books = Balances ? _held > 0 ? 0.85 : 0.7 : 0;
            double confidence = 1 - ((1 - module) * (1 - named) * (1 - books));
            return Math.Min(0.98, HoldsAll ? confidence : confidence / 2);
        }

        public string Why()
        {
            var reasons = new List<string>();
            if (_share > 0)
            {
                reasons.Add(Text($"{_share:P0} of the blocks {(_lost.HasStacks ? "were allocated by" : "point into")} {Type.Module}, which declares the type"));
            }

            if (_neighbours > 0)
            {
                reasons.Add(Text($"{Type.Module}, which declares the type, holds {_held} of the {_lost.Neighbours.Alike} blocks that look like them and are not lost"));
            }

            if (_lock is not null)
            {
                reasons.Add(Text($"{_locked:P0} of the blocks have a lock \"{_lock}\" in them"));
            }

            if (Balances)
            {
                reasons.Add(_held > 0
                    ? Text($"with {_held} that are held, as many are lost as it has live allocations")
                    : "as many are lost as it has live allocations");
            }

            string less = HoldsAll ? "" : Text($", fewer than the {_lost.Lost} lost");
            reasons.Add(Text($"{(reasons.Count > 0 ? "it has" : "has")} {Type.InUse} live allocations{less}, {(Only ? "all of this size" : "this size among others")}"));
            return string.Join("; ", reasons);
        }

        private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
