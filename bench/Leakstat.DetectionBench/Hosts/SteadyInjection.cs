namespace Leakstat.DetectionBench.Hosts;

/// <summary>A steady leak, put into a host that was simulated without.</summary>
internal static class SteadyInjection
{
    /// <summary>The host with so many bytes a day lost from its first capture on, in any owner of a kind.</summary>
    public static SimulatedHost Into(SimulatedHost host, string kind, double bytesPerDay, Chance chance)
    {
        double[] bytes = [.. Enumerable.Range(0, host.Times.Length).Select(i => bytesPerDay * host.HoursAt(i) / 24)];
        switch (kind)
        {
            case "zone":
                ZoneTrack zone =
                    chance.Of([.. host.Zones.Where(z => OwnerChoice.MayLeak(z.Name, z.Size) && z.Limit == 0
                    && Array.TrueForAll(z.Used, u => u != ZoneTrack.Absent))]);
                long[] items = [.. bytes.Select(b => (long)(b / zone.Size))];
                SimulatedHost grown = Wired(host, [.. items.Select(n => n * zone.Size)]);
                ZoneTrack[] zones = [.. host.Zones.Select(z => ReferenceEquals(z, zone) ? Grown(z, items) : z)];
                return Leaking(grown with { Zones = zones }, new Culprit("zone", zone.Name));
            case "malloc":
                TypeTrack type =
                    chance.Of([.. host.Types.Where(t => t.Sizes.Length > 0 && t.Sizes[0] is >= 16 and <= 4096
                    && Array.TrueForAll(t.InUse, u => u != ZoneTrack.Absent))]);
                long size = type.Sizes[0];
                long[] blocks = [.. bytes.Select(b => (long)(b / size))];
                SimulatedHost more = Wired(host, [.. blocks.Select(n => n * size)]);
                return Leaking(
                    more with
                    {
                        Types = [.. host.Types.Select(t => ReferenceEquals(t, type) ? Grown(t, blocks, size) : t)],
                        Zones = [.. host.Zones.Select(z => z.Name == $"malloc-{size}" ? Grown(z, blocks) : z)],
                    },
                    new Culprit("malloc", type.Name));
            default:
                return Leaking(Wired(host, [.. bytes.Select(b => (long)b)]), new Culprit("wired", "unaccounted"));
        }
    }

    private static SimulatedHost Leaking(SimulatedHost host, Culprit culprit) =>
        host with { Truth = host.Truth with { Culprits = [culprit], Start = 0 } };

    private static ZoneTrack Grown(ZoneTrack zone, long[] items) => zone with
    {
        Used = Sum(zone.Used, items),
        Requests = Sum(zone.Requests, items),
    };

    private static TypeTrack Grown(TypeTrack type, long[] blocks, long size) => type with
    {
        InUse = Sum(type.InUse, blocks),
        Bytes = Sum(type.Bytes, [.. blocks.Select(b => b * size)]),
        Requests = Sum(type.Requests, blocks),
    };

    // What is lost is wired; it comes from the free pages, and from the inactive ones where those do not do.
    private static SimulatedHost Wired(SimulatedHost host, long[] bytes)
    {
        long[] pages = [.. bytes.Select(b => b / 4096)];
        long[] free = host.Sysctls.First(s => s.Key == "vm.stats.vm.v_free_count").Value;
        long[] fromFree = [.. pages.Select((p, i) => Math.Min(p, free[i]))];
        return host with
        {
            Sysctls =
            [
                .. host.Sysctls.Select(s => s.Key switch
                {
                    "vm.stats.vm.v_wire_count" => new KeyValuePair<string, long[]>(s.Key, Sum(s.Value, pages)),
                    "vm.stats.vm.v_free_count" => new(s.Key, [.. s.Value.Select((v, i) => v - fromFree[i])]),
                    "vm.stats.vm.v_inactive_count" =>
                        new(s.Key, [.. s.Value.Select((v, i) => Math.Max(v - (pages[i] - fromFree[i]), 0))]),
                    _ => s,
                }),
            ],
        };
    }

    private static long[] Sum(long[] a, long[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
