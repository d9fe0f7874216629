namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>
/// A cache that holds an item for each distinct key it was asked for, up to a bound that only the kernel knows. Keys
/// come in classes of popularity, so that it fills fast at first and slower and slower, or in a straight line where
/// nearly all keys are new.
/// </summary>
internal sealed class KeyCache
{
    private readonly (double Keys, double Share)[] _classes;
    private readonly long[] _held;

    public KeyCache(string name, double lookups, double bound, (double Keys, double Share)[] classes, Part[] parts)
    {
        (Name, Lookups, Bound, _classes, Parts) = (name, lookups, bound, classes, parts);
        _held = new long[classes.Length];
    }

    public string Name { get; }

    /// <summary>Lookups an hour at a demand of 1.</summary>
    public double Lookups { get; }

    /// <summary>Most items it holds.</summary>
    public double Bound { get; }

    public Part[] Parts { get; }

    /// <summary>Demand that it follows.</summary>
    public required Demand Follows { get; init; }

    /// <summary>
    /// Hours after which an item that is not asked for again is dropped; infinite for a cache that only a bound trims.
    /// </summary>
    public double Expires { get; init; } = double.PositiveInfinity;

    /// <summary>Share that it gives back when memory is short.</summary>
    public double Gives { get; init; } = 0.5;

    /// <summary>Counters of the kernel that count its items, and how many it counts for each.</summary>
    public (string Sysctl, double Each)[] Counters { get; init; } = [];

    public long Held => _held.Sum();

    /// <summary>Items it took in at the latest step.</summary>
    public long Inserted { get; private set; }

    /// <summary>Keys of a Zipf-like popularity, by decades of rank.</summary>
    public static (double Keys, double Share)[] Popular(double keys, double power)
    {
        List<(double Keys, double Share)> classes = [];
        double from = 0;
        for (double to = 10; from < keys; to *= 4)
        {
            double end = Math.Min(to, keys), middle = Math.Sqrt(Math.Max(from, 1) * end);
            classes.Add((end - from, (end - from) * Math.Pow(middle, -power)));
            from = end;
        }

        double sum = classes.Sum(c => c.Share);
        return [.. classes.Select(c => (c.Keys, c.Share / sum))];
    }

    public void Clear() => Array.Clear(_held);

    /// <summary>Goes on for some hours; where memory is short it gives back its share first.</summary>
    public void Step(Chance chance, double hours, double demand, bool isPressed)
    {
        Inserted = 0;
        for (int c = 0; c < _held.Length; c++)
        {
            (double keys, double share) = _classes[c];
            if (isPressed)
            {
                _held[c] -= chance.Binomial(_held[c], Gives);
            }

            double asked = Lookups * demand * share * hours / keys;
            if (double.IsFinite(Expires))
            {
                // Dropped unless asked for again within its time.
                _held[c] -= chance.Binomial(_held[c],
                    (1 - Math.Exp(-hours / Expires)) * Math.Exp(-asked / hours * Expires));
            }

            long inserted = chance.Binomial((long)keys - _held[c], 1 - Math.Exp(-asked));
            _held[c] += inserted;
            Inserted += inserted;
        }

        long over = Held - (long)Bound;
        if (over > 0)
        {
            double keep = Bound / Held;
            for (int c = 0; c < _held.Length; c++)
            {
                _held[c] = (long)(_held[c] * keep);
            }
        }
    }
}
