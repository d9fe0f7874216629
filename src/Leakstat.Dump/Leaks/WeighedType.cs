using System.Globalization;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Leaks;

/// <summary>A type with what speaks for it.</summary>
internal sealed class WeighedType
{
    private readonly TypeEvidence _lost;
    private readonly double _share;
    private readonly int _held;
    private readonly int _own;
    private readonly double _neighbours;
    private readonly double _locked;
    private readonly string? _lock;

    /// <summary>Weighs a type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="lost">What is known of the lost blocks.</param>
    /// <param name="only">Whether it allocates this size only.</param>
    /// <param name="isAlone">Whether it is the only type of its module that can have such blocks.</param>
    public WeighedType(MallocType type, TypeEvidence lost, bool only, bool isAlone)
    {
        Type = type;
        Only = only;
        Most = MostOf(type, lost.Size);
        _lost = lost;
        if (type.Module is { } module && module != "kernel")
        {
            _share = lost.Looked > 0
                && lost.Modules.TryGetValue(module, out int count) ? (double)count / lost.Looked : 0;
            _held = lost.Neighbours.HeldBy.GetValueOrDefault(module);

            // Of blocks that look so and whose holder is known, how many are the module's (with four more that are not,
            // so that
            // few say little). Half of them says nothing.
            double part = _held == 0 || type.InUse < _held ? 0 : (_held + 1.0) / (lost.Neighbours.Alike + 4);
            _neighbours = part > 0.5 ? 0.95 * part : 0;
            _own = _neighbours > 0 && only && isAlone ? _held : 0;
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

    /// <summary>How many of its live allocations can be of this size at most, by its bytes.</summary>
    public long Most { get; }

    /// <summary>
    /// Whether it has as many such live allocations as are lost, and as are held that can be of no other type.
    /// </summary>
    public bool HoldsAll => Most >= _lost.Lost + _own;

    /// <summary>
    /// Whether what is lost, and held beside it, is what the type has allocated: to the block where nothing is held. Of
    /// allocations without a bucket there are few, and sizes of many pages do not agree by chance.
    /// </summary>
    private bool Balances => Only && (_lost.IsLarge
        ? _lost.Lost >= 2 && (Type.InUse == _lost.Lost || Type.InUse == _lost.Live)
        : _lost.Lost >= TypeCandidates.FewBlocks && _lost.Neighbours.IsWhole
            && Math.Abs(Type.InUse - _held - _lost.Lost) <= (_held > 0 ? Math.Max(1, _lost.Lost / 100) : 0));

    /// <summary>How much of what speaks for a module goes to this type of it.</summary>
    private double Weight => Balances ? 8 : HoldsAll ? 1 : Part;

    /// <summary>
    /// What a type can be the owner of where it has not as many live allocations as are lost: hardly of few, since then
    /// others must own the rest.
    /// </summary>
    private double Part
    {
        get
        {
            double part = (double)Most / (_lost.Lost + _own);
            return part * part * part / 2;
        }
    }

    /// <summary>0 where nothing speaks for it.</summary>
    public double Confidence(IReadOnlyList<WeighedType> all)
    {
        double pointers = _share > 0 ? 0.5 + (0.45 * _share) : 0;
        double module = 1 - ((1 - pointers) * (1 - _neighbours));
        if (module > 0)
        {
            module *= Weight / all.Where(w => w.Type.Module == Type.Module).Sum(w => w.Weight);
        }

        double named = _lock is not null ? 0.6 + (0.3 * _locked) : 0;
        double books = Balances ? _held > 0 || _lost.IsLarge ? 0.85 : 0.8 : 0;
        double confidence = 1 - ((1 - module) * (1 - named) * (1 - books));
        return Math.Min(0.98, HoldsAll ? confidence : confidence * Part);
    }

    public string Why()
    {
        var reasons = new List<string>();
        if (_share > 0)
        {
            string how = _lost.HasStacks ? "were allocated by" : "point into";
            reasons.Add(Text($"{_share:P0} of the blocks {how} {Type.Module}, which declares the type"));
        }

        if (_neighbours > 0)
        {
            reasons.Add(
                $"{Type.Module}, which declares the type, "
                + Text($"holds {_held} of the {_lost.Neighbours.Alike} blocks that look like them and are not lost"));
        }

        if (_lock is not null)
        {
            reasons.Add(Text($"{_locked:P0} of the blocks have a lock \"{_lock}\" in them"));
        }

        if (Balances)
        {
            reasons.Add(_held > 0
                ? Text($"with {_held} that are held, as many are lost as it has live allocations")
                : Type.InUse == _lost.Lost
                    ? "as many are lost as it has live allocations"
                    : "it has as many live allocations as there are of this size, lost or not");
        }

        string bounded = Most < Type.InUse ? Text($", at most {Most} of them of this size") : "";
        string less = HoldsAll ? ""
            : Text($"{bounded}, fewer than the {_lost.Lost} lost{(_own > 0 ? Text($" and {_own} held") : "")}");
        reasons.Add(
            (reasons.Count > 0 ? "it has" : "has")
            + Text($" {Type.InUse} live allocations{less}, ")
            + (Only ? "all of this size" : "this size among others"));
        return string.Join("; ", reasons);
    }

    /// <summary>
    /// So many that the others, of its smallest bucket each, still fit into its bytes; a type that used no bucket has
    /// at least
    /// a page for each.
    /// </summary>
    private static long MostOf(MallocType type, long size)
    {
        const int SmallestBucket = 16;
        long least = type.SizeMask == 0 ? 4096 : SmallestBucket;
        return size <= least
            ? Math.Min(type.InUse, type.BytesInUse / size)
            : Math.Clamp((type.BytesInUse - (type.InUse * least)) / (size - least), 0, type.InUse);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
