using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.DetectionBench.Hosts;
using Leakstat.Knowledge;

namespace Leakstat.DetectionBench.ShapeHosts;

/// <summary>
/// The shapes of the first benchmark (<see cref="Generator"/>) and later ones, as hosts with captures.
/// </summary>
internal sealed class ShapesFamily(ulong seed, RealRow[][] tables) : IHostFamily
{
    private const int MostSamples = 420;
    private const string Reboots = "reboots";
    private const string Vnodes = "VNODE";

    private static readonly Dictionary<string, string> Same = new(StringComparer.Ordinal)
    {
        [LeakClass.Steady] = "fast leak",
        [LeakClass.Slow] = "slow leak",
        [LeakClass.Steps] = "steps per event",
        [LeakClass.Pages] = "remainder only",
        [LeakClass.Sawtooth] = "partly reclaimed sawtooth",
    };

    public string Name => "shapes";

    public IReadOnlyList<string> LeakClasses =>
        [.. LeakClass.All, "bursts", "per request", "under daily cycle ×100", "under weekly cycle ×100",
            "leak that stops"];

    public IReadOnlyList<string> HealthyClasses => [.. Traps.Kinds, Reboots, "broken samples"];

    public SimulatedHost Make(int number, string named)
    {
        Chance chance = Chance.For(seed, Name, named, number);
        // A cache zone counts nothing of its own, so that nothing can leak there.
        RealRow[] rows = [.. chance.Of(tables).Where(r => !r.IsZone || !ZoneKinds.IsCacheZone(r.Name))];
        if (!LaterLeaks.Kinds.Contains(named))
        {
            var generator = new Generator((ulong)(chance.Uniform() * ulong.MaxValue), [rows]);
            Episode episode = generator.Make(number, Same.GetValueOrDefault(named, named));
            return Seen(chance, number, named, episode.Host, rows, Truth(episode, named));
        }

        Clock clock = Clock.Of(chance, named is LeakClass.WeekPart or LeakClass.Nightly ? chance.Of(14.0, 21, 30)
            : chance.Of(4.0, 7, 10, 14, 30));
        var host = new Background(chance, clock, rows, chance.Happens(0.7) ? chance.LogBetween(0.1, 2) : 0,
            chance.Happens(0.5) ? chance.Between(0.1, 0.7) : 0);
        host.AddAccounts();
        (RealRow[] leaking, double start, double items, int[] boots) = LaterLeaks.Add(chance, host, clock, named);
        bool steady = named is LeakClass.Pair or LeakClass.Type;
        var truth = new HostTruth
        {
            Class = named,
            Culprits = [.. leaking.Select(Owner)],
            Companions = [.. leaking.Where(r => !r.IsZone).SelectMany(r => Buckets(rows, r))],
            Start = start,
            BytesPerHour = steady ? items * leaking[0].Size / (clock.Last - start) : double.NaN,
            BytesLost = items * leaking[0].Size,
        };
        return Seen(chance, number, named, host.Build(chance.LogBetween(24, 2400)) with { Boots = [.. boots] }, rows,
            truth);
    }

    private static Culprit Owner(RealRow row) => new(row.IsZone ? "zone" : "malloc", row.Name);

    private static IEnumerable<Culprit> Buckets(RealRow[] rows, RealRow type) => rows
        .Where(r => r.IsZone && r.Name.StartsWith("malloc-", StringComparison.Ordinal) && r.Size >= type.Size)
        .OrderBy(r => r.Size).Take(1).Select(Owner);

    private static HostTruth Truth(Episode episode, string named)
    {
        Truth truth = episode.Truth;
        Culprit[] owners =
        [
            .. truth.Culprits.Select(key => key.Split(' ', 2)).Select(k => k[0] switch
            {
                "malloc" => new Culprit("malloc", k[1]),
                "zone" when !k[1].StartsWith("bytes ", StringComparison.Ordinal) => new Culprit("zone", k[1]),
                "account" => new Culprit("wired", "unaccounted"),
                _ => default,
            }).Where(c => c.Kind is not null),
        ];
        bool typed = owners.Any(o => o.Kind == "malloc");
        bool steady = named is LeakClass.Steady or LeakClass.Slow;
        return new HostTruth
        {
            Class = named,
            Culprits = [.. owners.Where(o => !typed || o.Kind == "malloc")],
            Companions = [.. owners.Where(o => typed && o.Kind != "malloc")],
            Start = truth.IsLeak ? truth.Start : double.NaN,
            BytesPerHour = steady ? truth.Rate * truth.BytesPerUnit : double.NaN,
            ExhaustedAt = truth.ExhaustedAt,
            BytesLost = truth.Rate * truth.BytesPerUnit * Math.Max(episode.Hours - truth.Start, 0),
        };
    }

    // In order of time, one sample a time, and no more of them than a store would be asked for.
    private SimulatedHost Seen(Chance chance, int number, string named, HostSeries series, RealRow[] rows,
        HostTruth truth)
    {
        int[] order = [.. Enumerable.Range(0, series.Hours.Length).OrderBy(i => series.Hours[i]).ThenBy(i => i)];
        List<int> kept = [];
        int every = (order.Length + MostSamples - 1) / MostSamples;
        for (int k = 0; k < order.Length; k += every)
        {
            if (kept.Count == 0 || series.Hours[order[k]] - series.Hours[kept[^1]] > 0.002)
            {
                kept.Add(order[k]);
            }
        }

        var values = series.Series.ToDictionary(s => s.Key, StringComparer.Ordinal);
        SeriesBound? capacity = AsVnodes(rows, values);
        long memory = (1L << 30) * chance.Of(16L, 32, 64);
        ZoneTrack[] zones = [.. rows.Where(r => r.IsZone).SelectMany(r => Zones(r, values, kept))];
        TypeTrack[] types = [.. rows.Where(r => !r.IsZone).SelectMany(r => Types(rows, r, values, kept))];
        DateTimeOffset start = new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero).AddHours(chance.Below(2000));
        double first = series.Hours[kept[0]];
        DateTimeOffset[] times = [.. kept.Select(i => start.AddSeconds(Math.Round((series.Hours[i] - first) * 3600)))];
        return new SimulatedHost
        {
            Number = number,
            Name = SimulatedHost.NameOf(Name, named, number),
            Truth = truth,
            Times = times,
            BootedAt = Booted(series, kept, times),
            PhysicalMemory = memory,
            Zones = zones,
            Types = types,
            Sysctls = Sysctls(series, values, kept, zones, types, capacity, memory / 4096),
        };
    }

    // A capacity is told by the kernel of one cache: vnodes. So what fills up to one is the zone of vnodes.
    private static SeriesBound? AsVnodes(RealRow[] rows, Dictionary<string, SeriesInput> values)
    {
        SeriesInput? full = values.Values.FirstOrDefault(s => s.Bound is { Kind: BoundKind.Capacity }
            && s.BytesPerUnit > 1);
        RealRow? vnode = rows.FirstOrDefault(r => r.IsZone && r.Name == Vnodes);
        if (full is null || vnode is null)
        {
            return null;
        }

        SeriesInput before = values[Background.Key(vnode)];
        values[before.Key] = full with { Key = before.Key };
        if (full.Key != before.Key)
        {
            values[full.Key] = before with { Key = full.Key };
        }

        // A type's items lie in a bucket too, and what moved away from the type has left it.
        RealRow row = rows.First(r => Background.Key(r) == full.Key);
        foreach (Culprit bucket in row.IsZone ? [] : Buckets(rows, row))
        {
            SeriesInput inside = values["zone " + bucket.Name];
            values[inside.Key] = inside with
            {
                Values = [.. inside.Values.Select((v, i) => v - (full.Values[i] - full.Values[0]))],
            };
        }

        return full.Bound;
    }

    private static DateTimeOffset[] Booted(HostSeries series, List<int> kept, DateTimeOffset[] times)
    {
        var booted = new DateTimeOffset[times.Length];
        double uptime = double.IsFinite(series.UptimeAtStart) ? series.UptimeAtStart : 500;
        booted[0] = times[0].AddSeconds(-Math.Round(uptime * 3600));
        for (int i = 1; i < times.Length; i++)
        {
            bool again = !series.Boots.IsDefaultOrEmpty && series.Boots[kept[i]] != series.Boots[kept[i - 1]];
            booted[i] = again ? times[i].AddSeconds(-Math.Round((times[i] - times[i - 1]).TotalSeconds * 0.4))
                : booted[i - 1];
        }

        return booted;
    }

    private static IEnumerable<ZoneTrack> Zones(RealRow row, Dictionary<string, SeriesInput> values, List<int> kept)
    {
        if (!values.TryGetValue("zone " + row.Name, out SeriesInput? used))
        {
            yield break;
        }

        SeriesInput? free = values.GetValueOrDefault("free " + row.Name);
        var track = new ZoneTrack(row.Name, (long)row.Size, kept.Count)
        {
            Limit = used.Bound is { Kind: BoundKind.Limit } bound ? (long)bound.Value : 0,
        };
        for (int i = 0; i < kept.Count; i++)
        {
            double value = used.Values[kept[i]], left = free is null || double.IsNaN(free.Values[kept[i]]) ? row.Free
                : free.Values[kept[i]];
            track.Used[i] = double.IsNaN(value) ? ZoneTrack.Absent : (long)Math.Max(value, 0);
            track.Free[i] = (long)Math.Max(left, 0);
            track.Requests[i] = (i == 0 ? 20 * (long)row.Used : track.Requests[i - 1]) + Math.Max(track.Used[i] / 50,
                0) + (i == 0 || track.Used[i - 1] < 0 ? 0 : Math.Max(track.Used[i] - track.Used[i - 1], 0));
        }

        yield return track;
    }

    private static IEnumerable<TypeTrack> Types(RealRow[] rows, RealRow row, Dictionary<string, SeriesInput> values,
        List<int> kept)
    {
        if (!values.TryGetValue("malloc " + row.Name, out SeriesInput? used))
        {
            yield break;
        }

        double bucket = rows.Where(r => r.IsZone && r.Name.StartsWith("malloc-", StringComparison.Ordinal)
            && r.Size >= row.Size).Select(r => r.Size).DefaultIfEmpty(row.Size).Min();
        var track = new TypeTrack(row.Name, kept.Count) { Sizes = [(int)Math.Min(bucket, 65536)] };
        for (int i = 0; i < kept.Count; i++)
        {
            double value = used.Values[kept[i]];
            track.InUse[i] = double.IsNaN(value) ? ZoneTrack.Absent : (long)Math.Max(value, 0);
            track.Bytes[i] = (long)Math.Max((row.Used * row.Size) + ((value - row.Used) * bucket), 0);
            track.Requests[i] = (i == 0 ? 20 * (long)row.Used : track.Requests[i - 1]) + Math.Max(track.InUse[i] / 50,
                0) + (i == 0 || track.InUse[i - 1] < 0 ? 0 : Math.Max(track.InUse[i] - track.InUse[i - 1], 0));
        }

        yield return track;
    }

    // Wired adds up: what the zones hold, what types hold beyond malloc's zones, what no owner shows, and an image. The
    // ARC lies in zones already.
    private static List<KeyValuePair<string, long[]>> Sysctls(
        HostSeries series, Dictionary<string, SeriesInput> values, List<int> kept, ZoneTrack[] zones, TypeTrack[] types,
        SeriesBound? capacity, long total)
    {
        long[] wired = new long[kept.Count], active = new long[kept.Count], inactive = new long[kept.Count];
        long[] free = new long[kept.Count], arc = new long[kept.Count];
        for (int i = 0; i < kept.Count; i++)
        {
            ZoneTrack[] there = [.. zones.Where(z => z.Used[i] != ZoneTrack.Absent)];
            double held = there.Sum(z => (double)(z.Used[i] + z.Free[i]) * z.Size);
            double buckets = there.Where(z => z.Name.StartsWith("malloc-", StringComparison.Ordinal))
                .Sum(z => (double)z.Used[i] * z.Size);
            double large = types.Where(t => t.InUse[i] != ZoneTrack.Absent).Sum(t => (double)t.Bytes[i]) - buckets;
            double nobody = At("account unaccounted", i, 500 * 4096.0);
            arc[i] = (long)At("account arc", i, 0);
            double pages = 50_000 + ((held + Math.Max(large, 0) + nobody) / 4096);
            wired[i] = (long)Math.Clamp(pages, 1000, total * 0.97);
            active[i] = (long)Math.Clamp(At("account active", i, total * 400.0) / 4096, 1000, (total - wired[i]) * 0.7);
            inactive[i] = (long)((total - wired[i] - active[i]) * 0.5);
            free[i] = total - wired[i] - active[i] - inactive[i];
        }

        List<KeyValuePair<string, long[]>> sysctls =
        [
            new("vm.stats.vm.v_wire_count", wired), new("vm.stats.vm.v_free_count", free),
            new("vm.stats.vm.v_active_count", active),
            new("vm.stats.vm.v_inactive_count", inactive), new("kstat.zfs.misc.arcstats.size", arc),
        ];
        (string Counter, string Sysctl)[] names =
        [
            ("processes", "net.inet.tcp.pcbcount"), ("sockets", "kern.ipc.numopensockets"),
                ("open files", "kern.openfiles"), ("vnodes", "vfs.numvnodes"),
        ];
        foreach ((string counter, string sysctl) in names)
        {
            if (capacity is not null && counter == "vnodes")
            {
                sysctls.Add(new(sysctl, Array.Find(zones, z => z.Name == Vnodes)!.Used));
                sysctls.Add(new("kern.maxvnodes", [.. kept.Select(_ => (long)capacity.Value)]));
            }
            else if (series.Counters.FirstOrDefault(c => c.Name == counter) is { } found)
            {
                sysctls.Add(new(sysctl, [.. kept.Select(i => (long)Math.Max(found.Values[i], 0))]));
            }
        }

        return sysctls;

        double At(string key, int i, double otherwise) =>
            values.TryGetValue(key, out SeriesInput? found) && !double.IsNaN(found.Values[kept[i]])
                ? found.Values[kept[i]] : otherwise;
    }
}
