using Leakstat.Diagnosis.Contracts;
using Leakstat.Engines.Alerts;
using Leakstat.Fleet;

namespace Leakstat.Engines.Tests.Alerts;

/// <summary>From fleets to alerts: one for each cause, the same until it is gone, gone only when that is known.</summary>
public sealed class CauseAlertsTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Many_hosts_with_one_cause_are_one_alert()
    {
        AlertState state = Run(AlertState.Empty, 0, [.. Enumerable.Range(1, 50).Select(i => Leaking($"fw{i}"))]);

        Alert alert = Assert.Single(state.Alerts);
        Assert.Equal(("malloc", "foo", "warning", s_start), (alert.SubjectKind, alert.Subject, alert.Severity, alert.StartsAt));
        Assert.Equal(50, alert.Hosts.Count);
        Assert.Contains("50 hosts", alert.Summary, StringComparison.Ordinal);
        Assert.Contains("and 30 more", alert.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void It_stays_the_same_while_it_lasts()
    {
        Alert first = Assert.Single(Run(AlertState.Empty, 0, Leaking("fw1")).Alerts);
        Alert second = Assert.Single(Run(new AlertState { Alerts = [first] }, 1, Leaking("fw1"), Leaking("fw2")).Alerts);

        Assert.Equal((first.Id, first.StartsAt, first.EventId), (second.Id, second.StartsAt, second.EventId));
        Assert.Equal(["fw1", "fw2"], second.Hosts.Keys);
        Assert.Equal(AlertStatus.Firing, second.Status);
    }

    [Fact]
    public void It_is_resolved_when_its_hosts_are_fine()
    {
        AlertState state = Run(Run(AlertState.Empty, 0, Leaking("fw1")), 1, GivenFleet.Host("fw1"));

        Alert alert = Assert.Single(state.Alerts);
        Assert.Equal(s_start.AddHours(1), alert.ResolvedAt);
    }

    [Fact]
    public void What_comes_again_is_another_event_of_the_same_alert()
    {
        AlertState gone = Run(Run(AlertState.Empty, 0, Leaking("fw1")), 1, GivenFleet.Host("fw1"));
        AlertState again = Run(gone, 2, Leaking("fw1"));

        Assert.Equal(2, again.Alerts.Length);
        Assert.Single(again.Alerts.Select(a => a.Id).Distinct());
        Assert.Equal(2, again.Alerts.Select(a => a.EventId).Distinct().Count());
    }

    public static TheoryData<string> NotKnown => ["unread", "unknown", "too early", "missing"];

    [Theory]
    [MemberData(nameof(NotKnown))]
    public void Nothing_is_resolved_by_not_being_looked_at(string how)
    {
        AlertState before = Run(AlertState.Empty, 0, Leaking("fw1"), GivenFleet.Host("other"));
        FleetHost[] now = how switch
        {
            "unread" => [GivenFleet.Host("fw1", VerdictState.Unknown, isRead: false)],
            "unknown" => [GivenFleet.Host("fw1", VerdictState.Unknown)],
            "too early" => [GivenFleet.Host("fw1", VerdictState.TooEarly)],
            _ => [GivenFleet.Host("other")],
        };

        Alert alert = Assert.Single(Run(before, 1, now).Alerts);
        Assert.Equal(AlertStatus.Firing, alert.Status);
        Assert.Equal(["fw1"], alert.Hosts.Keys);
    }

    [Fact]
    public void A_host_that_is_seen_no_more_is_let_go_after_a_while()
    {
        AlertState before = Run(AlertState.Empty, 0, Leaking("fw1"), GivenFleet.Host("other"));

        Assert.Equal(AlertStatus.Firing, Run(before, 7 * 24 - 1, GivenFleet.Host("other")).Alerts[0].Status);
        Assert.Equal(AlertStatus.Resolved, Run(before, 7 * 24, GivenFleet.Host("other")).Alerts[0].Status);
    }

    [Fact]
    public void A_host_stays_in_an_alert_that_others_hold_until_it_is_known_to_be_free()
    {
        AlertState before = Run(AlertState.Empty, 0, Leaking("fw1"), Leaking("fw2"), Leaking("fw3"));
        AlertState after = Run(before, 1, Leaking("fw1"), GivenFleet.Host("fw2"), GivenFleet.Host("fw3", VerdictState.Unknown));

        Assert.Equal(["fw1", "fw3"], Assert.Single(after.Alerts).Hosts.Keys);
    }

    [Fact]
    public void What_gets_worse_is_another_alert_and_the_first_is_resolved()
    {
        AlertState before = Run(AlertState.Empty, 0, Leaking("fw1"));
        AlertState after = Run(before, 1, GivenFleet.Host("fw1", null, true, GivenFleet.Leak("foo", Severity.Critical)));

        Assert.Equal(
            [("warning", AlertStatus.Resolved), ("critical", AlertStatus.Firing)], after.Alerts.Select(a => (a.Severity, a.Status)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_gets_worse_joins_the_alert_that_others_have_in_whatever_order_they_stand(bool isWorseFirst)
    {
        FleetHost worse = GivenFleet.Host("fw2", null, true, GivenFleet.Leak("foo", Severity.Critical));
        Alert warning = Assert.Single(Run(AlertState.Empty, 0, Leaking("fw1")).Alerts);
        Alert other = Assert.Single(Run(AlertState.Empty, 0, worse).Alerts);
        AlertState after = Run(
            new AlertState { Alerts = isWorseFirst ? [other, warning] : [warning, other] },
            1,
            GivenFleet.Host("fw1", null, true, GivenFleet.Leak("foo", Severity.Critical)),
            worse);

        Assert.Equal(AlertStatus.Resolved, after.Alerts.Single(a => a.Severity == "warning").Status);
        Alert critical = after.Alerts.Single(a => a.Severity == "critical");
        Assert.Equal(AlertStatus.Firing, critical.Status);
        Assert.Equal(["fw1", "fw2"], critical.Hosts.Keys);
    }

    [Fact]
    public void What_matters_little_is_no_alert()
    {
        FleetHost host = GivenFleet.Host("fw1", null, true, GivenFleet.Leak("foo", Severity.Info));

        Assert.Empty(Run(AlertState.Empty, 0, host).Alerts);
    }

    private static AlertState Run(AlertState before, int hours, params FleetHost[] hosts) => CauseAlerts.Update(
        before, GivenFleet.Of(hosts), Severity.Warning, TimeSpan.FromDays(7), s_start.AddHours(hours));

    private static FleetHost Leaking(string name) => GivenFleet.Host(name, null, true, GivenFleet.Leak("foo"));
}
