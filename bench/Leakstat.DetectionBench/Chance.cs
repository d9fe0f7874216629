namespace Leakstat.DetectionBench;

/// <summary>
/// Random numbers that are the same on every machine and release: xoshiro256**, seeded by SplitMix64.
/// </summary>
internal sealed class Chance
{
    private readonly ulong[] _state = new ulong[4];
    private double _spare = double.NaN;

    public Chance(ulong seed)
    {
        for (int i = 0; i < 4; i++)
        {
            seed += 0x9E3779B97F4A7C15;
            ulong z = seed;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            _state[i] = z ^ (z >> 31);
        }
    }

    public double Uniform()
    {
        ulong result = ulong.RotateLeft(_state[1] * 5, 7) * 9, shifted = _state[1] << 17;
        _state[2] ^= _state[0];
        _state[3] ^= _state[1];
        _state[1] ^= _state[2];
        _state[0] ^= _state[3];
        _state[2] ^= shifted;
        _state[3] = ulong.RotateLeft(_state[3], 45);
        return (result >> 11) * (1.0 / (1ul << 53));
    }

    public double Between(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>Between two positive numbers, every factor as likely as every other.</summary>
    public double LogBetween(double low, double high) => Math.Exp(Between(Math.Log(low), Math.Log(high)));

    public int Below(int count) => (int)(Uniform() * count);

    public T Of<T>(params T[] choices) => choices[Below(choices.Length)];

    public bool Happens(double chance) => Uniform() < chance;

    public double Normal()
    {
        if (!double.IsNaN(_spare))
        {
            double spare = _spare;
            _spare = double.NaN;
            return spare;
        }

        double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform())), angle = 2 * Math.PI * Uniform();
        _spare = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    public double Exponential() => -Math.Log(1 - Uniform());

    public int Poisson(double mean)
    {
        if (mean > 50)
        {
            return Math.Max((int)Math.Round(mean + (Math.Sqrt(mean) * Normal())), 0);
        }

        int count = -1;
        for (double product = 1, limit = Math.Exp(-mean); product > limit; count++)
        {
            product *= Uniform();
        }

        return Math.Max(count, 0);
    }

    /// <summary>
    /// How many of so many happen, each with the same chance; by its normal limit where both kinds are many.
    /// </summary>
    public long Binomial(long count, double chance)
    {
        if (count <= 0 || chance <= 0)
        {
            return 0;
        }

        if (chance >= 1)
        {
            return count;
        }

        double variance = count * chance * (1 - chance);
        if (variance > 30)
        {
            return Math.Clamp((long)Math.Round((count * chance) + (Math.Sqrt(variance) * Normal())), 0, count);
        }

        // Few of one kind: steps from one of that kind to the next are geometric.
        // Log(1 - x) is nought for an x that 1 - x does not show.
        double rare = Math.Min(chance, 1 - chance), pace = rare < 1e-9 ? rare : -Math.Log(1 - rare);
        long hits = 0;
        for (double at = Math.Floor(Exponential() / pace); at < count; at += 1 + Math.Floor(Exponential() / pace))
        {
            hits++;
        }

        return chance <= 0.5 ? hits : count - hits;
    }

    /// <summary>A seed for a host: of a run, a family, a class and a number within it.</summary>
    public static Chance For(ulong seed, string family, string named, int number)
    {
        // FNV-1a, so that no two classes share their hosts.
        ulong hash = 14695981039346656037;
        foreach (char letter in $"{seed}/{family}/{named}/{number}")
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        return new Chance(hash);
    }
}
