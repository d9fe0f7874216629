using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Tests.Fleet;

/// <summary>What separates the hosts of a cause, in fleets whose truth is set here.</summary>
public sealed class PivotTests
{
    private static readonly HostTrait s_size = new(TraitKind.ModuleSize, "if_foo.ko");
    private static readonly HostTrait s_module = new(TraitKind.Module, "if_foo.ko");
    private static readonly HostTrait s_release = new(TraitKind.Release, "");

    [Fact]
    public void The_build_of_a_module_is_named_and_not_the_module()
    {
        FleetReport fleet = Fleet(252, i => new Given(
            Size: i < 40 ? "41000" : i < 120 ? "40000" : null, Release: i % 2 == 0 ? "14.2" : "14.1", Leaks: i < 37));

        FleetCause cause = Assert.Single(fleet.Causes);
        Separation separation = Assert.Single(cause.SeparatedBy);
        Assert.Equal((s_size, "41000"), separation.Traits[0]);
        Assert.Equal(new FourfoldTable(37, 40, 0, 212), separation.Table);
        Assert.InRange(separation.Chance, 0, 1e-30);
    }

    [Fact]
    public void Absence_is_a_value_of_its_own()
    {
        FleetReport fleet = Fleet(60, i => new Given(Size: i < 30 ? "41000" : null, Release: "14.2", Leaks: i is >= 30 and < 55));

        Separation separation = Assert.Single(Assert.Single(fleet.Causes).SeparatedBy);

        Assert.Equal((s_module, HostTraits.Absent), separation.Traits[0]);
        Assert.Equal(new FourfoldTable(25, 30, 0, 30), separation.Table);
    }

    [Fact]
    public void What_nobody_asked_is_no_absence()
    {
        // Leaking hosts are those whose kldstat was not taken: that says nothing of their modules.
        FleetReport fleet = Fleet(60, i => new Given(
            Size: i < 30 && i % 2 == 0 ? "41000" : null, Release: "14.2", Leaks: i >= 30, IsAsked: i < 30));

        Assert.Empty(Assert.Single(fleet.Causes).SeparatedBy);
    }

    [Fact]
    public void Traits_that_part_the_hosts_alike_are_named_together()
    {
        FleetReport fleet = Fleet(60, i => new Given(
            Size: i < 20 ? "41000" : null, Release: i < 20 ? "14.2" : "14.1", Leaks: i < 18));

        Separation separation = Assert.Single(Assert.Single(fleet.Causes).SeparatedBy);

        Assert.Equal([s_module, s_size, s_release], separation.Traits.Select(t => t.Trait));
    }

    [Fact]
    public void Nothing_is_named_where_hosts_leak_at_random()
    {
        FleetReport fleet = Fleet(200, i => new Given(
            Size: i % 3 == 0 ? "41000" : null, Release: i % 2 == 0 ? "14.2" : "14.1", Leaks: i % 7 == 0));

        Assert.Empty(Assert.Single(fleet.Causes).SeparatedBy);
    }

    [Theory]
    [InlineData(1.9, false)]
    [InlineData(0.1, true)]
    public void What_rises_alike_on_hosts_watched_for_less_long_is_no_matter_of_their_release(
        double elsewhere, bool isNamed)
    {
        // Hosts with 14.1 have a longer history, so that growth shows on each; those with 14.2 grow, too, or do not.
        FleetReport fleet = Fleet(60, i => new Given(
            Size: null,
            Release: i < 30 ? "14.1" : "14.2",
            Leaks: i < 30,
            Slope: ((i < 30 ? 2 : elsewhere) + (Noise(i) / 2)) * (1 << 20)));

        Assert.Equal(isNamed, !fleet.Causes.Single(c => c.Finding is not null).SeparatedBy.IsEmpty);
    }

    [Fact]
    public void A_leak_that_no_host_shows_is_found_in_the_pool()
    {
        // 2 MiB a day under noise of 4 MiB a day, on hosts with one build.
        FleetReport fleet = Fleet(240, i => new Given(
            Size: i % 4 == 0 ? "41000" : i % 4 == 1 ? "40000" : null,
            Release: i % 2 == 0 ? "14.2" : "14.1",
            Slope: (Noise(i) * (4 << 20)) + (i % 4 == 0 ? 2 << 20 : 0)));

        FleetCause cause = Assert.Single(fleet.Causes);
        Assert.Null(cause.Finding);
        Assert.Equal(Subject.Malloc("foo"), cause.Subject);
        Assert.Equal((s_size, "41000"), cause.SeparatedBy[0].Traits[0]);
        Assert.InRange(cause.Growth!.Value.BytesPerDay, 1.2 * (1 << 20), 2.8 * (1 << 20));
        Assert.All(cause.Hosts, h => Assert.Equal("41000", h.Traits.Of(s_size)));
    }

    [Fact]
    public void What_grows_with_the_role_is_no_leak_of_what_the_role_has()
    {
        // Web servers grow, and all have the module; so have a few others, which do not grow.
        FleetReport fleet = Fleet(240, i => new Given(
            Size: i < 120 || i % 10 == 0 ? "41000" : null,
            Release: "14.2",
            Slope: (Noise(i) * (1 << 20)) + (i < 120 ? 2 << 20 : 0),
            Role: i < 120 ? "web" : "db"));

        Assert.Empty(fleet.Causes);
    }

    [Fact]
    public void What_fills_after_a_boot_is_no_leak_of_the_release_that_was_just_installed()
    {
        FleetReport fleet = Fleet(240, i => new Given(
            Size: null,
            Release: i < 120 ? "14.3" : "14.2",
            Slope: (Noise(i) * (1 << 20)) + (i < 120 ? 2 << 20 : 0),
            UptimeDays: i < 120 ? 1 : 60));

        Assert.Empty(fleet.Causes);
    }

    [Fact]
    public void A_rise_that_ends_is_no_leak()
    {
        FleetReport fleet = Fleet(240, i => new Given(
            Size: i % 4 == 0 ? "41000" : null,
            Release: "14.2",
            Slope: (Noise(i) * (1 << 20)) + (i % 4 == 0 ? 2 << 20 : 0),
            Late: i % 4 == 0 ? Noise(i + 1) * (1 << 10) : null));

        Assert.Empty(fleet.Causes);
    }

    private static FleetReport Fleet(int hosts, Func<int, Given> of) =>
        FleetReport.Of(Enumerable.Range(0, hosts).Select(i => Host(i, of(i))), []);

    private static FleetHost Host(int number, Given given)
    {
        var values = ImmutableDictionary.CreateBuilder<HostTrait, string>();
        values[s_release] = given.Release;
        if (given.Size is { } size)
        {
            values[s_module] = "loaded";
            values[s_size] = size;
        }

        string name = $"{given.Role}-{number}";
        return new FleetHost
        {
            Number = number,
            Label = name,
            Identity = new HostIdentity { Name = name, UptimeSeconds = (long)(given.UptimeDays * 86400) },
            Captures = 100,
            Verdict = HostVerdict.NotJudged with
            {
                State = given.Leaks ? VerdictState.Wrong : VerdictState.Fine,
                Growth = GrowthSight.Judged,
            },
            Findings = given.Leaks
                ? [new Finding
                {
                    Rule = "LS0101",
                    Title = "foo leaks",
                    Severity = Severity.Warning,
                    Verdict = Verdict.Leak,
                    Subject = Subject.Malloc("foo"),
                    Confidence = 0.9,
                    Growth = new ObservedGrowth(1, 1, 1, null),
                }]
                : [],
            Chances = given.Leaks
                ? ImmutableDictionary<Subject, double>.Empty.Add(Subject.Malloc("foo"), 1e-9)
                : ImmutableDictionary<Subject, double>.Empty,
            Traits = new HostTraits(values.ToImmutable(), given.IsAsked, knowsSysctls: false),
            Slopes = given.Slope is { } slope
                ? [new SeriesSlope(new SeriesKey(SeriesKind.MallocBytes, "foo"), slope, slope, given.Late ?? slope)]
                : [],
        };
    }

    /// <summary>Noise that is the same everywhere: uniform between −1 and 1.</summary>
    private static double Noise(int i) => ((uint)((i + 1) * 2654435761u) / (double)uint.MaxValue * 2) - 1;

    private sealed record Given(
        string? Size,
        string Release,
        bool Leaks = false,
        double? Slope = null,
        double? Late = null,
        string Role = "web",
        double UptimeDays = 40,
        bool IsAsked = true);
}
