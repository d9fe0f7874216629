namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>What machines do that only looks like a leak.</summary>
internal static class MechanismTraps
{
    public static readonly string[] Kinds =
    [
        "quiet", "heavy-tailed lifetimes", "cache of unknown bound", "cache that expires", "jails come and go",
        "deploy to a new level", "growing users, counted", "growing users, not counted", "memory pressure",
        "nightly job gives back", "maintenance reboots", "flaps given back", "level shifts", "freshly booted",
        "processes take the memory", "kept for reuse", "sessions of days",
    ];

    public static void Add(Chance chance, Machine machine, string kind)
    {
        double last = machine.Time.Last;
        Population driver = machine.Populations.First(p => p.Name == "requests");
        switch (kind)
        {
            case "heavy-tailed lifetimes":
                for (int i = chance.Below(3); i >= 0; i--)
                {
                    machine.Populations.Add(new Population(
                        "long-lived", chance.LogBetween(5, 3000),
                            Lifetimes.HeavyTailed(0.02, last * chance.LogBetween(0.2, 3), chance.Between(0.4, 1.1)),
                        [new(MechanismFamily.Still(chance, machine), 1)]));
                }

                break;
            case "cache of unknown bound" or "cache that expires":
                Cache(chance, machine, kind == "cache that expires");
                break;
            case "jails come and go":
                Profiles.Jails(chance, machine, chance.LogBetween(0.1, 3));
                break;
            case "deploy to a new level":
                double more = chance.LogBetween(1.2, 4);
                machine.Changes.Add((chance.Between(0.2, 0.8) * last,
                    () => machine.Populations.ForEach(p => p.PerHour *= more)));
                break;
            case "growing users, counted" or "growing users, not counted":
                Users(chance, machine, kind == "growing users, counted");
                break;
            case "memory pressure":
                machine.PressurePerHour = chance.LogBetween(2, 20) / last;
                machine.UserShare = chance.Between(0.4, 0.6);
                break;
            case "nightly job gives back":
                Nightly(chance, machine, driver);
                break;
            case "maintenance reboots":
                machine.Reboots.AddRange(Enumerable.Range(0, 1 + chance.Below(5))
                    .Select(_ => chance.Between(0.05, 0.98) * last));
                break;
            case "flaps given back":
                Flaps(chance, machine);
                break;
            case "level shifts":
                Shifts(chance, machine);
                break;
            case "processes take the memory":
                machine.UserShare = 0.5;
                machine.Reboots.AddRange(Enumerable.Range(1, 4).Select(k => last * k / 4.6));
                machine.Main.Growth = hours => 1 + (0.8 * (hours % (last / 4.6)) / (last / 4.6));
                break;
            case "kept for reuse":
                KeyCache kept = machine.Caches.First(c => c.Name == "kept");
                double period = last / chance.Between(6, 40);
                for (double at = chance.Between(0, 1) * period; at < last; at += period * chance.Between(0.7, 1.3))
                {
                    machine.Changes.Add((at, kept.Clear));
                }

                break;
            case "sessions of days":
                Profiles.Connections(chance, machine, chance.LogBetween(2, 200),
                    new Lifetimes((2, 0.5), (chance.LogBetween(24, 24 * 14), 0.5)));
                break;
        }
    }

    // Keys that nearly all are new fill it in a straight line, popular ones fast and then slowly; the bound may lie
    // before the end of the history or after it.
    private static void Cache(Chance chance, Machine machine, bool expires)
    {
        MemoryRow row = MechanismFamily.Still(chance, machine);
        double bound = Math.Min(chance.LogBetween(2000, 500000), 0.1 * machine.Memory / row.Size);
        bool straight = chance.Happens(0.4);
        double keys = bound * (straight ? chance.LogBetween(3, 50) : chance.LogBetween(0.3, 10));
        double lookups = bound / machine.Time.Last / chance.LogBetween(0.05, 1.5) * (straight ? 1
            : chance.LogBetween(2, 50));
        machine.Caches.Add(new KeyCache(
            "unknown", lookups, Math.Round(bound), KeyCache.Popular(Math.Round(keys), straight ? chance.Between(0, 0.2)
                : chance.Between(0.5, 1.1)), [new(row, 1)])
        {
            Follows = machine.Main,
            Expires = expires ? machine.Time.Last * chance.LogBetween(0.02, 0.3) : double.PositiveInfinity,
        });
    }

    // More users each day: all that they use grows with them, whether a counter of the kernel says so or not.
    private static void Users(Chance chance, Machine machine, bool isCounted)
    {
        double last = machine.Time.Last, times = chance.LogBetween(1.3, 4), from = chance.Between(0, 0.4) * last;
        bool bends = chance.Happens(0.4);
        machine.Main.Growth = hours =>
        {
            double share = Math.Clamp((hours - from) / (last - from), 0, 1);
            return 1 + ((times - 1) * (bends ? share * (2 - share) : share));
        };
        if (!isCounted)
        {
            foreach (string name in new[] { "kern.openfiles", "kern.ipc.numopensockets" })
            {
                machine.CounterBase.Remove(name);
            }
        }
    }

    private static void Nightly(Chance chance, Machine machine, Population driver)
    {
        double hour = chance.Of(1, 3, 4.5), lasts = chance.Of(0.5, 2, 8, 26);
        double many = chance.LogBetween(200, 30000);
        machine.Populations.Add(new Population("of the night", many, new Lifetimes((lasts, 1)), driver.Parts)
        { Follows = new NightDemand(chance, machine.Main, hour) });
    }

    private static void Flaps(Chance chance, Machine machine)
    {
        MemoryRow row = MechanismFamily.Still(chance, machine);
        double last = machine.Time.Last, each = chance.LogBetween(200, 20000);
        for (int i = 6 + chance.Below(20); i > 0; i--)
        {
            double at = chance.Between(0, 0.95) * last, by = Math.Round(each * chance.Between(0.3, 1)),
                back = at + (last * chance.LogBetween(0.005, 0.15));
            machine.Changes.Add((at, () => row.Shift(by)));
            machine.Changes.Add((back, () => row.Shift(-by)));
        }

        machine.Changes.Sort((a, b) => a.Hours.CompareTo(b.Hours));
    }

    private static void Shifts(Chance chance, Machine machine)
    {
        for (int i = 1 + chance.Below(5); i > 0; i--)
        {
            MemoryRow row = MechanismFamily.Still(chance, machine);
            for (int k = 1 + chance.Below(3); k > 0; k--)
            {
                double by = Math.Round(chance.LogBetween(100, 30000) * chance.Between(0.3, 1));
                machine.Changes.Add((chance.Between(0.05, 0.95) * machine.Time.Last, () => row.Shift(by)));
            }
        }

        machine.Changes.Sort((a, b) => a.Hours.CompareTo(b.Hours));
    }
}

/// <summary>Work that is done at an hour of the night and not by day.</summary>
internal sealed class NightDemand(Chance chance, Demand calendar, double hour) : Demand(chance, calendar.Start)
{
    public override double Next(double hours) => Planned(hours);

    public override double Planned(double hours) => (((calendar.HourOfDay(hours) - hour) + 24) % 24) < 0.7 ? 1 : 0;
}
