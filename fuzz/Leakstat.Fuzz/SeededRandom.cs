namespace Leakstat.Fuzz;

/// <summary>Random numbers that depend on the seed alone, on every machine and in every release (SplitMix64).</summary>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The random numbers of one input of a run.</summary>
    public static SeededRandom ForInput(ulong runSeed, long input)
    {
        var mixed = new SeededRandom(runSeed * 0x9E3779B97F4A7C15 ^ (ulong)input);
        return new SeededRandom(mixed.Next());
    }

    /// <summary>64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to and without that one; 0 for nothing to choose from.</summary>
    public int Below(int end) => end <= 0 ? 0 : (int)(Next() % (ulong)end);

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Percent(int chance) => Below(100) < chance;
}
