using Leakstat.Detection;

namespace Leakstat.DetectionBench;

/// <summary>Makes episodes: one host over 1 to 60 days with the truth beside it, all from a seed.</summary>
internal sealed class Generator(ulong seed, RealRow[][] hosts)
{
    private const string Leaking = "leak, ";

    /// <summary>Classes with a leak: each kind alone, and kinds in damaged series.</summary>
    public static readonly string[] LeakClasses = [.. Leaks.Kinds, .. Damage.Kinds.Select(d => Leaking + d)];

    /// <summary>Classes without.</summary>
    public static readonly string[] HealthyClasses = [.. Traps.Kinds, .. Damage.Kinds];

    /// <summary>The episode of a number; the same for the same seed, number and class.</summary>
    public Episode Make(int number, string named)
    {
        var chance = new Chance(seed + ((ulong)number * 7919));
        bool isLeak = LeakClasses.Contains(named);
        string? damage = Damage.Kinds.FirstOrDefault(d => named == d || named == Leaking + d);
        string kind = !isLeak || damage is null ? named
            : chance.Of("fast leak", "steps per event", "bursts", "per request", "partly reclaimed sawtooth");
        double days = kind switch
        {
            "under daily cycle ×100" or "under weekly cycle ×100" => chance.Of(45.0, 60),
            "weekly load" => chance.Of(7.0, 14, 21, 30, 45, 60),
            "steps per event" or "bursts" => chance.Of(4.0, 7, 14, 21, 30, 45, 60),
            _ => chance.Of(1.0, 2, 4, 7, 14, 21, 30, 45, 60),
        };
        Clock clock = Clock.Of(chance, days);
        double day = chance.Happens(0.7) ? chance.LogBetween(0.1, 2) : 0, week = chance.Happens(0.5)
            ? chance.Between(0.1, 0.7) : 0;
        if (kind is "daily load" or "weekly load")
        {
            day = chance.LogBetween(0.5, 5);
            week = kind == "weekly load" ? chance.Between(0.4, 0.9) : week;
        }

        var host = new Background(chance, clock, chance.Of(hosts), day, week);
        host.AddAccounts();
        double uptime = kind == "freshly booted" ? 0.1 : chance.LogBetween(24, 24 * 100);
        Truth truth = new() { Class = named };
        if (isLeak)
        {
            truth = Leaks.Add(chance, host, clock, kind, named);
        }
        else
        {
            Traps.Add(chance, host, clock, kind);
        }

        HostSeries series = host.Build(uptime);
        if (damage is not null)
        {
            (series, truth) = Damage.Apply(chance, series, truth, damage);
        }

        return new Episode(number, series, truth);
    }
}
