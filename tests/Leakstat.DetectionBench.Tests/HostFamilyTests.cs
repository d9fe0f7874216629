using Leakstat.DetectionBench.Hosts;
using Leakstat.DetectionBench.Mechanisms;
using Leakstat.DetectionBench.RealNoise;
using Leakstat.DetectionBench.ShapeHosts;

namespace Leakstat.DetectionBench.Tests;

/// <summary>Hosts of every family and class, against what has to hold on any host.</summary>
public class HostFamilyTests
{
    private static readonly IHostFamily[] Families =
    [
        new ShapesFamily(11, SmallTables.One), new MechanismFamily(11, SmallTables.One), new RealNoiseFamily(11, SmallTables.One, Measured()),
    ];

    public static TheoryData<string, string> Classes { get; } =
        [.. Families.SelectMany(f => f.LeakClasses.Concat(f.HealthyClasses).Select(c => (f.Name, c)))];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Pages_add_up_to_memory_and_wired_holds_the_zones(string family, string named)
    {
        SimulatedHost host = Make(family, named);
        long[] wired = Of(host, "vm.stats.vm.v_wire_count"), free = Of(host, "vm.stats.vm.v_free_count");
        long[] active = Of(host, "vm.stats.vm.v_active_count"), inactive = Of(host, "vm.stats.vm.v_inactive_count");
        for (int i = 0; i < host.Times.Length; i++)
        {
            Assert.Equal(host.PhysicalMemory / 4096, wired[i] + free[i] + active[i] + inactive[i]);
            Assert.True(free[i] >= 0 && active[i] >= 0 && inactive[i] >= 0);
            double held = host.Zones.Where(z => z.Used[i] != ZoneTrack.Absent).Sum(z => (double)z.Used[i] * z.Size) / 4096;
            Assert.True(wired[i] >= held || wired[i] > host.PhysicalMemory / 4096 * 0.95, $"sample {i}: {wired[i]} pages wired, {held:0} in zones");
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void The_same_number_makes_the_same_host(string family, string named)
    {
        SimulatedHost one = Make(family, named), other = Make(family, named);

        Assert.Equal(one.Times, other.Times);
        Assert.Equal(one.Truth.Culprits, other.Truth.Culprits);
        Assert.All(one.Zones.Zip(other.Zones), pair => Assert.Equal(pair.First.Used, pair.Second.Used));
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_leak_class_has_a_culprit_that_the_captures_show_and_a_healthy_one_has_none(string family, string named)
    {
        SimulatedHost host = Make(family, named);

        Assert.Equal(Families.First(f => f.Name == family).LeakClasses.Contains(named), host.Truth.IsLeak);
        Assert.All(host.Truth.Culprits, c => Assert.True(
            c.Kind switch
            {
                "zone" => host.Zones.Any(z => z.Name == c.Name),
                "malloc" => host.Types.Any(t => t.Name == c.Name),
                _ => true,
            },
            $"{c.Kind} {c.Name}"));
        Assert.All(host.Zones, z => Assert.All(z.Used, used => Assert.True(used >= 0 || used == ZoneTrack.Absent)));
        Assert.True(host.Times.Zip(host.Times.Skip(1)).All(t => t.First < t.Second));
    }

    [Theory]
    [InlineData("shapes")]
    [InlineData("mechanisms")]
    [InlineData("real")]
    public void A_crash_loop_boots_again_and_again_and_begins_anew_each_time(string family)
    {
        SimulatedHost host = Make(family, LeakClass.CrashLoop);
        int[] boots = [.. Enumerable.Range(1, host.Times.Length - 1).Where(i => host.BootedAt[i] - host.BootedAt[i - 1] > TimeSpan.FromSeconds(30))];
        Culprit culprit = host.Truth.Culprits[0];
        long[] used = culprit.Kind == "zone" ? host.Zones.First(z => z.Name == culprit.Name).Used : host.Types.First(t => t.Name == culprit.Name).InUse;

        Assert.InRange(boots.Length, 2, 8);
        Assert.All(boots, b => Assert.True(used[b] < used[b - 1] / 2, $"{used[b - 1]} before the boot, {used[b]} after"));
    }

    [Theory]
    [InlineData("shapes")]
    [InlineData("mechanisms")]
    [InlineData("real")]
    public void A_parent_and_its_children_grow_one_to_two(string family)
    {
        SimulatedHost host = Make(family, LeakClass.Pair);
        double[] gains = [.. host.Truth.Culprits.Select(c => host.Zones.First(z => z.Name == c.Name)).Select(z => (double)(z.Used[^1] - z.Used[0])).Order()];

        Assert.Equal(2, gains.Length);
        Assert.InRange(gains[1] / gains[0], 1.6, 2.4);
    }

    [Fact]
    public void Every_measured_series_is_the_noise_of_a_healthy_host_once()
    {
        MeasuredSeries[] measured = Measured();
        var family = new RealNoiseFamily(1, SmallTables.One, measured);

        // Active pages are those of the foremost machine, whose levels lie apart.
        long[] levels = [.. Enumerable.Range(0, measured.Length).Select(i => family.Make(i, "as measured")).Select(h => 100 * Of(h, "vm.stats.vm.v_active_count")[0] / (h.PhysicalMemory / 4096))];

        Assert.Equal(measured.Length, levels.Distinct().Count());
    }

    private static SimulatedHost Make(string family, string named) => Families.First(f => f.Name == family).Make(3, named);

    private static long[] Of(SimulatedHost host, string sysctl) => host.Sysctls.First(s => s.Key == sysctl).Value;

    // Five days of a machine that works by day, at five levels.
    private static MeasuredSeries[] Measured() =>
    [
        .. new[] { 25.0, 35, 45, 55, 65 }.Select((level, k) => new MeasuredSeries(
            $"m_{k}", [.. Enumerable.Range(0, 721).Select(i => i / 6.0)],
            [.. Enumerable.Range(0, 721).Select(i => level + (3 * Math.Sin((i + (40 * k)) * Math.PI / 72)) + ((i * 7919 % 13) / 13.0))])),
    ];
}
