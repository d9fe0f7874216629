namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>How long objects live: shares of them with an exponential lifetime each.</summary>
/// <param name="Shares">Mean hours of a share, and the share; they add up to 1.</param>
internal sealed record Lifetimes(params (double Hours, double Share)[] Shares)
{
    public double Mean => Shares.Sum(s => s.Hours * s.Share);

    /// <summary>
    /// A heavy tail: the chance of living longer than t falls as a power of t between two times. Seven exponentials for
    /// times in a geometric row come as close to it as counts of objects can tell (Feldmann and Whitt, 1998).
    /// </summary>
    public static Lifetimes HeavyTailed(double shortest, double longest, double power)
    {
        const int count = 7;
        double factor = Math.Pow(longest / shortest, 1.0 / (count - 1));
        (double Hours, double Share)[] parts =
        [
            .. Enumerable.Range(0, count).Select(k => (shortest * Math.Pow(factor, k), Math.Pow(factor, -power * k))),
        ];
        double sum = parts.Sum(p => p.Share);
        return new Lifetimes([.. parts.Select(p => (p.Hours, p.Share / sum))]);
    }
}

/// <summary>Items of one row that each object holds.</summary>
/// <param name="Row">The row.</param>
/// <param name="Items">Items for each object; a part of one where not every object has one.</param>
internal readonly record struct Part(MemoryRow Row, double Items);

/// <summary>Objects of one kind: they arrive with the load, live for a while and are freed.</summary>
internal sealed class Population
{
    private readonly long[] _alive;

    public Population(string name, double perHour, Lifetimes lives, Part[] parts)
    {
        (Name, PerHour, Lives, Parts) = (name, perHour, lives, parts);
        _alive = new long[lives.Shares.Length];
    }

    public string Name { get; }

    /// <summary>Arrivals an hour at a demand of 1; may be changed while it runs (a deploy).</summary>
    public double PerHour { get; set; }

    public Lifetimes Lives { get; }

    public Part[] Parts { get; }

    /// <summary>Demand that it follows.</summary>
    public Demand? Follows { get; init; }

    /// <summary>Counters of the kernel that count these objects, and how many it counts for each.</summary>
    public (string Sysctl, double Each)[] Counters { get; init; } = [];

    public long Alive => _alive.Sum();

    /// <summary>Arrivals of the latest step.</summary>
    public long Arrived { get; private set; }

    /// <summary>As it stands after so many hours at a demand.</summary>
    public void Settle(Chance chance, double uptime, double demand)
    {
        for (int k = 0; k < _alive.Length; k++)
        {
            (double hours, double share) = Lives.Shares[k];
            _alive[k] = chance.Poisson(PerHour * demand * share * hours * (1 - Math.Exp(-uptime / hours)));
        }
    }

    public void Clear() => Array.Clear(_alive);

    /// <summary>
    /// Goes on for some hours: exact for a rate that is constant meanwhile (deaths of those alive and of those that
    /// came are binomial).
    /// </summary>
    public void Step(Chance chance, double hours, double demand)
    {
        Arrived = 0;
        for (int k = 0; k < _alive.Length; k++)
        {
            (double lives, double share) = Lives.Shares[k];
            long arrived = chance.Poisson(PerHour * demand * share * hours);
            double survives = lives / hours * (1 - Math.Exp(-hours / lives));
            _alive[k] = chance.Binomial(_alive[k], Math.Exp(-hours / lives)) + chance.Binomial(arrived, survives);
            Arrived += arrived;
        }
    }
}
