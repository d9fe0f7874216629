using Leakstat.DetectionBench.Hosts;

namespace Leakstat.DetectionBench.Mechanisms;

/// <summary>
/// Hosts by mechanism: objects arrive with a load and live for a while, caches fill with distinct keys, machines boot;
/// a leak is a share that is never freed, an event, a job, a page.
/// </summary>
internal sealed class MechanismFamily(ulong seed, RealRow[][] tables) : IHostFamily
{
    public string Name => "mechanisms";

    public IReadOnlyList<string> LeakClasses => LeakClass.All;

    public IReadOnlyList<string> HealthyClasses => MechanismTraps.Kinds;

    public SimulatedHost Make(int number, string named)
    {
        Chance chance = Chance.For(seed, Name, named, number);
        double days = named switch
        {
            LeakClass.WeekPart => chance.Of(12.0, 14, 21, 28),
            LeakClass.Nightly => chance.Of(7.0, 10, 14, 21),
            _ => chance.Of(4.0, 5, 7, 7, 10, 14, 21),
        };
        Timetable time = Timetable.Of(chance, days);
        ulong inner = (ulong)(chance.Uniform() * ulong.MaxValue);
        Machine Build() => Built(new Chance(inner), time, named);
        Machine machine = Build();
        Func<HostTruth> truth;
        if (LeakClass.All.Contains(named))
        {
            Machine twin = Build();
            twin.Run();
            truth = new MechanismLeaks(chance, machine, twin, named).Add();
        }
        else
        {
            MechanismTraps.Add(chance, machine, named);
            truth = () => new HostTruth { Class = named };
        }

        machine.Changes.Sort((a, b) => a.Hours.CompareTo(b.Hours));
        machine.Run();
        return Seen(machine, number, named, truth());
    }

    /// <summary>A row in which nothing lives yet, of a size that objects have.</summary>
    public static MemoryRow Still(Chance chance, Machine machine, bool? isZone = null)
    {
        HashSet<MemoryRow> taken = [.. machine.Populations.SelectMany(p => p.Parts)
            .Concat(machine.Caches.SelectMany(c => c.Parts)).Select(p => p.Row)];
        MemoryRow[] rows =
        [
            .. machine.Rows.Where(r => !taken.Contains(r) && OwnerChoice.MayLeak(r.Name, r.Size)
                && (isZone is null || r.IsZone == isZone)),
        ];
        return rows[chance.Below(rows.Length)];
    }

    private Machine Built(Chance chance, Timetable time, string named)
    {
        double memory = named == LeakClass.CrashLoop
            ? (1L << 30) * chance.Of(1.0, 2, 4, 8)
            : (1L << 30) * chance.Of(2.0, 4, 8, 8, 16, 32, 64, 128);
        double uptime = named == "freshly booted" ? chance.LogBetween(0.1, 3) : chance.LogBetween(3, 24 * 60);
        RealRow[] rows = chance.Of(tables);
        while (memory < 5 * rows.Where(r => r.IsZone).Sum(r => r.Used * r.Size))
        {
            memory *= 2;
        }

        var machine = new Machine(chance, time, rows, memory, uptime)
        {
            OtherPages = Math.Round(memory / 4096 * chance.LogBetween(0.02, 0.08)),
            UserShare = chance.Between(0.1, 0.5),
        };
        foreach (MemoryRow row in machine.Rows.Where(r => r.Name == "mbuf_cluster" && r.IsZone))
        {
            row.Limit = (long)(memory / 4096 / 4);
        }

        machine.CounterBase["kern.openfiles"] = chance.Between(100, 2000);
        machine.CounterBase["kern.ipc.numopensockets"] = chance.Between(20, 500);
        machine.CounterBase["vfs.bufspace"] = Math.Round(memory * chance.Between(0.002, 0.03));
        double scale = Math.Sqrt(memory / (8L << 30)) * chance.LogBetween(0.3, 2);
        Profiles.Add(chance, machine, chance.Of(Profiles.All), scale);
        Drivers(chance, machine, expires: named is not (LeakClass.Sawtooth or "kept for reuse"));
        Background(chance, machine, rows);
        return machine;
    }

    // What drivers do for requests, in rows of their own; healthy until a defect is put in.
    private static void Drivers(Chance chance, Machine machine, bool expires)
    {
        Lifetimes Lives() => chance.Of(
            new Lifetimes((0.001, 1)), new Lifetimes((0.02, 0.9), (0.5, 0.1)), new Lifetimes((0.1, 0.8), (3, 0.2)),
            Lifetimes.HeavyTailed(0.01, 30, 1.2));
        Demand? Follows() => chance.Happens(0.6) ? null : new Demand(chance, machine.Main.Start);
        machine.Populations.Add(new Population(
            "requests", chance.LogBetween(200, 30000), Lives(), [new(Still(chance, machine, true), 1)])
        { Follows = Follows() });
        machine.Populations.Add(new Population(
            "requests by type", chance.LogBetween(200, 30000), Lives(), [new(Still(chance, machine, false), 1)])
        { Follows = Follows() });
        MemoryRow parent = Still(chance, machine, true), child = parent;
        while (child == parent)
        {
            child = Still(chance, machine, true);
        }

        machine.Populations.Add(new Population(
            "pairs", chance.LogBetween(100, 20000), Lives(), [new(parent, 1), new(child, 2)])
        { Follows = Follows() });
        MemoryRow kept = Still(chance, machine);
        double bytes = machine.Memory * chance.LogBetween(0.001, 0.03);
        machine.Caches.Add(new KeyCache(
            "kept", bytes / kept.Size / 24 * chance.LogBetween(0.3, 2), 1e12, [(1e9, 1)], [new(kept, 1)])
        { Follows = machine.Main, Expires = expires ? chance.LogBetween(0.2, 2) : double.PositiveInfinity });
    }

    // What moves on the real host moves here, as objects that come and go.
    private static void Background(Chance chance, Machine machine, RealRow[] rows)
    {
        HashSet<MemoryRow> taken = [.. machine.Populations.SelectMany(p => p.Parts)
            .Concat(machine.Caches.SelectMany(c => c.Parts)).Select(p => p.Row)];
        foreach (RealRow row in rows.Where(r => r.Moves && r.Used > 4
            && !r.Name.StartsWith("malloc-", StringComparison.Ordinal)))
        {
            MemoryRow made = machine.Row(row.Name, row.IsZone, (long)row.Size);
            if (taken.Contains(made))
            {
                continue;
            }

            double alive = row.Used * chance.Between(0.05, 0.5), lives = chance.LogBetween(0.002, 12);
            machine.Populations.Add(new Population("in " + row.Name, alive / lives, new Lifetimes((lives, 1)),
                [new(made, 1)])
            {
                Follows = chance.Happens(0.5) ? null : new Demand(chance, machine.Main.Start),
            });
        }
    }

    private SimulatedHost Seen(Machine machine, int number, string named, HostTruth truth) => new()
    {
        Number = number,
        Name = SimulatedHost.NameOf(Name, named, number),
        Truth = truth,
        Times = machine.Time.Times,
        BootedAt = machine.BootedAt,
        PhysicalMemory = (long)machine.Memory,
        Zones =
        [
            .. machine.Rows.Where(r => r.IsZone).Select(r => new ZoneTrack(r.Name, r.Size, machine.Time.Count)
            {
                Limit = r.Limit,
                Used = r.Used,
                Free = r.Free,
                Requests = r.Asked,
            }),
        ],
        Types =
        [
            .. machine.Rows.Where(r => !r.IsZone).Select(r => new TypeTrack(r.Name, machine.Time.Count)
            {
                Sizes = [r.Bucket is null ? 65536 : (int)r.Bucket.Size],
                InUse = r.Used,
                Bytes = [.. r.Used.Select(u => (long)(r.BytesAtBoot + ((u - r.AtBoot) * (r.Bucket?.Size ?? r.Size))))],
                Requests = r.Asked,
            }),
        ],
        Sysctls =
        [
            new("vm.stats.vm.v_wire_count", machine.Wired), new("vm.stats.vm.v_free_count", machine.FreePages),
            new("vm.stats.vm.v_active_count", machine.Active), new("vm.stats.vm.v_inactive_count", machine.Inactive),
            new("vm.stats.vm.v_laundry_count", new long[machine.Time.Count]),
            new("vm.stats.vm.v_user_wire_count", new long[machine.Time.Count]),
            .. machine.Counters.OrderBy(c => c.Key, StringComparer.Ordinal),
        ],
    };
}
