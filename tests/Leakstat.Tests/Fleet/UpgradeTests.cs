using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Fleet;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Views.Fleets;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Fleet;

/// <summary>Hosts before and after an upgrade, over a fleet; each series is noise of its own unless a test says else.</summary>
public sealed class UpgradeTests
{
    private const string Upgrade = "14.2-RELEASE";
    private const double Megabyte = 1 << 20;

    [Fact]
    public void What_an_upgrade_made_rise_is_named_though_no_host_shows_it()
    {
        // Hosts differ by more than what came with the upgrade: only against itself does a host show it.
        FleetReport fleet = Fleet(120, 40, (_, host, isAfter) =>
            isAfter && host < 60 ? 2 * Megabyte : 0, spread: 6 * Megabyte);

        FleetCause cause = Assert.Single(fleet.Causes);
        Assert.Equal(Subject.Zone("zone 0"), cause.Subject);
        Separation by = Assert.Single(cause.SeparatedBy);
        Assert.Equal((new HostTrait(TraitKind.Upgrade, ""), Upgrade), by.Traits[0]);
        Assert.Equal(60, by.Table.OfWith);
        Assert.InRange(cause.Growth!.Value.BytesPerDay, 1 * Megabyte, 3 * Megabyte);
        Assert.All(cause.Hosts, h => Assert.Equal(Upgrade, h.Upgrade!.To));
    }

    [Fact]
    public void What_every_reboot_makes_rise_did_not_come_with_the_upgrade() =>
        Assert.Empty(Fleet(120, 40, (_, _, isAfter) => isAfter ? 2 * Megabyte : 0).Causes);

    [Fact]
    public void A_rise_that_ends_is_what_fills_after_a_boot() =>
        Assert.Empty(Fleet(
            120, 40, (_, host, isAfter) => isAfter && host < 60 ? 2 * Megabyte : 0, late: 0.1).Causes);

    [Theory]
    [InlineData(3, false)]
    [InlineData(10, true)]
    public void Without_hosts_that_were_only_booted_an_upgrade_is_judged_a_week_later(int uptimeDays, bool isNamed) =>
        Assert.Equal(isNamed, Fleet(
            120,
            40,
            (_, host, isAfter) => isAfter && host < 60 ? 2 * Megabyte : 0,
            isBooted: false,
            uptimeDays: uptimeDays).Causes.Any());

    [Fact]
    public void Two_hundred_fleets_in_which_nothing_came_with_the_upgrade_name_nothing()
    {
        int named = Enumerable.Range(1, 200).Count(seed => Fleet(60, 100, (_, _, _) => 0, seed: seed).Causes.Any());
        Assert.InRange(named, 0, 3);
    }

    [Fact]
    public void Upgrades_to_several_releases_are_named_together_where_what_rises_came_with_all_of_them()
    {
        string[] releases = ["14.2-RELEASE", "14.3-RELEASE", "15.0-RELEASE"];
        FleetReport fleet = Fleet(
            36, 40, (_, host, isAfter) => isAfter && host < 18 ? Megabyte : 0, releaseOf: host => releases[host % 3]);

        FleetCause cause = Assert.Single(fleet.Causes);
        Separation by = Assert.Single(cause.SeparatedBy);
        Assert.Equal(releases, by.Traits.Select(t => t.Value));
        Assert.Contains(
            "of 18 hosts with the upgrade to 14.2-RELEASE, 14.3-RELEASE, 15.0-RELEASE (sysctl kern.osrelease), ",
            string.Join("\n", CauseBlock.SeparationOf(cause)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_upgrades_the_one_that_made_something_rise_is_named_alone()
    {
        FleetReport fleet = Fleet(
            120,
            40,
            (_, host, isAfter) => isAfter && host < 60 && host % 2 == 0 ? 2 * Megabyte : 0,
            releaseOf: host => host % 2 == 0 ? "14.2-RELEASE" : "14.3-RELEASE");

        Separation by = Assert.Single(Assert.Single(fleet.Causes).SeparatedBy);
        Assert.Equal("14.2-RELEASE", Assert.Single(by.Traits).Value);
    }

    [Theory]
    [InlineData(new double[] { }, 1)]
    [InlineData(new double[] { 0, 0 }, 1)]
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, 1 / 32.0)]
    [InlineData(new double[] { -1, 2, 3, 4, 5 }, 2 / 32.0)]
    [InlineData(new double[] { 1, -2, 3, 4, 5 }, 3 / 32.0)]
    [InlineData(new double[] { -1, -2, -3 }, 1)]
    public void Signed_ranks_are_counted(double[] values, double chance) =>
        Assert.Equal(chance, SignedRanks.Chance(values), 1e-12);

    [Fact]
    public void Beyond_what_is_counted_the_chance_is_never_too_small()
    {
        // 65 values of one sign: 2 to the power of −65.
        double[] values = [.. Enumerable.Range(1, 65).Select(i => (double)i)];
        Assert.InRange(SignedRanks.Chance(values), Math.Pow(2, -65), 1e-11);
    }

    [Theory]
    [InlineData("14.2-RELEASE", "14.2-RELEASE")]
    [InlineData("14.1-RELEASE", null)]
    public void Slopes_before_an_upgrade_or_a_reboot_are_taken_from_the_boot_before_it(string later, string? to)
    {
        // Six days at 24 items an hour, then six at 48.
        Capture one = Given.CaptureFolder("freebsd-14.2-fresh-boot");
        DateTimeOffset start = DateTimeOffset.UnixEpoch.AddDays(20_000);
        const int Boot = 144;
        Capture[] captures =
        [
            .. Enumerable.Range(0, 2 * Boot).Select(hour => one with
            {
                TakenAt = start.AddHours(hour),
                Host = one.Host with
                {
                    Release = FreeBsdRelease.Parse(hour < Boot ? "14.1-RELEASE" : later),
                    BootedAt = start.AddHours((hour < Boot ? 0 : Boot) - 1),
                    UptimeSeconds = 3600 * (1 + (hour % Boot)),
                },
                Zones = new ZoneTable(one.Zones!.File, [.. one.Zones.Rows.Select(r => r.Name != "VMSPACE" ? r : r with
                {
                    Used = 1000 + (hour * 7919 % 97) + (hour < Boot ? 24L * hour : 48L * (hour - Boot)),
                })], hasCrossDomain: true),
            }),
        ];
        var zone = new SeriesKey(SeriesKind.ZoneUsed, "VMSPACE");
        long size = one.Zones!.Find("VMSPACE")!.Value.Size;

        FleetHost host = FleetHost.Of(0, "web-1", new Diagnoser(BuiltInKnowledge.Load()).Diagnose(captures)!);

        Assert.Equal(to, host.Upgrade!.To);
        Assert.Equal(24.0 * 24 * size, host.Upgrade.Before.Single(b => b.Key == zone).BytesPerDay, 0.05 * 24 * 24 * size);
        Assert.Equal(48.0 * 24 * size, host.Slopes.Single(s => s.Key == zone).BytesPerDay, 0.05 * 24 * 48 * size);
    }

    [Fact]
    public void Reports_say_what_came_with_the_upgrade()
    {
        FleetReport fleet = Fleet(120, 40, (_, host, isAfter) => isAfter && host < 60 ? 2 * Megabyte : 0);

        string said = string.Join("\n", CauseBlock.SeparationOf(Assert.Single(fleet.Causes)));

        Assert.Contains("a day on each, pooled", said, StringComparison.Ordinal);
        Assert.Contains(
            "60 of 60 hosts with the upgrade to 14.2-RELEASE (sysctl kern.osrelease), 0 of 60 without",
            said,
            StringComparison.Ordinal);
    }

    /// <summary>The first half of the hosts was upgraded, the second booted, or neither.</summary>
    private static FleetReport Fleet(
        int hosts,
        int series,
        Func<int, int, bool, double> rise,
        double spread = 0,
        double late = 1,
        bool isBooted = true,
        int uptimeDays = 10,
        int seed = 1,
        Func<int, string>? releaseOf = null)
    {
        var random = new Random(seed);
        return FleetReport.Of(
            Enumerable.Range(0, hosts).Select(host =>
            {
                var before = new List<(SeriesKey, double)>();
                var after = new List<SeriesSlope>();
                for (int i = 0; i < series; i++)
                {
                    var key = new SeriesKey(SeriesKind.ZoneUsed, $"zone {i}");
                    double own = spread * (random.NextDouble() - 0.5);
                    double now = own + Noise() + (i == 0 ? rise(i, host, true) : 0);
                    double last = own + Noise() + (i == 0 ? rise(i, host, true) * late : 0);
                    before.Add((key, own + Noise() + (i == 0 ? rise(i, host, false) : 0)));
                    after.Add(new SeriesSlope(key, now, now, last));
                }

                bool isUpgraded = host < hosts / 2;
                return new FleetHost
                {
                    Number = host,
                    Label = $"web-{host}",
                    Identity = new HostIdentity { Name = $"web-{host}", UptimeSeconds = uptimeDays * 86400L },
                    Captures = 100,
                    Verdict = HostVerdict.NotJudged with { State = VerdictState.Fine, Growth = GrowthSight.Judged },
                    Findings = [],
                    Slopes = [.. after],
                    Upgrade = isUpgraded ? new HostUpgrade(releaseOf?.Invoke(host) ?? Upgrade, [.. before])
                        : isBooted ? new HostUpgrade(null, [.. before]) : HostUpgrade.None,
                };
            }),
            []);

        // Heavy tails, as measured slopes have.
        double Noise() => 0.3 * Megabyte * (random.NextDouble() - 0.5) / Math.Sqrt(0.1 + random.NextDouble());
    }
}
